#include "agent/model_config.h"
#include "gateway/dispatch.h"
#include "gateway/parts.h"
#include "json/json.h"

namespace openclaw::gateway {
namespace {

// The agent's tools call methods in process, with the gateway's own rights: no socket, no second identity to pair
// (spec: methods 16.3).
class InProcessHost final : public agent::ToolHost {
 public:
  explicit InProcessHost(State& state) : state_(state) {}

  base::Task<protocol::WireResult<>> call(std::string method, json::Object params) override {
    struct Slot {
      explicit Slot(base::Loop& loop) : done(loop) {}
      base::Event done;
      std::optional<MethodResult> result;
    };
    auto slot = std::make_shared<Slot>(state_.loop);
    CallContext caller;
    caller.internal = true;
    caller.role = protocol::kRoleOperator;
    caller.client.id = "gateway-client";
    caller.client.mode = "backend";
    caller.scopes = {std::string(protocol::kAdmin)};
    const json::Value given = std::move(params);
    dispatch(state_, caller, method, &given, [slot](MethodResult result) {
      slot->result.emplace(std::move(result));
      slot->done.set();
    });
    co_await slot->done.wait();
    if (!*slot->result) co_return tl::unexpected(std::move(slot->result->error()));
    Reply& reply = **slot->result;
    if (!reply.text) co_return std::move(reply.value);
    auto parsed = json::parse(*reply.text);
    if (!parsed) co_return protocol::unavailable("internal: " + parsed.error().message);
    co_return std::move(*parsed);
  }

  std::string session_status(const std::string& session_key) override { return state_.runtime->status_text(session_key); }

 private:
  State& state_;
};

class ConfiguredModel final : public agent::ModelSource {
 public:
  explicit ConfiguredModel(State& state) : state_(state) {}
  base::Result<agent::ModelTarget> current_model(const std::string& agent_id) override {
    return with_limits(agent::resolve_model(state_.config.resolved, state_.env, agent_id));
  }
  base::Result<agent::ModelTarget> named_model(const std::string&, const std::string& ref) override {
    return with_limits(agent::resolve_model_named(state_.config.resolved, state_.env, ref));
  }

 private:
  base::Result<agent::ModelTarget> with_limits(base::Result<agent::ModelTarget> target) const {
    if (!target) return target;
    if (const auto seconds = state_.config.get_int("agents.defaults.llm.idleTimeoutSeconds")) {
      // 0 switches the limit off; a day of silence is as good as that.
      target->idle_timeout_ms = static_cast<int>(*seconds > 0 && *seconds < 86'400 ? *seconds * 1000 : 86'400'000);
    }
    return target;
  }

  State& state_;
};

}  // namespace

std::unique_ptr<agent::ToolHost> make_tool_host(State& state) { return std::make_unique<InProcessHost>(state); }
std::unique_ptr<agent::ModelSource> make_model_source(State& state) { return std::make_unique<ConfiguredModel>(state); }

}  // namespace openclaw::gateway
