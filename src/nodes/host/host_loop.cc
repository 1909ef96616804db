#include "nodes/host/host_loop.h"

#include "auth/identity.h"
#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "client/connect.h"
#include "client/gateway_client.h"
#include "net/address.h"
#include "nodes/host/command_host.h"
#include "nodes/host/link.h"
#include "nodes/host/retry.h"

#include <cstdio>

namespace openclaw::nodes {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitConfig = 5;
constexpr char kRole[] = "node";
constexpr int kSleepSliceMs = 1000;  // how soon a wake-up is noticed while waiting
constexpr int kDrainMs = 2000;       // for killed commands to be reaped at the end

void print_line(std::FILE* to, const std::string& line) {
  std::fprintf(to, "%s\n", line.c_str());
  std::fflush(to);
}

using Connected = tl::expected<client::Hello, client::LinkFailure>;

// Everything one run of the host owns. Loop thread.
struct Host {
  Host(base::Loop& l, HostOptions o, base::CancelToken c)
      : loop(l),
        options(std::move(o)),
        cancel(std::move(c)),
        stop(l),
        clock(options.clock ? *options.clock : base::SystemClock::instance()) {}

  base::Loop& loop;
  HostOptions options;
  base::CancelToken cancel;
  base::Event stop;
  const base::Clock& clock;
  NodeFile node;
  auth::DeviceIdentity identity;
  net::Url url;
  std::shared_ptr<Link> link;
  RetryPolicy retry;
  WakeDetector wake;
  std::string last_state;
  bool add_device_token = false;

  std::string url_text() const { return url.scheme + "://" + url.host_port(); }

