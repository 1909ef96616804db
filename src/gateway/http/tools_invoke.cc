// POST /tools/invoke (OpenClaw protocol 8.4): one tool, run without a model.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "agent/tool.h"
#include "base/random.h"
#include "base/strings.h"
#include "gateway/http/agent_turn.h"
#include "gateway/http/json_body.h"
#include "gateway/http/tool_policy.h"
#include "gateway/methods/session_rows.h"

namespace openclaw::gateway {
namespace {

constexpr std::size_t kMaxBody = 2u << 20;

bool is_invoke(const State&, const net::HttpRequest& head) { return head.path == "/tools/invoke"; }

net::HttpResponse tool_error(int status, std::string_view type, std::string_view message) {
  json::Object error;
  error["type"] = type;
  error["message"] = message;
  json::Object body;
  body["ok"] = false;
  body["error"] = std::move(error);
  return http_json(status, body);
}

// Tools report what went wrong as {"status":"error","error":"..."}, which a model reads.
std::optional<std::string> failure_of(const agent::ToolResult& result) {
  const auto parsed = json::parse(result.text);
  const auto* body = parsed ? parsed->if_object() : nullptr;
  if (body && json::get_string_or(*body, "status", "") == "error") return json::get_string_or(*body, "error", "tool execution failed");
  if (result.is_error) return result.text.empty() ? std::string("tool execution failed") : result.text;
  return std::nullopt;
}

json::Object success(const agent::ToolResult& result) {
  json::Object block;
  block["type"] = "text";
  block["text"] = result.text;
  json::Array content;
  content.push_back(std::move(block));
  json::Object shown;
  shown["content"] = std::move(content);
  if (!result.details.is_null()) shown["details"] = result.details;
  json::Object body;
  body["ok"] = true;
  body["result"] = std::move(shown);
  return body;
}

bool has_action(const agent::Tool& tool) {
  const auto* properties = json::get_object(tool.spec.parameters, "properties");
  return properties && properties->contains("action");
}

base::Task<void> run_tool(State* state, ExchangePtr exchange, const agent::Tool* tool, agent::ToolContext context, json::Object arguments) {
  if (!state->store_ready.is_set()) co_await state->store_ready.wait();
  if (!state->store_problem.empty()) {
    send(*state, exchange, tool_error(500, "tool_error", "tool execution failed"));
    co_return;
  }
  const auto result = co_await tool->run(std::move(context), std::move(arguments));
  if (const auto failure = failure_of(result)) {
    send(*state, exchange, tool_error(400, "tool_error", *failure));
    co_return;
  }
  send(*state, exchange, http_json(200, success(result)));
}

void invoke(State& state, ExchangePtr exchange) {
  if (!admitted(state, exchange, protocol::kWrite)) return;
  const auto body = json_body(exchange->request().body);
  if (!body) return refuse_request(state, exchange, body.error().message);
  const std::string name(base::trim(json::get_string_or(*body, "tool", "")));
  if (name.empty()) return refuse_request(state, exchange, "tools.invoke requires body.tool");
  const std::string given(base::trim(json::get_string_or(*body, "sessionKey", "")));

  agent::ToolContext context;
  context.host = state.tool_host.get();
  context.session_key = canonical_session_key(state, given);
  context.agent_id = session::agent_of_key(context.session_key);
  context.run_id = "invoke-" + base::uuid4();
  const auto* tool = agent::find_tool(name);
  if (!tool || !tool_permitted(state.config.resolved, context.agent_id, name) || !tool_reachable(state.config.resolved, name)) {
    return send(state, exchange, tool_error(404, "not_found", "Tool not available: " + name));
  }
  const auto* args = json::get_object(*body, "args");
  json::Object arguments = args ? *args : json::Object{};
  if (const auto action = json::get_string(*body, "action"); action && has_action(*tool) && !arguments.contains("action")) {
    arguments["action"] = *action;
  }
  base::spawn(state.loop, run_tool(&state, std::move(exchange), tool, std::move(context), std::move(arguments)), "tool invocation");
}

constexpr HttpRoute kRoutes[] = {{is_invoke, "POST", HttpAuth::bearer, kMaxBody, HttpErrors::openai, invoke}};

}  // namespace

std::span<const HttpRoute> tool_routes() { return kRoutes; }

}  // namespace openclaw::gateway
