// What the agent loop needs of a language model, whatever its wire format. Messages are transcript messages:
//   {"role":"user","content":"text" | [{"type":"text","text"}...],"timestamp"}
//   {"role":"assistant","content":[{"type":"text","text"},{"type":"thinking","thinking","thinkingSignature"?},
//      {"type":"toolCall","id","name","arguments":{...}}],"api","provider","model","usage","stopReason","timestamp"}
//   {"role":"toolResult","toolCallId","toolName","content":[{"type":"text","text"}],"isError","timestamp"}
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "json/json.h"

namespace openclaw::agent {

struct ToolSpec {
  std::string name;
  std::string description;
  json::Object parameters;  // JSON Schema of an object
};

// A model and how to reach it. Built by model_config.h from the configuration and the environment.
struct ModelTarget {
  std::string provider;  // "openai", "builtin", the id under models.providers
  std::string model;
  std::string api;       // "openai-completions", "anthropic-messages", "builtin"
  std::string base_url;
  std::string api_key;   // secret: never logged, never in an error
  std::string key_source;  // "models.providers.x.apiKey", "env OPENAI_API_KEY"; for messages
  std::vector<std::pair<std::string, std::string>> headers;
  std::int64_t context_window = 200'000;
  std::int64_t max_tokens = 8'192;
  int idle_timeout_ms = 60'000;  // agents.defaults.llm.idleTimeoutSeconds; silence this long ends a call
  bool images = false;
  json::Object compat;   // models.providers.*.models[].compat
  double cost_input = 0, cost_output = 0, cost_cache_read = 0, cost_cache_write = 0;  // dollars per million tokens
};

struct Usage {
  std::int64_t input = 0, output = 0, cache_read = 0, cache_write = 0;
  std::int64_t total() const { return input + output + cache_read + cache_write; }
};

struct ModelRequest {
  ModelTarget target;
  std::string system;
  json::Array messages;
  std::vector<ToolSpec> tools;
  int idle_timeout_ms = 60'000;
  base::CancelToken cancel;
};

// Called while the reply streams, on the loop's thread, in order.
struct ModelSink {
  std::function<void(std::string_view delta)> on_text;
  std::function<void(std::string_view delta)> on_thinking;
};

struct ModelReply {
  json::Array content;      // text, thinking and toolCall blocks in order
  Usage usage;
  std::string stop_reason;  // stop, length, toolUse
  std::string response_id;
};

// Why a model call failed (spec/agent.md 7.2). `text` is for the user and never contains a secret.
enum class FailureReason { auth, billing, rate_limit, overloaded, timeout, format, model_not_found, context_overflow, cancelled, network, unknown };
struct ModelFailure {
  FailureReason reason = FailureReason::unknown;
  int status = 0;                 // HTTP status, 0 when there was none
  std::string text;               // e.g. "HTTP 401: invalid x-api-key"
  std::int64_t retry_after_ms = -1;
  bool streamed = false;          // text had already reached the sink
};
// True when the same call may work a moment later and nothing was streamed.
bool retryable(const ModelFailure& failure);

template <class T>
using ModelResult = tl::expected<T, ModelFailure>;

class Provider {
 public:
  virtual ~Provider() = default;
  // Stateless between calls. A cancelled call ends promptly with FailureReason::cancelled and closes its stream.
  virtual base::Task<ModelResult<ModelReply>> complete(ModelRequest request, ModelSink sink) = 0;
};

// One per api name; nullptr for an api we do not speak.
std::unique_ptr<Provider> make_provider(base::Loop& loop, std::string_view api);

}  // namespace openclaw::agent