  // One line for each change; the wait alone is no change.
  void say(const std::string& state, const std::string& suffix = {}) {
    if (state == last_state) return;
    last_state = state;
    if (options.print) {
      options.print(state + suffix);
    } else {
      print_line(stdout, state + suffix);
    }
  }
  int give_up(const base::Error& error) const {
    const std::string text = "node host: " + error.message + (error.hint.empty() ? "" : "\n" + error.hint);
    if (options.complain) {
      options.complain(text);
    } else {
      print_line(stderr, text);
    }
    return kExitConfig;
  }
  std::int64_t steady() const { return clock.steady_ms(); }
  bool woke() { return wake.step(clock.wall_ms(), clock.steady_ms()); }
};

base::Result<> prepare(Host& host) {
  const std::string path = node_file_path(host.options.state_dir);
  auto stored = load_node_file(path);
  if (!stored && stored.error().kind != base::ErrorKind::invalid)
    return tl::unexpected(std::move(stored).error());
  if (!stored) base::log_warn("node", stored.error().message + "; it is written anew");
  host.node = merge_node_file(stored ? *stored : std::nullopt, host.options.flags, host.options.default_tls,
                              host_name());
  OC_TRY(store_node_file(path, host.node));
  OC_TRY_ASSIGN(host.identity, auth::load_or_create_identity(host.options.state_dir, host.clock.wall_ms()));

  std::string host_text = host.node.host;
  if (host_text.size() > 2 && host_text.front() == '[' && host_text.back() == ']') {
    host_text = host_text.substr(1, host_text.size() - 2);
  }
  host.url = net::Url{host.node.tls ? "wss" : "ws", host_text, "/", host.node.port, host.node.tls};
  if (net::plaintext_allowed(host.url, host.options.env.is_one("OPENCLAW_ALLOW_INSECURE_PRIVATE_WS")))
    return {};
  return base::fail(base::ErrorKind::config,
                    host.url_text() + " would send credentials in clear text to another machine",
                    "Use --tls, or a tunnel: ssh -N -L 18790:127.0.0.1:18789 user@gateway-host\n"
                    "and openclaw node run --host 127.0.0.1 --port 18790");
}

client::ConnectOptions connect_options(const Host& host) {
  client::ConnectOptions options;
  options.url = host.url;
  options.tls_fingerprint = host.node.tls_fingerprint;
  options.token = host.options.token;
  options.password = host.options.password;
  options.token_source = host.options.token_source;
  options.password_source = host.options.password_source;
  options.identity = &host.identity;
  options.device_token =
      auth::load_device_token(host.options.state_dir, host.identity.device_id, kRole).value_or("");
  options.add_device_token = host.add_device_token;
  options.client_id = "node-host";
  options.client_mode = "node";
  options.display_name = host.node.display_name;
  options.instance_id = host.node.node_id;
  options.role = kRole;
  options.caps = host.link->commands().caps();
  options.commands = host.link->commands().commands();
  options.path_env = path_of(host.options.env);
  return options;
}

// Keeps the host alive: the options point to its identity, and a handshake may outlive a cancelled host.
base::Task<void> connect_into(std::shared_ptr<Host> host, std::shared_ptr<client::GatewayClient> client,
                              client::ConnectOptions options, std::shared_ptr<std::optional<Connected>> slot,
                              std::shared_ptr<base::Event> done) {
  auto result = co_await client->connect(std::move(options));
  slot->emplace(std::move(result));
  done->set();
  (void)host;
}

// The handshake, given up at once when the host is to stop.
base::Task<std::optional<Connected>> connect(std::shared_ptr<Host> host,
                                             std::shared_ptr<client::GatewayClient> client,
                                             client::ConnectOptions options) {
  auto slot = std::make_shared<std::optional<Connected>>();
  auto done = std::make_shared<base::Event>(host->loop);
  const auto registration = host->cancel.on_cancel([done] { done->set(); });
  base::spawn(host->loop, connect_into(host, std::move(client), std::move(options), slot, done),
              "node host connect");
  co_await done->wait();
  co_return std::move(*slot);
}

void keep_device_token(const Host& host, const client::Hello& hello) {
  if (!hello.device_token) return;
  auto stored = auth::store_device_token(host.options.state_dir, host.identity.device_id, kRole,
                                         *hello.device_token, {}, host.clock.wall_ms());
  if (!stored) base::log_warn("node", "cannot keep the device token: " + stored.error().message);
}

std::string seconds(int ms) { return std::to_string((ms + 999) / 1000) + "s"; }

void report(Host& host, const client::LinkFailure& failure, int delay_ms, bool was_connected) {
  const FailureClass kind = classify(failure);
  const std::string why = short_reason(failure);
  const std::string next = ", next try in " + seconds(delay_ms);
  base::log_info("node", std::string(to_text(kind)) + ": " + failure.error.message + next);
  switch (kind) {
    case FailureClass::pairing: {
      const std::string id = pairing_request_id(failure);
      host.say("waiting for approval: run on the gateway host: openclaw devices " +
               (id.empty() ? std::string("list") : "approve " + id));
      return;
    }
    case FailureClass::network:
      host.say((was_connected ? "connection lost (" : "gateway unreachable (") + why + ")", next);
      return;
    case FailureClass::rate_limited:
      host.say("gateway asks to wait (" + why + ")", next);
      return;
    case FailureClass::tls:
      host.say("gateway certificate not accepted (" + why + ")", next);
      return;
    case FailureClass::protocol:
      host.say("gateway does not understand this node (" + why + ")", next);
      return;
    case FailureClass::auth:
      break;
  }
  std::string from;
  if (!host.options.token.empty()) from = "; token from " + host.options.token_source;
  if (!host.options.password.empty()) from += "; password from " + host.options.password_source;
  if (from.empty()) from = "; set OPENCLAW_GATEWAY_TOKEN";
  host.say("gateway refused the connection (" + why + from + ")", next);
}

// A credential problem that this side can mend by itself: true = try again at once.
bool mend(Host& host, const client::LinkFailure& failure, const client::ConnectOptions& used) {
  const bool added = std::exchange(host.add_device_token, false);
  if (!added && client::may_retry_with_device_token(failure, used)) {
    host.add_device_token = true;
    return true;
  }
  const json::Object* details = failure.refusal ? failure.refusal->details.if_object() : nullptr;
  const std::string code = details ? json::get_string_or(*details, "code", "") : "";
  if (code == "AUTH_DEVICE_TOKEN_MISMATCH" && !used.device_token.empty()) {
    // It is no longer good for anything; without it the next try asks for a pairing.
    (void)auth::drop_device_token(host.options.state_dir, host.identity.device_id, kRole);
  }
  return false;
}

// Waits for the next try; less when the machine slept meanwhile.
base::Task<void> wait_to_retry(Host* host, int delay_ms) {
  const std::int64_t until = host->steady() + delay_ms;
  (void)host->woke();
  while (!host->cancel.cancelled()) {
    const std::int64_t left = until - host->steady();
    if (left <= 0) co_return;
    co_await host->stop.wait_for(base::Millis(std::min<std::int64_t>(left, kSleepSliceMs)));
    if (host->woke()) co_return;
  }
}

base::Task<void> one_connection(std::shared_ptr<Host> host) {
  auto client = std::make_shared<client::GatewayClient>(host->loop);
  host->link->attach(client);
  client::ConnectOptions options = connect_options(*host);
  client::ConnectOptions used = options;
  std::optional<Connected> connected = co_await connect(host, client, std::move(options));
  if (host->cancel.cancelled() || !connected) co_return;
  client::LinkFailure failure;
  const bool up = connected->has_value();
  if (up) {
    host->add_device_token = false;
    keep_device_token(*host, **connected);
    host->say("connected to " + host->url_text() + " as " + host->node.display_name);
    const std::int64_t since = host->steady();
    failure = co_await host->link->serve(&host->wake, &host->clock, host->cancel);
    if (host->cancel.cancelled()) co_return;
    host->retry.link_ended(host->steady() - since);
  } else {
    failure = std::move(connected->error());
    if (mend(*host, failure, used)) co_return;
  }
  const int delay =
      host->retry.after_failure(failure, static_cast<double>(base::random_below(1000)) / 1000.0);
  report(*host, failure, delay, up);
  co_await wait_to_retry(host.get(), delay);
}

}  // namespace

base::Task<int> run_node_host(base::Loop& loop, HostOptions options, base::CancelToken cancel) {
  auto host = std::make_shared<Host>(loop, std::move(options), cancel);
  if (auto ready = prepare(*host); !ready) co_return host->give_up(ready.error());
  const auto registration = cancel.on_cancel([raw = host.get()] { raw->stop.set(); });

  CommandHostOptions commands;
  commands.state_dir = host->options.state_dir;
  commands.env = host->options.env;
  commands.exec_security = host->options.exec_security;
  commands.exec_ask = host->options.exec_ask;
  commands.strict_inline_eval = host->options.strict_inline_eval;
  commands.device.env = host->options.env;
  commands.cancel = cancel;
  host->link = std::make_shared<Link>(loop, std::move(commands));

  while (!cancel.cancelled()) co_await one_connection(host);
  co_await host->link->drain(base::Millis(kDrainMs));
  co_return kExitOk;
}

}  // namespace openclaw::nodes
