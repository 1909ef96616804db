// channels.logout, send. channels.status is with the other states in system_methods.cc.
#include <algorithm>

#include "agent/transcript.h"
#include "base/strings.h"
#include "channels/telegram/format.h"
#include "gateway/live_config.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/config_change.h"
#include "gateway/methods/session_rows.h"
#include "store/runs.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;

constexpr int kDeliveryMs = 30'000;  // how long a caller waits for the channel; the message waits longer
constexpr std::string_view kTelegram = "telegram";

std::string text_of(const json::Object& params, std::string_view name) {
  return std::string(base::trim(json::get_string_or(params, name, "")));
}

channels::Channel* find_channel(const State& state, std::string_view id) {
  for (const auto& channel : state.channels) {
    if (channel->id() == id) return channel.get();
  }
  return nullptr;
}

// ---- channels.logout

// Takes the token's settings out of the document; `cleared` says whether there were any.
json::Value without_token(const json::Value& parsed, const std::string& account, bool* cleared) {
  json::Value out = parsed;
  const auto clear = [&](json::Object& settings) {
    for (const char* field : {"botToken", "tokenFile"}) {
      if (!settings.contains(field)) continue;
      settings.stable_erase(field);
      *cleared = true;
    }
  };
  auto* root = out.if_object();
  auto* channels = root ? root->if_contains("channels") : nullptr;
  auto* telegram = channels && channels->is_object() ? channels->get_object().if_contains(kTelegram) : nullptr;
  if (!telegram || !telegram->is_object()) return out;
  if (account == session::kDefaultAccount) clear(telegram->get_object());
  auto* accounts = telegram->get_object().if_contains("accounts");
  auto* own = accounts && accounts->is_object() ? accounts->get_object().if_contains(account) : nullptr;
  if (own && own->is_object()) clear(own->get_object());
  return out;
}

base::Task<MethodResult> logout(State& state, CallContext, json::Object params) {
  const std::string id = base::lower_ascii(text_of(params, "channel"));
  if (id != kTelegram) co_return invalid_request("invalid channels.logout channel");
  if (!state.config.valid) co_return invalid_request("config invalid; fix it before logging out");
  const std::string account = session::normalize_account_id(text_of(params, "accountId")).value_or(std::string(session::kDefaultAccount));
  auto cleared = std::make_shared<bool>(false);
  std::function<json::Value(const json::Value&)> change = [account, cleared](const json::Value& parsed) {
    return without_token(parsed, account, cleared.get());
  };
  auto changed = co_await change_config(state, "channels.logout", std::move(change));
  if (!changed) co_return tl::unexpected(std::move(changed).error());
  const bool env = account == session::kDefaultAccount && state.env.non_blank("TELEGRAM_BOT_TOKEN").has_value();
  // A change of the configuration has restarted the channel: with a token from the environment it runs again.
  if (auto* channel = find_channel(state, id)) co_await channel->stop();
  json::Object out;
  out["channel"] = id;
  out["accountId"] = account;
  out["cleared"] = *cleared;
  out["envToken"] = env;
  out["loggedOut"] = !env;
  co_return Reply(std::move(out));
}

// ---- send

struct Outgoing {
  std::string run_id, channel, account, to, text, thread, session_key, agent_id;
};

tl::expected<std::string, protocol::WireError> choose_channel(const State& state, const std::string& given) {
  if (given == "webchat") {
    return invalid_request("unsupported channel: webchat (internal-only). Use `chat.send` for WebChat UI messages or choose a deliverable channel.");
  }
  if (!given.empty()) {
    if (find_channel(state, given)) return given;
    return invalid_request("unsupported channel: " + given);
  }
  if (state.channels.size() == 1) return state.channels.front()->id();
  if (state.channels.empty()) return invalid_request("Channel is required (no configured channels detected).");
  std::vector<std::string> names;
  for (const auto& channel : state.channels) names.push_back(channel->id());
  return invalid_request("Channel is required when multiple channels are configured: " + base::join(names, ", "));
}

bool has_media(const json::Object& params) {
  const auto* list = json::get_array(params, "mediaUrls");
  return !text_of(params, "mediaUrl").empty() || (list && !list->empty());
}

tl::expected<Outgoing, protocol::WireError> outgoing_of(const State& state, const json::Object& params) {
  Outgoing out;
  out.run_id = json::get_string_or(params, "idempotencyKey", "");
  out.to = text_of(params, "to");
  out.text = json::get_string_or(params, "message", "");
  out.thread = text_of(params, "threadId");
  if (base::trim(out.text).empty() && !has_media(params)) return invalid_request("invalid send params: text or media is required");
  auto channel = choose_channel(state, base::lower_ascii(text_of(params, "channel")));
  if (!channel) return tl::unexpected(std::move(channel).error());
  out.channel = std::move(*channel);
  out.account = session::normalize_account_id(text_of(params, "accountId")).value_or(std::string(session::kDefaultAccount));
  const std::string agent = text_of(params, "agentId");
  out.agent_id = session::normalize_agent_id(agent.empty() ? state.settings.default_agent : agent);
  const std::string key = text_of(params, "sessionKey");
  if (!key.empty()) out.session_key = canonical_session_key(state, key);
  return out;
}

// The session that talks with this recipient.
std::string session_of(const State& state, const Outgoing& message) {
  if (!message.session_key.empty()) return message.session_key;
  const auto target = channels::telegram::parse_target(message.to);
  session::PeerRoute route;
  route.agent_id = message.agent_id;
  route.channel = message.channel;
  route.account = message.account;
  route.kind = target.chat_type == "group" ? "group" : "direct";
  route.peer_id = target.chat_id;
  route.dm_scope = state.config.get_string("session.dmScope").value_or("main");
  route.main_key = state.settings.main_key;
  return session::peer_key(route);
}

