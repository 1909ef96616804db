#include "agent/builtin/operator.h"
#include "agent/model.h"
#include "agent/providers/http_provider.h"

namespace openclaw::agent {

std::unique_ptr<Provider> make_provider(base::Loop& loop, std::string_view api) {
  if (api == "openai-completions") return std::make_unique<HttpProvider>(loop, kOpenAiWire);
  if (api == "anthropic-messages") return std::make_unique<HttpProvider>(loop, kAnthropicWire);
  if (api == "builtin") return make_builtin_operator();
  return nullptr;
}

}  // namespace openclaw::agent
