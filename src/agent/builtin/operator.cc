#include "agent/builtin/operator.h"

#include "agent/builtin/command.h"
#include "agent/builtin/replies.h"
#include "nodes/resolve.h"
#include "agent/transcript.h"
#include "base/strings.h"
#include "session/envelope.h"
#include "session/history.h"

#include <fmt/format.h>

namespace openclaw::agent {
namespace {

using Kind = OperatorCommand::Kind;

struct Result {
  std::string tool, text;
  std::optional<std::string> error;  // of a failure JSON
  json::Value body = nullptr;        // the text as JSON, if it is JSON
};

struct Turn {
  OperatorCommand command;
  std::vector<Result> results;  // of the tool calls made since the message
  std::size_t position = 0;     // number of messages so far; makes call ids unique
};

Result read_result(const json::Object& message) {
  Result out;
  out.tool = json::get_string_or(message, "toolName", "");
  out.text = session::message_text(message);
  if (auto parsed = json::parse(out.text)) out.body = std::move(*parsed);
  if (const auto* body = out.body.if_object(); body && json::get_string_or(*body, "status", "") == "error")
    out.error = json::get_string_or(*body, "error", "failed");
  if (!out.error && json::get_bool(message, "isError").value_or(false)) out.error = out.text;
  return out;
}

Turn read_turn(const json::Array& messages) {
  Turn turn;
  turn.position = messages.size();
  for (const auto& item : messages) {
    const auto* message = item.if_object();
    if (!message) continue;
    const auto role = json::get_string_or(*message, "role", "");
    if (role == "user") {
      turn.results.clear();
      turn.command = parse_operator_command(session::display_text(session::message_text(*message)));
    } else if (role == "toolResult") {
      turn.results.push_back(read_result(*message));
    }
  }
  return turn;
}

ModelReply say(const std::string& text) {
  json::Object block;
  block["type"] = "text";
  block["text"] = text;
  ModelReply out;
  out.content.push_back(std::move(block));
  out.stop_reason = "stop";
  return out;
}

void add_call(ModelReply& reply, const Turn& turn, std::string_view tool, json::Object arguments) {
  json::Object block;
  block["type"] = "toolCall";
  block["id"] = fmt::format("operator_{}_{}", turn.position, reply.content.size());
  block["name"] = tool;
  block["arguments"] = std::move(arguments);
  reply.content.push_back(std::move(block));
  reply.stop_reason = "toolUse";
}

ModelReply call(const Turn& turn, std::string_view tool, json::Object arguments) {
  ModelReply out;
  add_call(out, turn, tool, std::move(arguments));
  return out;
}

json::Object nodes_arguments(std::string_view action, const std::string& node = {}) {
  json::Object out;
  out["action"] = action;
  if (!node.empty()) out["node"] = node;
  return out;
}

ModelReply command_call(const Turn& turn, const std::string& node) {
  const auto& command = turn.command;
  json::Object arguments;
  switch (command.kind) {
    case Kind::run:
      arguments["command"] = command.text;
      arguments["host"] = "node";
      if (!node.empty()) arguments["node"] = node;
      return call(turn, "exec", std::move(arguments));
    case Kind::which: {
      json::Object params;
      params["bins"] = json::strings({command.text});
      arguments = nodes_arguments("invoke", node);
      arguments["invokeCommand"] = "system.which";
      arguments["invokeParamsJson"] = json::write(params);
      break;
    }
    case Kind::notify:
      arguments = nodes_arguments("notify", node);
      arguments["title"] = "OpenClaw";
      arguments["body"] = command.text;
      break;
    case Kind::locate:
      arguments = nodes_arguments("location_get", node);
      break;
    case Kind::device_status:
      arguments = nodes_arguments("device_status", node);
      break;
    default:
      arguments = nodes_arguments("describe", node);
      break;
  }
  return call(turn, "nodes", std::move(arguments));
}

std::string command_reply(const Turn& turn, const std::string& node) {
  const auto& result = turn.results.back();
  auto command = turn.command;
  command.node = node;
  if (result.error) return failure_reply(command, *result.error);
  switch (command.kind) {
    case Kind::run:
      return run_reply(command, result.text);
    case Kind::which:
      return which_reply(command, result.body);
    case Kind::notify:
      return fmt::format("Sent to {}: {}", node, command.text);
    case Kind::locate:
      return location_reply(node, result.body);
    case Kind::device_status:
      return device_reply(node, result.body);
    default:
      break;
  }
  return result.body.is_object() ? describe_reply(result.body.get_object()) : result.text;
}

// Connected nodes of a node.list answer, by label.
std::vector<std::string> connected_nodes(const json::Value& list) {
  std::vector<std::string> out;
  const auto* object = list.if_object();
  const auto* nodes = object ? json::get_array(*object, "nodes") : nullptr;
  if (!nodes) return out;
  for (const auto& item : *nodes) {
    const auto* node = item.if_object();
    if (node && nodes::node_connected(*node)) out.push_back(nodes::node_label(*node));
  }
  return out;
}

// A request about a node that names none: the only connected one is meant.
ModelReply unnamed_node_step(const Turn& turn) {
  if (turn.results.empty()) return call(turn, "nodes", nodes_arguments("status"));
  const auto& list = turn.results.front();
  if (list.error) return say(failure_reply(turn.command, *list.error));
  const auto connected = connected_nodes(list.body);
  if (connected.size() != 1)
    return say((connected.empty() ? "No node is connected."
                                  : "Several nodes are connected: say which one is meant.") +
               std::string("\n") + nodes_reply(list.body));
  if (turn.results.size() == 1) return command_call(turn, connected.front());
  return say(command_reply(turn, connected.front()));
}

// A name may be typed with words around it ("the lab node"): each spelling is tried until one is known.
ModelReply named_node_step(const Turn& turn) {
  const auto spellings = node_spellings(turn.command.node);
  std::size_t tried = 0;
  for (const auto& result : turn.results) {
    if (result.error && result.error->find("unknown node") != std::string::npos) ++tried;
  }
  if (turn.results.size() == tried && tried < spellings.size()) return command_call(turn, spellings[tried]);
  const bool known = turn.results.size() > tried;
  const auto node =
      spellings.empty() ? turn.command.node : spellings[known ? std::min(tried, spellings.size() - 1) : 0];
  if (known) return say(command_reply(turn, node));
  auto command = turn.command;
  return say(failure_reply(command, *turn.results.front().error));
}

ModelReply node_step(const Turn& turn) {
  const auto& command = turn.command;
  if (command.kind == Kind::notify && command.text.empty())
    return say("What shall the notification say? Write `notify NODE: text`.");
  if (!command.node.empty()) return named_node_step(turn);
  if (command.kind != Kind::run) return unnamed_node_step(turn);
  if (turn.results.empty()) return command_call(turn, {});  // exec picks the only node itself
  return say(command_reply(turn, {}));
}

ModelReply status_step(const Turn& turn) {
  if (turn.results.empty()) {
    auto out = call(turn, "session_status", json::Object());
    add_call(out, turn, "nodes", nodes_arguments("status"));
    return out;
  }
  std::string text;
  for (const auto& result : turn.results) {
    if (!text.empty()) text += "\n\n";
    if (result.error) {
      text += failure_reply(turn.command, *result.error);
    } else {
      text += result.tool == "nodes" ? nodes_reply(result.body) : result.text;
    }
  }
  return say(text);
}

ModelReply pairing_step(const Turn& turn) {
  const auto& command = turn.command;
  if (turn.results.empty()) {
    if (command.kind == Kind::pending) return call(turn, "nodes", nodes_arguments("pending"));
    auto arguments = nodes_arguments(command.kind == Kind::approve ? "approve" : "reject");
    arguments["requestId"] = command.text;
    return call(turn, "nodes", std::move(arguments));
  }
  const auto& result = turn.results.back();
  if (result.error) return say(failure_reply(command, *result.error));
  if (command.kind == Kind::pending) return say(pending_reply(result.body));
  return say((command.kind == Kind::approve ? "Approved: " : "Rejected: ") + command.text);
}

}  // namespace

ModelReply next_step(const json::Array& messages) {
  const auto turn = read_turn(messages);
  switch (turn.command.kind) {
    case Kind::unknown:
      return say(unknown_reply());
    case Kind::help:
      return say(help_reply());
    case Kind::status:
      return status_step(turn);
    case Kind::pending:
    case Kind::approve:
    case Kind::reject:
      return pairing_step(turn);
    case Kind::nodes:
      if (turn.results.empty()) return call(turn, "nodes", nodes_arguments("status"));
      if (turn.results.back().error) return say(failure_reply(turn.command, *turn.results.back().error));
      return say(nodes_reply(turn.results.back().body));
    default:
      return node_step(turn);
  }
}

namespace {

constexpr std::size_t kPieceBytes = 160;  // a few deltas for a usual reply

ModelFailure cancelled_failure() {
  ModelFailure out;
  out.reason = FailureReason::cancelled;
  out.text = "cancelled";
  return out;
}

class OperatorProvider final : public Provider {
 public:
  base::Task<ModelResult<ModelReply>> complete(ModelRequest request, ModelSink sink) override {
    auto reply = next_step(request.messages);
    const auto text = text_of(reply.content);
    const auto executor = co_await boost::asio::this_coro::executor;
    for (std::size_t at = 0; at < text.size();) {
      if (request.cancel.cancelled()) co_return tl::unexpected(cancelled_failure());
      auto piece = base::cut_utf8(std::string_view(text).substr(at), kPieceBytes);
      if (piece.empty()) piece = std::string_view(text).substr(at);  // not UTF-8: all at once
      if (sink.on_text) sink.on_text(piece);
      at += piece.size();
      co_await boost::asio::post(executor, boost::asio::use_awaitable);
    }
    co_return reply;
  }
};

}  // namespace

std::unique_ptr<Provider> make_builtin_operator() { return std::make_unique<OperatorProvider>(); }

}  // namespace openclaw::agent
