#include "agent/transcript.h"

#include "agent/agent_limits.h"
#include "base/strings.h"
#include "session/envelope.h"
#include "session/history.h"

#include <algorithm>

namespace openclaw::agent {
namespace {

constexpr std::string_view kNoResult = "No result was recorded for this tool call (the run was interrupted).";

json::Object text_block(std::string_view text) {
  json::Object block;
  block["type"] = "text";
  block["text"] = text;
  return block;
}

json::Array text_content(std::string_view text) {
  json::Array content;
  content.push_back(text_block(text));
  return content;
}

json::Object usage_json(const Usage& usage, const ModelTarget& target) {
  constexpr double kMillion = 1e6;
  json::Object cost;
  cost["input"] = static_cast<double>(usage.input) * target.cost_input / kMillion;
  cost["output"] = static_cast<double>(usage.output) * target.cost_output / kMillion;
  cost["cacheRead"] = static_cast<double>(usage.cache_read) * target.cost_cache_read / kMillion;
  cost["cacheWrite"] = static_cast<double>(usage.cache_write) * target.cost_cache_write / kMillion;
  cost["total"] = cost_of(usage, target);
  json::Object out;
  out["input"] = usage.input;
  out["output"] = usage.output;
  out["cacheRead"] = usage.cache_read;
  out["cacheWrite"] = usage.cache_write;
  out["totalTokens"] = usage.total();
  out["cost"] = std::move(cost);
  return out;
}

json::Object assistant_frame(json::Array content, const ModelTarget& target, const Usage& usage,
                             std::string_view stop_reason, std::int64_t now) {
  json::Object out;
  out["role"] = "assistant";
  out["content"] = std::move(content);
  out["api"] = target.api;
  out["provider"] = target.provider;
  out["model"] = target.model;
  out["usage"] = usage_json(usage, target);
  out["stopReason"] = stop_reason;
  out["timestamp"] = now;
  return out;
}

std::string role_of(const json::Object& body) { return json::get_string_or(body, "role", ""); }

bool for_model(const json::Object& body) {
  if (role_of(body) != "assistant") return true;
  if (json::get_string_or(body, "stopReason", "") == "error") return false;
  const auto* content = json::get_array(body, "content");
  if (!content || content->empty()) return false;
  const auto model = json::get_string_or(body, "model", "");
  const bool note = json::get_string_or(body, "provider", "") == "openclaw" &&
                    (model == "gateway-injected" || model == "delivery-mirror");
  return !note || body.contains("openclawAbort");
}

// The start of a stopped answer is part of the conversation, whoever wrote it down.
json::Object as_sent(const json::Object& body) {
  auto out = body;
  if (!out.contains("openclawAbort")) return out;
  for (const auto* key : {"openclawAbort", "idempotencyKey", "provider", "model", "api"})
    out.stable_erase(key);
  out["stopReason"] = "stop";
  return out;
}

json::Object trimmed_result(json::Object body) {
  body.stable_erase("details");
  return body;
}

// Appends the results of the calls made by messages[at], which arrive before the next assistant message.
void append_results(json::Array& out, const std::vector<const json::Object*>& messages, std::size_t at) {
  const auto* content = json::get_array(*messages[at], "content");
  if (!content) return;
  for (const auto& call : tool_calls(*content)) {
    const json::Object* found = nullptr;
    for (std::size_t i = at + 1; i < messages.size() && role_of(*messages[i]) != "assistant" && !found; ++i) {
      if (role_of(*messages[i]) == "toolResult" &&
          json::get_string_or(*messages[i], "toolCallId", "") == call.id)
        found = messages[i];
    }
    if (found) {
      out.push_back(trimmed_result(*found));
    } else {
      ToolResult missing;
      missing.text = kNoResult;
      missing.is_error = true;
      out.push_back(tool_result_message(call.id, call.name, missing,
                                        json::get_int(*messages[at], "timestamp").value_or(0)));
    }
  }
}

void drop_oldest(json::Array& messages, std::size_t max_bytes) {
  std::size_t total = 0;
  std::size_t first = messages.size();
  for (std::size_t i = messages.size(); i-- > 0;) {
    total += json::write(messages[i]).size();
    if (total > max_bytes && first < messages.size()) break;
    // Only a user message can begin a conversation.
    if (role_of(messages[i].get_object()) == "user") first = i;
  }
  if (first < messages.size())
    messages.erase(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(first));
}

}  // namespace

double cost_of(const Usage& usage, const ModelTarget& target) {
  return (static_cast<double>(usage.input) * target.cost_input +
          static_cast<double>(usage.output) * target.cost_output +
          static_cast<double>(usage.cache_read) * target.cost_cache_read +
          static_cast<double>(usage.cache_write) * target.cost_cache_write) /
         1e6;
}

json::Object user_message(const RunRequest& request, std::int64_t now) {
  session::Envelope envelope;
  envelope.sender_label = request.sender_label;
  envelope.sender_id = request.sender_id;
  envelope.now = now;
  envelope.time = request.kind != "channel" && request.kind != "cron";  // a job's text says the time itself
  json::Object out;
  out["role"] = "user";
  auto content = text_content(session::wrap_message(request.message, envelope));
  for (const auto& image : request.images) content.push_back(image);
  out["content"] = std::move(content);
  out["timestamp"] = now;
  return out;
}

json::Object assistant_message(const ModelTarget& target, const ModelReply& reply, const Usage& usage,
                               std::int64_t now) {
  auto out = assistant_frame(reply.content, target, usage,
                             reply.stop_reason.empty() ? "stop" : reply.stop_reason, now);
  if (!reply.response_id.empty()) out["responseId"] = reply.response_id;
  return out;
}

json::Object failed_message(const ModelTarget& target, std::string_view partial, std::string_view error,
                            std::int64_t now) {
  json::Array content;
  if (!partial.empty()) content.push_back(text_block(partial));
  auto out = assistant_frame(std::move(content), target, Usage{}, "error", now);
  out["errorMessage"] = error;
  return out;
}

json::Object aborted_message(const std::string& run_id, std::string_view partial, std::string_view origin,
                             std::int64_t now) {
  ModelTarget note;
  note.api = "openai-responses";
  note.provider = "openclaw";
  note.model = "gateway-injected";
  auto out =
      assistant_frame(text_content(partial), note, Usage{}, origin == "restart" ? "aborted" : "stop", now);
  out["idempotencyKey"] = run_id + ":assistant";
  json::Object mark;
  mark["aborted"] = true;
  mark["origin"] = origin;
  mark["runId"] = run_id;
  out["openclawAbort"] = std::move(mark);
  return out;
}

json::Object gateway_message(std::string_view model, std::string_view text, std::int64_t now) {
  ModelTarget note;
  note.api = "openai-responses";
  note.provider = "openclaw";
  note.model = model;
  return assistant_frame(text_content(text), note, Usage{}, "stop", now);
}

json::Object tool_result_message(const std::string& call_id, const std::string& name,
                                 const ToolResult& result, std::int64_t now) {
  json::Object out;
  out["role"] = "toolResult";
  out["toolCallId"] = call_id;
  out["toolName"] = name;
  auto text = std::string(base::cut_utf8(result.text, kMaxToolText));
  if (text.size() < result.text.size()) text += "\n... (truncated)";
  out["content"] = text_content(text);
  if (!result.details.is_null()) out["details"] = result.details;
  out["isError"] = result.is_error;
  out["timestamp"] = now;
  return out;
}

std::vector<ToolCall> tool_calls(const json::Array& content) {
  std::vector<ToolCall> out;
  for (const auto& item : content) {
    const auto* block = item.if_object();
    if (!block || json::get_string_or(*block, "type", "") != "toolCall") continue;
    ToolCall call;
    call.id = json::get_string_or(*block, "id", "");
    call.name = json::get_string_or(*block, "name", "");
    if (const auto* arguments = json::get_object(*block, "arguments")) call.arguments = *arguments;
    out.push_back(std::move(call));
  }
  return out;
}

std::string text_of(const json::Array& content) {
  std::string out;
  for (const auto& item : content) {
    const auto* block = item.if_object();
    if (block && json::get_string_or(*block, "type", "") == "text")
      out += json::get_string_or(*block, "text", "");
  }
  return out;
}

json::Array model_context(const std::vector<store::MessageRecord>& messages,
                          const std::set<std::string>& skip, const std::string& own, std::size_t max_bytes) {
  std::vector<const json::Object*> kept;
  const json::Object* last = nullptr;
  for (const auto& message : messages) {
    if (message.id == own) {
      last = &message.body;
    } else if (!skip.contains(message.id) && for_model(message.body)) {
      kept.push_back(&message.body);
    }
  }
  json::Array out;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (role_of(*kept[i]) == "toolResult") continue;  // placed after its call
    out.push_back(as_sent(*kept[i]));
    if (role_of(*kept[i]) == "assistant") append_results(out, kept, i);
  }
  if (last) out.push_back(*last);
  drop_oldest(out, max_bytes);
  return out;
}

}  // namespace openclaw::agent
