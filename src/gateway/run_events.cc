#include "gateway/methods/session_rows.h"
#include "gateway/parts.h"
#include "protocol/frame.h"
#include "session/history.h"

namespace openclaw::gateway {
namespace {

class GatewayRunEvents final : public agent::RunEvents {
 public:
  explicit GatewayRunEvents(State& state) : state_(state) {}

  void agent(const agent::AgentEvent& event) override {
    state_.observers.agent(event);
    json::Object payload;
    payload["runId"] = event.run_id;
    payload["stream"] = event.stream;
    payload["data"] = event.data;
    if (!event.session_key.empty()) payload["sessionKey"] = event.session_key;
    payload["seq"] = event.seq;
    payload["ts"] = event.ts;
    if (event.stream == "tool") return tool(event, std::move(payload));
    state_.nodes.send_to_subscribers(event.session_key, "agent", payload);
    state_.hub.broadcast("agent", json::write(payload));
  }

  void chat(const agent::ChatEvent& event) override {
    json::Object payload;
    payload["runId"] = event.run_id;
    payload["sessionKey"] = event.session_key;
    payload["seq"] = event.seq;
    payload["state"] = event.state;
    if (event.message) payload["message"] = *event.message;
    if (!event.error_message.empty()) payload["errorMessage"] = event.error_message;
    if (!event.stop_reason.empty()) payload["stopReason"] = event.stop_reason;
    state_.nodes.send_to_subscribers(event.session_key, "chat", payload);
    state_.hub.broadcast("chat", json::write(payload), std::nullopt, event.state == "delta");
  }

  void session_message(const std::string& key, const store::MessageRecord& message) override {
    state_.observers.session_message(key, message);
    json::Object shown = session::without_image_data(message.body);
    json::Object mark;
    mark["id"] = message.id;
    mark["seq"] = message.seq;
    shown["__openclaw"] = std::move(mark);
    show_message(key, std::move(shown), message.id, message.seq);
  }

  void user_text(const std::string& key, const std::string& text, std::int64_t seq) override {
    json::Object mark;
    mark["seq"] = seq;
    json::Object shown;
    shown["role"] = "user";
    shown["content"] = text;
    shown["timestamp"] = state_.clock.wall_ms();
    shown["__openclaw"] = std::move(mark);
    show_message(key, std::move(shown), {}, seq);
  }

  void session_changed(const std::string& key, std::string_view phase, std::string_view reason, const std::string& run_id) override {
    if (!reason.empty()) {
      announce_session(state_, key, reason);
    } else if (state_.hub.has_subscribers("sessions.changed", key)) {
      json::Object payload;
      payload["sessionKey"] = key;
      payload["phase"] = phase;
      payload["runId"] = run_id;
      payload["ts"] = state_.clock.wall_ms();
      add_session_facts(state_, key, true, payload);
      state_.hub.send_to_subscribers("sessions.changed", key, json::write(payload));
    }
    if (phase == "end" || phase == "error") {
      state_.hub.forget_run(run_id);
      refresh_health(state_);
    }
  }

  void outbox_pushed(const std::string& channel) override {
    for (const auto& entry : state_.channels) {
      if (entry->id() == channel) entry->outbox_changed();
    }
  }

 private:
  // Tool streams go to the connections that asked for those of this run, and to session subscribers as session.tool.
  void tool(const agent::AgentEvent& event, json::Object payload) {
    const auto followers = state_.hub.followers(event.run_id);
    if (followers.empty() && !state_.hub.has_subscribers("session.tool", event.session_key)) return;
    if (verbose_in_force(state_, state_.runtime->session(event.session_key)) != "full") {
      auto& data = payload["data"].as_object();
      data.erase("result");
      data.erase("partialResult");
    }
    add_session_facts(state_, event.session_key, true, payload);
    const std::string text = json::write(payload);
    state_.hub.send_to_all(followers, "agent", text);
    state_.hub.send_to_subscribers("session.tool", event.session_key, text);
  }

  void show_message(const std::string& key, json::Object message, const std::string& id, std::int64_t seq) {
    if (!state_.hub.has_subscribers("session.message", key)) return;
    json::Object payload;
    payload["sessionKey"] = key;
    payload["message"] = std::move(message);
    if (!id.empty()) payload["messageId"] = id;
    payload["messageSeq"] = seq;
    json::Object facts;
    add_session_facts(state_, key, true, facts);
    for (const auto& [name, value] : facts) payload[name] = value;
    state_.hub.send_to_subscribers("session.message", key, json::write(payload));
    if (!state_.hub.has_subscribers("sessions.changed", key)) return;
    json::Object change;
    change["sessionKey"] = key;
    change["phase"] = "message";
    change["ts"] = state_.clock.wall_ms();
    if (!id.empty()) change["messageId"] = id;
    change["messageSeq"] = seq;
    for (auto& [name, value] : facts) change[name] = std::move(value);
    state_.hub.send_to_subscribers("sessions.changed", key, json::write(change));
  }

  State& state_;
};

}  // namespace

std::unique_ptr<agent::RunEvents> make_run_events(State& state) { return std::make_unique<GatewayRunEvents>(state); }

}  // namespace openclaw::gateway
