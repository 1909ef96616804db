#include "gateway/server_loop.h"

#include <unistd.h>

#include <boost/asio/signal_set.hpp>

#include "agent/runtime.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "channels/telegram/settings.h"
#include "channels/telegram/telegram.h"
#include "gateway/book_loader.h"
#include "gateway/http/routes.h"
#include "gateway/methods/subjects.h"
#include "gateway/parts.h"
#include "store/records.h"
#include "store/runs.h"

namespace openclaw::gateway {
namespace {

constexpr int kDrainMs = 5'000;        // runs that have not ended by then are closed at the next start
constexpr int kCloseLingerMs = 1'000;  // for close frames to be answered
constexpr std::int64_t kHealthEveryMs = 60'000;

struct Loaded {
  StoredBook book;
  std::string gateway_id;
};

// The gateway's own id: made once for a state folder. It is not the device id, which the command line shares.
base::Result<std::string> load_gateway_id(store::Db& db) {
  OC_TRY_ASSIGN(const auto meta, store::load_records(db, "meta"));
  for (const auto& [id, body] : meta) {
    if (id == "gateway") return json::get_string_or(body, "id", "");
  }
  json::Object body;
  const std::string id = base::uuid4();
  body["id"] = id;
  OC_TRY(store::put_record(db, "meta", "gateway", body));
  return id;
}

net::ServerCallbacks callbacks(State& state, PreauthBudget& budget) {
  net::ServerCallbacks out;
  out.plan = [&state](const net::HttpRequest& head) { return http_plan(state, head); };
  out.http = [&state](std::shared_ptr<net::HttpExchange> exchange) { http_serve(state, std::move(exchange)); };
  out.upgrade = [&state, &budget](const net::HttpRequest& request) -> std::optional<net::HttpResponse> {
    net::HttpResponse refusal;
    refusal.status = 503;
    if (state.stopping) refusal.body = "Gateway websocket handlers unavailable";
    else if (budget.full(budget_key(state, request))) refusal.body = "Too many unauthenticated sockets";
    else return std::nullopt;
    return refusal;
  };
  out.socket = [&state, &budget](std::shared_ptr<net::WsConnection> socket, net::HttpRequest upgrade) {
    return std::make_shared<Connection>(state, budget, std::move(socket), std::move(upgrade));
  };
  return out;
}

}  // namespace

ServerLoop::ServerLoop(State& state)
    : state_(state), budget_(state.settings.max_preauth_per_ip), server_(state.loop, callbacks(state, budget_)) {}

base::Result<> ServerLoop::listen() {
  for (std::size_t i = 0; i < state_.settings.hosts.size(); ++i) {
    const std::string& host = state_.settings.hosts[i];
    auto bound = server_.listen(host, state_.settings.port);
    if (!bound && i == 0) return tl::unexpected(std::move(bound).error());
    if (!bound) continue;  // [::1] is a courtesy
    const bool v6 = host.find(':') != std::string::npos;
    listening_.push_back(fmt::format("ws://{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", *bound));
  }
  return {};
}

std::string ServerLoop::addresses() const {
  std::string out;
  for (const auto& address : listening_) out += (out.empty() ? "" : ", ") + address;
  return out;
}

base::Task<void> ServerLoop::start_parts() {
  auto opened = co_await state_.store.open();
  if (opened) {
    auto loaded_job = [import = auth::import_reference_pairing(state_.settings.state_dir, state_.clock.wall_ms())](
                          store::Db& db) -> base::Result<Loaded> {
      Loaded out;
      OC_TRY_ASSIGN(out.book, load_book(db, import));
      OC_TRY_ASSIGN(out.gateway_id, load_gateway_id(db));
      return out;
    };
    auto loaded = co_await state_.store.write(std::move(loaded_job));
    if (!loaded) {
      opened = tl::unexpected(std::move(loaded).error());
    } else {
      state_.gateway_id = loaded->gateway_id;
      fill_book(state_.devices, loaded->book, state_.clock.wall_ms());
      opened = co_await state_.runtime->start();
      if (opened) opened = co_await load_subjects(state_);
    }
  }
  if (!opened) {
    state_.store_problem = "gateway store unavailable: " + opened.error().message;
    base::log_error("store", opened.error().message + (opened.error().hint.empty() ? "" : "\n" + opened.error().hint));
    state_.store_ready.set();
    co_return;
  }
  state_.store_ready.set();
  const std::int64_t now = state_.clock.wall_ms();
  auto pruned_job = [now](store::Db& db) { return store::prune_idempotent(db, now); };
  auto pruned = co_await state_.store.write(std::move(pruned_job));
  if (!pruned) base::log_warn("store", pruned.error().message);
  if (!state_.env.is_one("OPENCLAW_SKIP_CHANNELS")) {
    if (auto settings = channels::telegram::read_settings(state_.config.resolved, state_.env); settings && settings->enabled) {
      state_.channels.push_back(channels::telegram::make_telegram(state_.loop, state_.clock, state_.store, *state_.inbound, std::move(*settings)));
      state_.channels.back()->start();
    }
  }
  start_subjects(state_);
  refresh_health(state_);
  base::log_info("gateway", "ready");
}

base::Task<void> ServerLoop::ticks() {
  std::int64_t last_health = state_.clock.steady_ms();
  while (!state_.stopping) {
    co_await base::sleep_for(base::Millis(base::kTickIntervalMs));
    if (state_.stopping) co_return;
    state_.hub.trim();
    state_.hub.broadcast("tick", fmt::format("{{\"ts\":{}}}", state_.clock.wall_ms()));
    if (state_.clock.steady_ms() - last_health >= kHealthEveryMs) {
      last_health = state_.clock.steady_ms();
      refresh_health(state_);
    }
  }
}

base::Task<void> ServerLoop::stop(std::string reason) {
  state_.stopping = true;
  stop_subjects(state_);
  base::log_info("gateway", reason);
  server_.stop_accepting();
  for (auto& channel : state_.channels) co_await channel->stop();
  state_.hub.broadcast("shutdown", R"({"reason":"gateway stopping","restartExpectedMs":null})");
  if (state_.runtime && state_.store_problem.empty() && state_.store_ready.is_set()) co_await state_.runtime->drain(kDrainMs);
  state_.hub.close_all(1012, "service restart");
  for (int waited = 0; server_.connections() > 0 && waited < kCloseLingerMs; waited += 20) co_await base::sleep_for(base::Millis(20));
  state_.loop.stop();
}

void ServerLoop::run() {
  boost::asio::signal_set signals(state_.loop, SIGINT, SIGTERM);
  bool again = false;
  std::function<void(const boost::system::error_code&, int)> on_signal = [&](const boost::system::error_code& ec, int number) {
    if (ec) return;
    if (again) _exit(128 + number);  // asked twice: at once
    again = true;
    base::log_info("gateway", fmt::format("signal {} received", number == SIGINT ? "SIGINT" : "SIGTERM"));
    base::spawn(state_.loop, stop(fmt::format("received {}; shutting down", number == SIGINT ? "SIGINT" : "SIGTERM")), "stop");
    signals.async_wait(on_signal);
  };
  signals.async_wait(on_signal);
  base::spawn(state_.loop, start_parts(), "start");
  base::spawn(state_.loop, ticks(), "ticks");
  state_.loop.run();
  // Sessions hold sockets that live in the loop; the loop itself dies last, in run_gateway.
  state_.store.close();
}

}  // namespace openclaw::gateway
