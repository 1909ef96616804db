// Any bytes as the body of a chat completion, a response or a hook, and as a hook template: every refusal has a text that
// fits into a JSON answer, and what is accepted is within its bounds.
#include <cstdlib>
#include <string_view>

#include "base/strings.h"
#include "gateway/http/chat_body.h"
#include "gateway/http/hook_rules.h"
#include "gateway/http/hook_template.h"
#include "gateway/http/json_body.h"
#include "gateway/http/responses_body.h"

using namespace openclaw;
using namespace openclaw::gateway;

namespace {

void check(bool condition) {
  if (!condition) std::abort();
}

void check_error(const base::Error& error) { check(!error.message.empty() && base::is_utf8(error.message)); }

void bodies(std::string_view text) {
  const auto parsed = json_value(text);
  // The critic and the parser agree on what is JSON, but for depth and encoding.
  if (parsed && !base::trim(text).empty()) check(!json_complaint(text));
  if (!parsed) return check_error(parsed.error());
  if (const auto response = decode_responses(*parsed)) {
    check(!base::trim(response->message).empty() && response->images.size() <= 8);
  } else {
    check_error(response.error());
  }
  const auto object = json_body(text);
  check(object.has_value());
  if (const auto chat = decode_chat(*object)) {
    check(!base::trim(chat->message).empty() && chat->images.size() <= 8);
  } else {
    check_error(chat.error());
  }
  if (const auto action = agent_action(*object, {"telegram"}); !action) check_error(action.error());
  if (const auto action = wake_action(*object); !action) check_error(action.error());
  check(idempotency_key({}, {}, *object).size() <= 256);
}

// The first line is the template, the rest the payload.
void templates(std::string_view text) {
  const auto line = text.find('\n');
  const auto pattern = text.substr(0, line);
  if (!base::is_utf8(pattern)) return;
  HookContext context;
  context.path = "a/b";
  context.headers["x"] = "header";
  if (line != std::string_view::npos) {
    if (auto payload = json::parse(text.substr(line + 1))) context.payload = std::move(*payload);
  }
  const auto rendered = render_template(pattern, context);
  check(base::is_utf8(rendered) && rendered.size() <= 1u << 20);
  json::Object mapping;
  mapping["messageTemplate"] = pattern;
  mapping["sessionKey"] = pattern;
  if (const auto action = mapped_action(mapping, context, {}); !action) check_error(action.error());
}

void urls(std::string_view text) {
  if (const auto decoded = url_decode(text)) check(base::is_utf8(*decoded) && decoded->size() <= text.size());
  for (const auto& [name, value] : query_pairs(text)) check(base::is_utf8(name) && base::is_utf8(value));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  bodies(text);
  templates(text);
  urls(text);
  return 0;
}
