// GET /sessions/<key>/history and POST /sessions/<key>/kill (OpenClaw protocol 8.5). A shared secret has no scopes here, as
// in the reference: only the modes none and trusted-proxy get in.
#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "gateway/http/agent_turn.h"
#include "gateway/http/json_body.h"
#include "gateway/methods/session_rows.h"
#include "session/history.h"

namespace openclaw::gateway {
namespace {

constexpr std::string_view kPrefix = "/sessions/";
constexpr int kKeepaliveSeconds = 15;
// A client that reads this much too slowly is let go: it comes back after `retry` and gets the history.
constexpr std::size_t kMaxQueued = 8u << 20;
constexpr std::size_t kMaxEndBody = 65'536;

// The part of "/sessions/<key>/<action>" that is the key, still encoded; empty when the path is another.
std::string_view encoded_key(std::string_view path, std::string_view action) {
  if (!path.starts_with(kPrefix) || !path.ends_with(action)) return {};
  if (path.size() <= kPrefix.size() + action.size()) return {};
  const auto key = path.substr(kPrefix.size(), path.size() - kPrefix.size() - action.size());
  return key.find('/') == std::string_view::npos ? key : std::string_view();
}
bool is_history(const State&, const net::HttpRequest& head) { return !encoded_key(head.path, "/history").empty(); }
bool is_kill(const State&, const net::HttpRequest& head) { return !encoded_key(head.path, "/kill").empty(); }

net::HttpResponse plain_error(int status, std::string_view type, std::string_view message) {
  json::Object error;
  error["type"] = type;
  error["message"] = message;
  json::Object body;
  body["ok"] = false;
  body["error"] = std::move(error);
  return http_json(status, body);
}

// ---- history

struct Window {
  std::string given_key, key;
  std::size_t limit = 0;     // 0 = all
  std::int64_t before = 0;   // messages with a smaller seq; 0 = all
  bool whole() const { return limit == 0 && before == 0; }
};

Window window_of(const State& state, const net::HttpRequest& request, std::string given) {
  Window out;
  out.key = canonical_session_key(state, given);
  out.given_key = std::move(given);
  if (const auto limit = query_value(request.query, "limit")) {
    if (const auto number = base::parse_int(*limit)) out.limit = static_cast<std::size_t>(std::clamp<std::int64_t>(*number, 1, 1000));
  }
  if (const auto cursor = query_value(request.query, "cursor")) {
    const auto digits = cursor->starts_with("seq:") ? std::string_view(*cursor).substr(4) : std::string_view(*cursor);
    out.before = std::max<std::int64_t>(base::parse_int(digits).value_or(0), 0);
  }
  return out;
}

json::Object history_body(const Window& window, std::vector<store::MessageRecord> messages) {
  if (window.before > 0) std::erase_if(messages, [&](const auto& message) { return message.seq >= window.before; });
  bool more = false;
  if (window.limit > 0 && messages.size() > window.limit) {
    messages.erase(messages.begin(), messages.end() - static_cast<std::ptrdiff_t>(window.limit));
    more = true;
  }
  json::Array items = session::history_messages(messages);
  // What the bound on the whole answer has cut off can be asked for too.
  std::int64_t first = 0;
  if (!items.empty()) {
    if (const auto* mark = json::get_object(items.front().as_object(), "__openclaw")) first = json::get_int(*mark, "seq").value_or(0);
    const auto cut = std::any_of(messages.begin(), messages.end(),
                                 [&](const auto& message) { return message.seq < first && !session::silent_message(message); });
    more = more || cut;
  }
  json::Object out;
  out["sessionKey"] = window.key;
  out["items"] = items;
  out["messages"] = std::move(items);
  out["hasMore"] = more;
  if (more && first > 0) out["nextCursor"] = fmt::format("seq:{}", first);
  return out;
}

// A client that follows a transcript.
class Follower : public std::enable_shared_from_this<Follower> {
 public:
  Follower(State& state, ExchangePtr exchange, Window window)
      : state_(state), exchange_(std::move(exchange)), window_(std::move(window)), timer_(state.loop) {}

  void start() {
    exchange_->on_gone([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->end();
    });
    start_events(state_, exchange_);
    exchange_->write("retry: 1000\n\n");
    watch_ = state_.observers.follow_session(window_.key, [self = shared_from_this()](const auto& message) { self->on_message(message); });
    base::spawn(state_.loop, load(shared_from_this()), "session history");
    keep_alive();
  }

 private:
  void end() {
    watch_.reset();
    timer_.cancel();
    if (exchange_) exchange_->finish();
    exchange_.reset();
  }

  bool usable() {
    if (!exchange_) return false;
    if (!state_.stopping && exchange_->open() && exchange_->queued_bytes() <= kMaxQueued) return true;
    end();
    return false;
  }

  void show(std::vector<store::MessageRecord> messages) {
    if (!messages.empty()) last_seq_ = messages.back().seq;
    exchange_->write(named_event("history", history_body(window_, std::move(messages))));
  }

