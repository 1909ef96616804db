#include "gateway/run.h"

#include <malloc.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/log.h"
#include "base/strings.h"
#include "base/version.h"
#include "config/config.h"
#include "config/write.h"
#include "fs/file.h"
#include "gateway/methods/system_lines.h"
#include "gateway/parts.h"
#include "gateway/port_holder.h"
#include "gateway/server_loop.h"

namespace openclaw::gateway {
namespace {

constexpr int kOk = 0, kFailed = 1, kUsage = 2, kConfig = 5;  // exit codes, as of every command

int complain(const base::Error& error) {
  std::fprintf(stderr, "error: %s\n", base::log_redact(error.message).c_str());
  for (const auto& line : base::split(error.hint, '\n')) {
    if (!line.empty()) std::fprintf(stderr, "%s\n", line.c_str());
  }
  return error.kind == base::ErrorKind::usage ? kUsage : error.kind == base::ErrorKind::config ? kConfig : kFailed;
}

struct Configuration {
  config::Snapshot snapshot;
  std::string note;      // why it is not the file
  bool created = false;  // first start
};

// The file, or on a first start a new one, or the last valid copy (spec: decisions 5, 6).
base::Result<Configuration> configuration(const RunOptions& options) {
  Configuration out;
  if (!fs::exists(options.config_path) && !options.allow_unconfigured) {
    OC_TRY(config::create_default(options.config_path));
    out.created = true;
  }
  out.snapshot = config::load(options.config_path, options.env);
  if (out.snapshot.valid) return out;
  const std::string banner = config::invalid_banner(out.snapshot, options.env.get("HOME").value_or(""));
  auto last_good = config::load_last_good(options.state_dir, options.env);
  if (!last_good) {
    return base::fail(base::ErrorKind::config, "Invalid config at " + options.config_path + ".",
                      banner + "\nFix the file, then start again: openclaw config validate");
  }
  out.note = "running on the last valid configuration, loopback only: " + options.config_path + " is invalid";
  std::fprintf(stderr, "%s\n", banner.c_str());
  out.snapshot = std::move(*last_good);
  return out;
}

base::Result<> check_mode(const RunOptions& options, const config::Snapshot& snapshot) {
  const auto mode = snapshot.get_string("gateway.mode");
  if (mode == "local" || options.allow_unconfigured) return {};
  return base::fail(base::ErrorKind::config,
                    "Gateway start blocked: set gateway.mode=local (current: " + mode.value_or("unset") + ") or pass --allow-unconfigured.",
                    "openclaw config set gateway.mode local");
}

// In token mode without a token from anywhere, one is generated and written into the file.
base::Result<> provide_token(const RunOptions& options, Configuration& config) {
  const auto& s = config.snapshot;
  const auto mode = options.auth_mode ? options.auth_mode : s.get_string("gateway.auth.mode");
  const bool token_mode = mode ? *mode == "token" : !s.has_secret("gateway.auth.password") && !options.password && !options.env.non_blank("OPENCLAW_GATEWAY_PASSWORD");
  if (!token_mode || options.token || options.env.non_blank("OPENCLAW_GATEWAY_TOKEN") || s.has_secret("gateway.auth.token")) return {};
  if (!config.note.empty() || !s.exists) return {};
  config::Context context;
  context.env = options.env;
  context.config_path = options.config_path;
  context.state_dir = options.state_dir;
  OC_TRY(config::ensure_token(context));
  config.snapshot = config::load(options.config_path, options.env);
  return {};
}

base::Error port_taken(const Settings& settings, const base::Error& error) {
  base::Error out = error;
  const std::string where = fmt::format("ws://{}:{}", settings.hosts.front(), settings.port);
  if (error.kind != base::ErrorKind::busy) {
    out.message = "Gateway failed to start: failed to bind gateway socket on " + where + ": " + error.message;
    return out;
  }
  const std::string holder = port_holder(settings.port);
  out.message = "Gateway failed to start: another gateway instance is already listening on " + where;
  if (!holder.empty() && holder.find("openclaw") == std::string::npos) {
    out.message = fmt::format("Gateway failed to start: failed to bind gateway socket on {}: the port is in use", where);
  }
  out.hint = fmt::format("Port {} is already in use.\n{}Stop that program, or choose another port: openclaw gateway run --port {}",
                         settings.port, holder.empty() ? "" : "- " + holder + "\n", settings.port + 1);
  return out;
}

void introduce(const Settings& settings, bool created, const std::string& config_path) {
  if (created) std::printf("Wrote %s with a new gateway token (mode 0600).\n", config_path.c_str());
  std::printf("Talk to it from this machine:   openclaw agent --message \"help\"\n");
  std::printf("From another machine:           ssh -N -L %u:127.0.0.1:%u user@%s\n", settings.port, settings.port, host_name().c_str());
  std::printf("                                OPENCLAW_GATEWAY_TOKEN=<gateway.auth.token of %s> openclaw agent --message \"help\"\n", config_path.c_str());
  std::fflush(stdout);
}

int serve(const RunOptions& options, Configuration config, Settings settings) {
  base::Loop loop(1);
  auto lock_path = settings.state_dir + "/gateway.lock";
  auto lock = fs::FileLock::acquire(lock_path, fmt::format("{{\"pid\":{},\"port\":{}}}\n", getpid(), settings.port));
  if (!lock && !options.env.is_one("OPENCLAW_ALLOW_MULTI_GATEWAY")) {
    if (lock.error().kind != base::ErrorKind::busy) return complain(lock.error());
    base::Error error;
    error.message = "Gateway failed to start: gateway already running " + std::string(base::trim(lock.error().message));
    error.hint = "The state folder " + settings.state_dir + " is in use.\nStop it with Ctrl-C or: kill <pid>; or give this one a state of its own: OPENCLAW_STATE_DIR, --profile";
    return complain(error);
  }
  base::Env env = config.snapshot.env;  // before the snapshot is moved: arguments have no order
  State state(loop, base::SystemClock::instance(), std::move(env), settings, std::move(config.snapshot));
  state.config_note = config.note;
  state.tool_host = make_tool_host(state);
  state.run_events = make_run_events(state);
  state.models = make_model_source(state);
  state.inbound = make_inbound_sink(state);
  agent::Runtime::Parts parts{state.loop, state.store, state.clock, *state.models, *state.tool_host, *state.run_events};
  parts.before_run = [&state](agent::RunRequest& request, std::function<base::Result<>(store::Db&)>& also) { add_lines(state, request, also); };
  state.runtime = std::make_unique<agent::Runtime>(std::move(parts));
  ServerLoop server(state);
  if (auto bound = server.listen(); !bound) return complain(port_taken(settings, bound.error()));
  base::log_info("gateway", fmt::format("listening on {} (PID {})", server.addresses(), getpid()));
  base::log_info("gateway", "log file: " + base::log_file_path());
  if (!config.note.empty()) base::log_warn("gateway", config.note);
  if (const auto model = state.models->current_model(settings.default_agent)) {
    base::log_info("gateway", "agent model: " + model->provider + "/" + model->model);
  } else {
    base::log_warn("gateway", "agent model: " + model.error().message);
  }
  introduce(settings, config.created, options.config_path);
  server.run();
  base::log_info("gateway", "stopped");
  base::log_flush();
  // Closed sockets and suspended coroutines still refer to the state, and the state to the loop: the process ends
  // here instead of unwinding one under the other. Everything durable has been closed above.
  std::fflush(nullptr);
  std::_Exit(kOk);
}

}  // namespace

int run_gateway(const RunOptions& given) {
  RunOptions options = given;
  std::signal(SIGPIPE, SIG_IGN);
  // Two threads of ours allocate; an arena for each would cost more than they gain.
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TRIM_THRESHOLD, 256 * 1024);
  auto level = base::log_level_from(options.env.non_blank("OPENCLAW_LOG_LEVEL").value_or(""), base::LogLevel::info);
  if (options.verbose) level = base::LogLevel::debug;
  if (auto made = fs::make_directories(options.state_dir); !made) return complain(made.error());
  base::log_start(level, true, options.state_dir + "/logs");

  auto config = configuration(options);
  if (!config) return complain(config.error());
  // The copy may have been made for other addresses; a gateway with a broken file stays on this machine.
  if (!config->note.empty()) options.bind = "loopback";
  if (auto mode = check_mode(options, config->snapshot); !mode) return complain(mode.error());
  if (auto token = provide_token(options, *config); !token) return complain(token.error());
  auto settings = resolve_settings(options, config->snapshot);
  if (!settings) return complain(settings.error());
  base::log_hide(settings->auth.token);
  base::log_hide(settings->auth.password);
  if (config->note.empty() && config->snapshot.exists) {
    if (auto saved = config::save_last_good(options.state_dir, config->snapshot); !saved) base::log_warn("config", saved.error().message);
  }
  for (const auto& warning : config->snapshot.warnings) base::log_warn("config", config::describe(warning));
  return serve(options, std::move(*config), std::move(*settings));
}

}  // namespace openclaw::gateway
