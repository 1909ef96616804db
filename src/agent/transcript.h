// Transcript messages: making them, and making a model's context of them (OpenClaw agent runtime 3.2). Pure.
#pragma once
#include "agent/model.h"
#include "agent/runtime.h"
#include "agent/tool.h"
#include "json/json.h"
#include "store/sessions.h"

#include <set>
#include <string>
#include <vector>

namespace openclaw::agent {

double cost_of(const Usage& usage, const ModelTarget& target);  // dollars

json::Object user_message(const RunRequest& request, std::int64_t now);
json::Object assistant_message(const ModelTarget& target, const ModelReply& reply, const Usage& usage,
                               std::int64_t now);
// A call that failed; `partial` is what had been streamed.
json::Object failed_message(const ModelTarget& target, std::string_view partial, std::string_view error,
                            std::int64_t now);
// What an aborted run had said, as chat.abort appends it. Origin: rpc, stop-command, timeout, restart.
json::Object aborted_message(const std::string& run_id, std::string_view partial, std::string_view origin,
                             std::int64_t now);
// A message of the gateway itself: model "gateway-injected" or "delivery-mirror". Not shown to the model.
json::Object gateway_message(std::string_view model, std::string_view text, std::int64_t now);
json::Object tool_result_message(const std::string& call_id, const std::string& name,
                                 const ToolResult& result, std::int64_t now);

struct ToolCall {
  std::string id, name;
  json::Object arguments;
};
std::vector<ToolCall> tool_calls(const json::Array& content);
std::string text_of(const json::Array& content);  // text blocks joined

// What is sent to the model: gateway notes, failed and empty assistant messages left out, every tool call
// followed by its result (a synthetic one where it is missing), orphan results left out. Messages in `skip`
// belong to runs that have not begun; `own`, the message being answered, comes last. The oldest are dropped
// beyond `max_bytes`.
json::Array model_context(const std::vector<store::MessageRecord>& messages,
                          const std::set<std::string>& skip, const std::string& own, std::size_t max_bytes);

}  // namespace openclaw::agent