  void on_message(const store::MessageRecord& message) {
    const auto self = shared_from_this();  // the watch, which holds us, may end here
    if (!usable()) return;
    newest_ = message.id;
    if (loading_) return;
    // A window moves with its transcript, and after a reset the transcript is another: both are shown again.
    const bool follows = message.seq > last_seq_;
    if (!window_.whole() || !follows) return base::spawn(state_.loop, load(self), "session history");
    last_seq_ = message.seq;
    if (session::silent_message(message)) return;
    json::Object event;
    event["sessionKey"] = window_.key;
    event["message"] = session::history_message(message);
    if (!message.id.empty()) event["messageId"] = message.id;
    event["messageSeq"] = message.seq;
    exchange_->write(named_event("message", event));
  }

  // Again when messages have come meanwhile: whether the list has them is not known.
  static base::Task<void> load(std::shared_ptr<Follower> self) {
    self->loading_ = true;
    for (;;) {
      self->newest_.clear();
      auto messages = co_await self->state_.runtime->messages(self->window_.key, 0);
      if (!self->usable()) co_return;
      if (!self->newest_.empty()) continue;
      self->loading_ = false;
      if (messages) self->show(std::move(*messages));
      co_return;
    }
  }

  void keep_alive() {
    timer_.expires_after(std::chrono::seconds(kKeepaliveSeconds));
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
      const auto self = weak.lock();
      if (!self || ec || !self->usable()) return;
      self->exchange_->write(": keepalive\n\n");
      self->keep_alive();
    });
  }

  State& state_;
  ExchangePtr exchange_;
  Window window_;
  boost::asio::steady_timer timer_;
  RunObservers::Watch watch_;
  std::int64_t last_seq_ = 0;
  std::string newest_;  // message that came while the list was loaded
  bool loading_ = true;
};

base::Task<void> answer_history(State* state, ExchangePtr exchange, Window window) {
  if (!state->store_ready.is_set()) co_await state->store_ready.wait();
  const bool known = state->store_problem.empty() && state->runtime->session(window.key);
  if (!known) {
    send(*state, exchange, plain_error(404, "not_found", "Session not found: " + window.given_key));
    co_return;
  }
  if (header_text(exchange->request(), "accept").find("text/event-stream") != std::string::npos) {
    std::make_shared<Follower>(*state, std::move(exchange), std::move(window))->start();
    co_return;
  }
  auto messages = co_await state->runtime->messages(window.key, 0);
  if (!messages) {
    refuse_internal(*state, exchange);
    co_return;
  }
  send(*state, exchange, http_json(200, history_body(window, std::move(*messages))));
}

// The key of the path; answers and gives nothing when it is not readable.
std::optional<std::string> key_of(State& state, const ExchangePtr& exchange, std::string_view action) {
  auto key = url_decode(encoded_key(exchange->request().path, action));
  if (key) key = std::string(base::trim(*key));
  if (key && !key->empty()) return key;
  refuse_request(state, exchange, "Invalid session key.");
  return std::nullopt;
}

void history(State& state, ExchangePtr exchange) {
  if (!admitted(state, exchange, protocol::kRead, SecretScopes::none)) return;
  auto key = key_of(state, exchange, "/history");
  if (!key) return;
  auto window = window_of(state, exchange->request(), std::move(*key));
  base::spawn(state.loop, answer_history(&state, std::move(exchange), std::move(window)), "session history");
}

// ---- kill

base::Task<void> answer_kill(State* state, ExchangePtr exchange, std::string given, std::string requester) {
  if (!state->store_ready.is_set()) co_await state->store_ready.wait();
  const auto key = canonical_session_key(*state, given);
  const auto* record = state->store_problem.empty() ? state->runtime->session(key) : nullptr;
  if (!record) {
    send(*state, exchange, plain_error(404, "not_found", "Session not found: " + given));
    co_return;
  }
  if (!requester.empty()) {
    const auto owner = json::get_string_or(record->entry, "spawnedBy", "");
    if (owner.empty() || canonical_session_key(*state, owner) != canonical_session_key(*state, requester)) {
      send(*state, exchange, plain_error(403, "forbidden", "The session was not started by the requester session."));
      co_return;
    }
  }
  bool killed = false;
  for (const auto& run : state->runtime->active(key)) killed = state->runtime->abort(run.run_id, "rpc") || killed;
  json::Object body;
  body["ok"] = true;
  body["killed"] = killed;
  send(*state, exchange, http_json(200, body));
}

void kill(State& state, ExchangePtr exchange) {
  const auto& request = exchange->request();
  auto requester = header_text(request, "x-openclaw-requester-session-key");
  if (!admitted(state, exchange, requester.empty() ? protocol::kAdmin : protocol::kWrite, SecretScopes::none)) return;
  if (requester.empty() && !local_direct(state, request)) {
    return send(state, exchange,
                plain_error(403, "forbidden", "Killing a session takes a local admin request or the session that started it."));
  }
  auto key = key_of(state, exchange, "/kill");
  if (!key) return;
  base::spawn(state.loop, answer_kill(&state, std::move(exchange), std::move(*key), std::move(requester)), "session kill");
}

constexpr HttpRoute kRoutes[] = {
    {is_kill, "POST", HttpAuth::bearer, kMaxEndBody, HttpErrors::openai, kill},
    {is_history, "GET", HttpAuth::bearer, 0, HttpErrors::openai, history},
};

}  // namespace

std::span<const HttpRoute> session_routes() { return kRoutes; }

}  // namespace openclaw::gateway
