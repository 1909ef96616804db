#include "gateway/parts.h"
#include "protocol/frame.h"

namespace openclaw::gateway {
namespace {

class GatewayRunEvents final : public agent::RunEvents {
 public:
  explicit GatewayRunEvents(State& state) : state_(state) {}

  void agent(const agent::AgentEvent& event) override {
    json::Object payload;
    payload["runId"] = event.run_id;
    payload["stream"] = event.stream;
    payload["data"] = event.data;
    if (!event.session_key.empty()) payload["sessionKey"] = event.session_key;
    payload["seq"] = event.seq;
    payload["ts"] = event.ts;
    if (event.stream != "tool") return state_.hub.broadcast("agent", json::write(payload));
    // Tool streams go only to the connections that asked for them, and without the result: verbose levels that
    // show it are not there yet.
    auto& data = payload["data"].as_object();
    data.erase("result");
    data.erase("partialResult");
    const std::string text = json::write(payload);
    for (const auto& id : state_.hub.followers(event.run_id)) {
      if (auto session = state_.hub.find(id)) Hub::send_to(*session, "agent", text);
    }
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
    state_.hub.broadcast("chat", json::write(payload));
  }

  void session_message(const std::string&, const store::MessageRecord&) override {}

  void session_changed(const std::string&, std::string_view phase, std::string_view, const std::string& run_id) override {
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
  State& state_;
};

}  // namespace

std::unique_ptr<agent::RunEvents> make_run_events(State& state) { return std::make_unique<GatewayRunEvents>(state); }

}  // namespace openclaw::gateway
