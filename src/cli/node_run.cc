#include "cli/node_run.h"

#include "approvals/policy.h"
#include "base/strings.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/rpc.h"
#include "nodes/host/host_loop.h"

#include <boost/asio/signal_set.hpp>

#include <csignal>

namespace openclaw::cli {
namespace {

std::string config_text(const json::Value& config, std::string_view path) {
  const json::Value* value = json::find_path(config, path);
  return value && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
}

bool config_flag(const json::Value& config, std::string_view path) {
  const json::Value* value = json::find_path(config, path);
  return value && value->is_bool() && value->get_bool();
}

base::Result<nodes::NodeFlags> flags_of(const Invocation& inv) {
  nodes::NodeFlags flags;
  flags.host = inv.get("host");
  flags.tls_fingerprint = inv.get("tls-fingerprint");
  flags.node_id = inv.get("node-id");
  flags.display_name = inv.get("display-name");
  if (inv.has("tls")) flags.tls = true;
  if (const auto text = inv.get("port")) {
    const auto port = base::parse_int(*text);
    if (!port || *port < 1 || *port > 65535) return base::fail(base::ErrorKind::usage, "Invalid port");
    flags.port = static_cast<std::uint16_t>(*port);
  }
  return flags;
}

base::Result<nodes::HostOptions> host_options(const Invocation& inv, const Context& context) {
  nodes::HostOptions options;
  OC_TRY_ASSIGN(options.flags, flags_of(inv));
  OC_TRY_ASSIGN(client::CallSettings settings, call_settings(inv, context));
  settings.surface = auth::Surface::node_host;
  // The gateway is the one of node.json, which is no override in the sense of the credential rules.
  OC_TRY_ASSIGN(auth::Credentials credentials, client::credentials_of(settings, client::Target{}));
  options.token = std::move(credentials.token);
  options.password = std::move(credentials.password);
  options.token_source = std::move(credentials.token_source);
  options.password_source = std::move(credentials.password_source);
  options.default_tls = config_flag(context.config, "gateway.tls.enabled");
  options.state_dir = context.state_dir;
  options.env = context.env;
  options.exec_security = approvals::parse_security(config_text(context.config, "tools.exec.security"));
  options.exec_ask = approvals::parse_ask(config_text(context.config, "tools.exec.ask"));
  options.strict_inline_eval = config_flag(context.config, "tools.exec.strictInlineEval");
  return options;
}

}  // namespace

int run_node(Invocation& inv) {
  auto context = load_context(inv);
  if (!context) return report(inv, context.error());
  auto options = host_options(inv, *context);
  if (!options) return report(inv, options.error());
  base::Loop loop{1};
  base::CancelSource stop;
  boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
  signals.async_wait([&stop](const boost::system::error_code& ec, int) {
    if (!ec) stop.cancel();
  });
  return base::run_until_done(loop, nodes::run_node_host(loop, std::move(*options), stop.token()));
}

}  // namespace openclaw::cli
