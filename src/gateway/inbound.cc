#include "base/log.h"
#include "gateway/methods/session_rows.h"
#include "gateway/parts.h"
#include "session/keys.h"

namespace openclaw::gateway {
namespace {

class AgentInbox final : public channels::InboundSink {
 public:
  explicit AgentInbox(State& state) : state_(state) {}

  base::Task<base::Result<>> deliver(channels::InboundMessage message, std::function<base::Result<>(store::Db&)> also) override {
    agent::RunRequest request;
    request.run_id = fmt::format("{}:{}:{}", message.channel, message.account, message.dedupe_key);
    request.kind = "channel";
    request.agent_id = state_.settings.default_agent;
    session::PeerRoute route;
    route.agent_id = request.agent_id;
    route.channel = message.channel;
    route.account = message.account;
    route.kind = message.chat_type;
    route.peer_id = message.chat_type == "direct" ? message.sender_id : message.chat_id;
    route.dm_scope = state_.config.get_string("session.dmScope").value_or("main");
    route.main_key = state_.settings.main_key;
    request.session_key = session::peer_key(route);
    request.given_key = request.session_key;
    request.message = message.text;
    request.timeout_ms = default_run_timeout_ms(state_);
    request.sender_label = label(message);
    request.sender_id = message.sender_id;
    request.route = agent::ReplyRoute{message.channel, message.account, message.chat_id, message.chat_id};
    request.origin = origin(message);
    auto submitted = co_await state_.runtime->submit(std::move(request), std::move(also));
    if (!submitted) co_return tl::unexpected(std::move(submitted).error());
    co_return base::Result<>{};
  }

  base::Task<base::Result<>> commit(std::function<base::Result<>(store::Db&)> work) override {
    auto written = co_await state_.store.write(std::move(work));
    co_return written;
  }

 private:
  // "Ada (@ada) id:4242"
  static std::string label(const channels::InboundMessage& m) {
    std::string out = m.sender_name;
    if (!m.sender_username.empty()) out += (out.empty() ? "@" : " (@") + m.sender_username + (out.empty() ? "" : ")");
    return out.empty() ? m.sender_id : out;
  }

  static json::Object origin(const channels::InboundMessage& m) {
    const std::string peer = m.channel + ":" + m.chat_id;
    json::Object from;
    from["label"] = label(m) + " id:" + m.sender_id;
    from["provider"] = m.channel;
    from["surface"] = m.channel;
    from["chatType"] = m.chat_type;
    from["from"] = peer;
    from["to"] = peer;
    from["accountId"] = m.account;
    json::Object delivery;
    delivery["channel"] = m.channel;
    delivery["to"] = peer;
    delivery["accountId"] = m.account;
    json::Object out;
    out["chatType"] = m.chat_type;
    out["displayName"] = from["label"];
    out["origin"] = std::move(from);
    out["deliveryContext"] = std::move(delivery);
    out["lastChannel"] = m.channel;
    out["lastTo"] = peer;
    out["lastAccountId"] = m.account;
    return out;
  }

  State& state_;
};

}  // namespace

std::unique_ptr<channels::InboundSink> make_inbound_sink(State& state) { return std::make_unique<AgentInbox>(state); }

}  // namespace openclaw::gateway
