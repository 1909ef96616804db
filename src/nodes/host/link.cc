#include "nodes/host/link.h"

#include "protocol/errors.h"

namespace openclaw::nodes {
namespace {

json::Object result_params(const json::Object& request, CommandReply reply) {
  json::Object params;
  params["id"] = json::get_string_or(request, "id", "");
  params["nodeId"] = json::get_string_or(request, "nodeId", "");
  params["ok"] = reply.ok;
  if (reply.ok) {
    params["payloadJSON"] = std::move(reply.payload_json);
    return params;
  }
  json::Object error;
  error["code"] = std::move(reply.error_code);
  error["message"] = std::move(reply.error_message);
  params["error"] = std::move(error);
  return params;
}

}  // namespace

Link::Link(base::Loop& loop, CommandHostOptions options)
    : loop_(loop),
      host_(loop, std::move(options),
            [this](std::string event, json::Object payload) {
              send_event(std::move(event), std::move(payload));
            }),
      idle_(loop) {
  idle_.set();
}

void Link::attach(std::shared_ptr<client::GatewayClient> client) {
  client_ = std::move(client);
  client_->on_event([weak = weak_from_this()](const std::string& event, const json::Value& payload) {
    auto self = weak.lock();
    if (self && event == "node.invoke.request") self->on_invoke(payload);
  });
}

void Link::on_invoke(const json::Value& payload) {
  const json::Object* request = payload.if_object();
  if (!request || json::get_string_or(*request, "id", "").empty()) return;
  if (running_ >= kMaxInvocations) {
    CommandReply busy{false,
                      {},
                      std::string(protocol::kUnavailable),
                      "node is busy with " + std::to_string(kMaxInvocations) + " commands"};
    client_->post("node.invoke.result", json::Value(result_params(*request, std::move(busy))));
    return;
  }
  ++running_;
  idle_.reset();
  base::spawn(loop_, answer(shared_from_this(), client_, *request), "node invoke");
}

// The answer goes back over the connection the request came from: another one would be ignored anyway.
base::Task<void> Link::answer(std::shared_ptr<Link> self, std::shared_ptr<client::GatewayClient> client,
                              json::Object request) {
  std::string command = json::get_string_or(request, "command", "");
  std::optional<std::string> params = json::get_string(request, "paramsJSON");
  const int timeout = static_cast<int>(json::get_int(request, "timeoutMs").value_or(0));
  CommandReply reply = co_await self->host_.invoke(std::move(command), std::move(params), timeout);
  client->post("node.invoke.result", json::Value(result_params(request, std::move(reply))));
  if (--self->running_ == 0) self->idle_.set();
}

void Link::send_event(std::string event, json::Object payload) {
  if (client_ && client_->connected()) {
    post_event(event, payload);
    return;
  }
  if (waiting_.size() >= kMaxWaitingEvents) waiting_.pop_front();
  waiting_.emplace_back(std::move(event), std::move(payload));
}

void Link::post_event(const std::string& event, const json::Object& payload) {
  json::Object params;
  params["event"] = event;
  params["payloadJSON"] = json::write(payload);
  client_->post("node.event", json::Value(std::move(params)));
}

void Link::send_waiting() {
  for (const auto& [event, payload] : waiting_) post_event(event, payload);
  waiting_.clear();
}

base::Task<void> Link::drain(base::Millis limit) {
  if (running_ != 0) co_await idle_.wait_for(limit);
}

}  // namespace openclaw::nodes