// What was sent stands in the transcript, as an assistant message that the model is not shown again.
base::Task<void> mirror(State& state, Outgoing message) {
  const std::string key = session_of(state, message);
  if (!state.runtime->session(key)) {
    const std::string peer = message.channel + ":" + channels::telegram::parse_target(message.to).chat_id;
    agent::SessionEdit make;
    make.key = key;
    make.agent_id = session::agent_of_key(key);
    make.create = true;
    make.edit = [message, peer](store::SessionRecord& session) -> base::Result<> {
      json::Object delivery;
      delivery["channel"] = message.channel;
      delivery["to"] = peer;
      delivery["accountId"] = message.account;
      session.entry["deliveryContext"] = std::move(delivery);
      session.entry["lastChannel"] = message.channel;
      session.entry["lastTo"] = peer;
      session.entry["lastAccountId"] = message.account;
      return {};
    };
    auto made = co_await state.runtime->edit_session(std::move(make));
    if (!made) co_return;
  }
  json::Object body = agent::gateway_message("delivery-mirror", message.text, state.clock.wall_ms());
  (void)co_await state.runtime->append_note(key, std::move(body));
}

// The answer that the stored fate of a message means; nothing while it is under way.
std::optional<MethodResult> answer_of(const Outgoing& message, const json::Value& fate) {
  const auto* object = fate.if_object();
  const auto delivered = object ? json::get_bool(*object, "delivered") : std::nullopt;
  if (!delivered) return std::nullopt;
  if (!*delivered) return MethodResult(unavailable("Error: " + json::get_string_or(*object, "error", "not delivered")));
  json::Object out;
  out["runId"] = message.run_id;
  out["messageId"] = json::get_string_or(*object, "messageId", "");
  out["channel"] = message.channel;
  out["chatId"] = json::get_string_or(*object, "chatId", "");
  return MethodResult(Reply(std::move(out)));
}

struct Queued {
  std::optional<json::Value> fate;  // of an earlier request with this key
  std::int64_t record = 0;
  bool fresh = false;
};

// Into the outbox, once for each key: the key, the record and what will become of it are one thing.
base::Task<base::Result<Queued>> queue(State& state, Outgoing message) {
  const std::string receipt = "send:" + message.run_id;
  store::OutboxRecord record;
  record.channel = message.channel;
  record.account = message.account;
  record.lane = channels::telegram::parse_target(message.to).chat_id;
  record.payload["to"] = message.to;
  record.payload["text"] = message.text;
  if (!message.thread.empty()) record.payload["threadId"] = message.thread;
  record.payload["receipt"] = receipt;
  record.created_at = record.next_at = state.clock.wall_ms();
  auto job = [record, receipt](store::Db& db) -> base::Result<Queued> {
    Queued out;
    OC_TRY_ASSIGN(out.fate, store::find_idempotent(db, receipt));
    if (out.fate) {
      if (const auto* object = out.fate->if_object()) out.record = json::get_int(*object, "record").value_or(0);
      return out;
    }
    OC_TRY_ASSIGN(out.record, store::push_outbox(db, record));
    json::Object pending;
    pending["record"] = out.record;
    OC_TRY(store::put_idempotent(db, receipt, pending, record.created_at));
    out.fresh = true;
    return out;
  };
  auto queued = co_await state.store.write(std::move(job));
  co_return queued;
}

base::Task<MethodResult> send(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  if (!state.store_problem.empty()) co_return unavailable(state.store_problem);
  auto message = outgoing_of(state, params);
  if (!message) co_return tl::unexpected(std::move(message).error());
  if (has_media(params)) co_return unavailable("Error: this gateway sends text only through " + message->channel);
  if (message->account != session::kDefaultAccount) co_return unavailable(fmt::format("Error: {} has no account \"{}\"", message->channel, message->account));
  if (!channels::telegram::is_deliverable(channels::telegram::parse_target(message->to))) {
    co_return unavailable("Error: Telegram recipient must be a numeric chat ID");
  }
  auto queued = co_await queue(state, *message);
  if (!queued) co_return unavailable("Error: " + queued.error().message);
  if (queued->fate) {
    if (auto known = answer_of(*message, *queued->fate)) co_return std::move(*known);
  }
  auto* channel = find_channel(state, message->channel);
  if (!channel) co_return unavailable("Error: " + message->channel + " is not running");
  channel->outbox_changed();
  co_await channel->settled(queued->record, kDeliveryMs);
  auto fate_job = [receipt = "send:" + message->run_id](store::Db& db) { return store::find_idempotent(db, receipt); };
  auto fate = co_await state.store.read(std::move(fate_job));
  if (!fate) co_return unavailable("Error: " + fate.error().message);
  auto answer = *fate ? answer_of(*message, **fate) : std::nullopt;
  if (!answer) {
    co_return unavailable(fmt::format("Error: {} has not taken the message within {} s; it stays queued and goes out when it can",
                                      message->channel, kDeliveryMs / 1000));
  }
  if (*answer && queued->fresh) co_await mirror(state, *message);
  co_return std::move(*answer);
}

constexpr Binding kBindings[] = {
    {"channels.logout", nullptr, logout},
    {"send", nullptr, send},
};

}  // namespace

std::span<const Binding> channel_bindings() { return kBindings; }

}  // namespace openclaw::gateway
