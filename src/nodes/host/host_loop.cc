#include "nodes/host/host_loop.h"

#include "auth/identity.h"
#include "base/log.h"
#include "base/strings.h"
#include "client/keeper.h"
#include "net/address.h"
#include "nodes/host/command_host.h"
#include "nodes/host/link.h"

#include <cstdio>

namespace openclaw::nodes {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitConfig = 5;
constexpr char kRole[] = "node";
constexpr int kDrainMs = 2000;       // for killed commands to be reaped at the end

void print_line(std::FILE* to, const std::string& line) {
  std::fprintf(to, "%s\n", line.c_str());
  std::fflush(to);
}

using client::FailureClass;

// Everything one run of the host owns. Loop thread.
struct Host {
  explicit Host(HostOptions o)
      : options(std::move(o)), clock(options.clock ? *options.clock : base::SystemClock::instance()) {}

  HostOptions options;
  const base::Clock& clock;
  NodeFile node;
  auth::DeviceIdentity identity;
  net::Url url;
  std::shared_ptr<Link> link;
  std::string last_state;

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

std::string seconds(int ms) { return std::to_string((ms + 999) / 1000) + "s"; }

void report(Host& host, const client::LinkFailure& failure, FailureClass kind, int delay_ms, bool was_connected) {
  const std::string why = client::short_reason(failure);
  const std::string next = ", next try in " + seconds(delay_ms);
  base::log_info("node", std::string(client::to_text(kind)) + ": " + failure.error.message + next);
  switch (kind) {
    case FailureClass::pairing: {
      const std::string id = failure.request_id();
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
    case FailureClass::identity:
      host.say("another gateway answers (" + failure.error.message + ")", next);
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

std::shared_ptr<client::Keeper> make_keeper(base::Loop& loop, const std::shared_ptr<Host>& host) {
  client::KeeperOptions options;
  options.connect = connect_options(*host);
  options.identity = host->identity;
  options.state_dir = host->options.state_dir;
  options.clock = &host->clock;
  client::KeeperHooks hooks;
  hooks.prepare = [link = host->link](const std::shared_ptr<client::GatewayClient>& client, client::ConnectOptions&) {
    link->attach(client);
  };
  hooks.up = [host](const client::Hello&) {
    host->say("connected to " + host->url_text() + " as " + host->node.display_name);
    host->link->send_waiting();
  };
  hooks.down = [host](const client::LinkFailure& failure, FailureClass kind, int delay_ms, bool was_up) {
    report(*host, failure, kind, delay_ms, was_up);
  };
  return std::make_shared<client::Keeper>(loop, std::move(options), std::move(hooks));
}

}  // namespace

base::Task<int> run_node_host(base::Loop& loop, HostOptions options, base::CancelToken cancel) {
  auto host = std::make_shared<Host>(std::move(options));
  if (auto ready = prepare(*host); !ready) co_return host->give_up(ready.error());

  CommandHostOptions commands;
  commands.state_dir = host->options.state_dir;
  commands.env = host->options.env;
  commands.exec_security = host->options.exec_security;
  commands.exec_ask = host->options.exec_ask;
  commands.strict_inline_eval = host->options.strict_inline_eval;
  commands.device.env = host->options.env;
  commands.cancel = cancel;
  host->link = std::make_shared<Link>(loop, std::move(commands));

  auto keeper = make_keeper(loop, host);
  co_await client::Keeper::run(keeper, cancel);
  co_await host->link->drain(base::Millis(kDrainMs));
  co_return kExitOk;
}

}  // namespace openclaw::nodes
