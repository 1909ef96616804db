#include "agent/providers/anthropic_messages.h"
#include "agent/providers/http_provider.h"
#include "agent/providers/openai_completions.h"
#include "base/strings.h"
#include "base/version.h"

namespace openclaw::agent {
namespace {

// Configured headers come last and replace ours of the same name.
void set_header(net::Headers& headers, std::string_view name, std::string_view value) {
  for (auto& [key, old] : headers) {
    if (base::equals_ignore_case(key, name)) {
      old = value;
      return;
    }
  }
  headers.emplace_back(base::lower_ascii(name), value);
}

net::HttpCall post(const ModelRequest& request, net::Url url, const json::Object& body) {
  net::HttpCall call;
  call.method = "POST";
  call.url = std::move(url);
  call.body = json::write(body);
  set_header(call.headers, "content-type", "application/json");
  set_header(call.headers, "accept", "text/event-stream");
  set_header(call.headers, "user-agent", fmt::format("openclaw-native/{}", base::kOwnVersion));
  call.idle_timeout_ms = request.idle_timeout_ms;
  call.cancel = request.cancel;
  return call;
}

void configured_headers(net::HttpCall& call, const ModelTarget& target) {
  for (const auto& [name, value] : target.headers) set_header(call.headers, name, value);
}

base::Result<net::HttpCall> openai_call(const ModelRequest& request) {
  OC_TRY_ASSIGN(net::Url url, join_url(request.target.base_url, "/chat/completions"));
  net::HttpCall call = post(request, std::move(url), openai_body(request));
  if (!request.target.api_key.empty())
    set_header(call.headers, "authorization", "Bearer " + request.target.api_key);
  configured_headers(call, request.target);
  return call;
}

base::Result<net::HttpCall> anthropic_call(const ModelRequest& request) {
  std::string_view root = request.target.base_url;
  while (root.ends_with('/')) root.remove_suffix(1);
  if (root.ends_with("/v1")) root.remove_suffix(3);
  OC_TRY_ASSIGN(net::Url url, join_url(root, "/v1/messages"));
  net::HttpCall call = post(request, std::move(url), anthropic_body(request));
  set_header(call.headers, "anthropic-version", "2023-06-01");
  set_header(call.headers, "anthropic-beta",
             "fine-grained-tool-streaming-2025-05-14,interleaved-thinking-2025-05-14");
  if (!request.target.api_key.empty()) set_header(call.headers, "x-api-key", request.target.api_key);
  configured_headers(call, request.target);
  return call;
}

}  // namespace

base::Result<net::Url> join_url(std::string_view base_url, std::string_view path) {
  std::string_view root = base::trim(base_url);
  root = root.substr(0, root.find_first_of("?#"));
  while (root.ends_with('/')) root.remove_suffix(1);
  return net::parse_url(std::string(root) + std::string(path));
}

const WireFormat kOpenAiWire{openai_call, [](ModelSink sink) -> std::unique_ptr<StreamDecoder> {
                               return std::make_unique<OpenAiDecoder>(std::move(sink));
                             }};
const WireFormat kAnthropicWire{anthropic_call, [](ModelSink sink) -> std::unique_ptr<StreamDecoder> {
                                  return std::make_unique<AnthropicDecoder>(std::move(sink));
                                }};

}  // namespace openclaw::agent
