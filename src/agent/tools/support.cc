#include "agent/tools/support.h"

#include "base/random.h"
#include "base/strings.h"

#include <cmath>

namespace openclaw::agent {

using base::Result;
using base::Task;

ToolResult tool_failure(std::string_view tool, std::string_view message) {
  json::Object body;
  body["status"] = "error";
  body["tool"] = tool;
  body["error"] = message;
  return tool_json(body);
}

ToolResult tool_json(const json::Value& value) {
  ToolResult out;
  out.text = json::write_pretty(value);
  out.details = value;
  return out;
}

json::Object object_schema(const std::vector<Property>& properties,
                           const std::vector<std::string>& required) {
  json::Object fields;
  for (const auto& property : properties) {
    json::Object field;
    field["type"] = property.type;
    if (!property.description.empty()) field["description"] = property.description;
    if (!property.values.empty()) field["enum"] = json::strings(property.values);
    fields[property.name] = std::move(field);
  }
  json::Object out;
  out["type"] = "object";
  out["properties"] = std::move(fields);
  if (!required.empty()) out["required"] = json::strings(required);
  return out;
}

std::string text_argument(const json::Object& arguments, std::string_view name) {
  return std::string(base::trim(json::get_string_or(arguments, name, "")));
}

std::optional<std::int64_t> number_argument(const json::Object& arguments, std::string_view name) {
  const auto* value = json::find(arguments, name);
  if (!value) return std::nullopt;
  if (const auto* integer = value->if_int64()) return *integer;
  const auto* real = value->if_double();
  constexpr double kLargest = 9e15;
  if (real && std::isfinite(*real) && std::fabs(*real) < kLargest) return static_cast<std::int64_t>(*real);
  return std::nullopt;
}

void copy_argument(const json::Object& from, std::string_view name, json::Object& to, std::string_view as) {
  if (const auto* value = json::find(from, name)) to[as.empty() ? name : as] = *value;
}

Task<Result<json::Value>> host_call(ToolHost* host, std::string method, json::Object params) {
  auto answer = co_await host->call(std::move(method), std::move(params));
  if (!answer) co_return base::fail(base::ErrorKind::failed, std::move(answer.error().message));
  co_return std::move(*answer);
}

Task<Result<json::Array>> list_nodes(ToolHost* host) {
  auto answer = co_await host_call(host, "node.list", json::Object());
  if (!answer) co_return tl::unexpected(std::move(answer).error());
  const auto* object = answer->if_object();
  const auto* nodes = object ? json::get_array(*object, "nodes") : nullptr;
  if (!nodes) co_return base::fail(base::ErrorKind::failed, "node.list answered without a list of nodes");
  co_return json::Array(*nodes);
}

Task<Result<json::Value>> invoke_node(ToolHost* host, NodeCommand command) {
  json::Object params;
  params["nodeId"] = command.node_id;
  params["command"] = command.command;
  if (!command.params.empty()) params["params"] = std::move(command.params);
  if (command.timeout_ms > 0) params["timeoutMs"] = command.timeout_ms;
  params["idempotencyKey"] = base::uuid4();
  auto answer = co_await host_call(host, "node.invoke", std::move(params));
  if (!answer) co_return tl::unexpected(std::move(answer).error());
  const auto* object = answer->if_object();
  const auto* payload = object ? json::find(*object, "payload") : nullptr;
  co_return payload ? *payload : json::Value(nullptr);
}

}  // namespace openclaw::agent
