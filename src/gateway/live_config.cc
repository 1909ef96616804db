#include "gateway/live_config.h"

#include "base/log.h"
#include "base/strings.h"
#include "channels/telegram/settings.h"
#include "channels/telegram/telegram.h"
#include "config/redact.h"
#include "config/write.h"
#include "gateway/run.h"
#include "schedule/scheduler.h"

#include <algorithm>

namespace openclaw::gateway {
namespace {

constexpr auto kRetiredFor = base::Millis(900'000);  // longer than any call of a client that still uses it

constexpr std::string_view kAtStart[] = {"env",
                                         "logging",
                                         "plugins",
                                         "discovery",
                                         "canvasHost",
                                         "gateway.port",
                                         "gateway.bind",
                                         "gateway.mode",
                                         "gateway.auth",
                                         "gateway.customBindHost",
                                         "gateway.tls",
                                         "gateway.tailscale",
                                         "gateway.http",
                                         "gateway.push",
                                         "gateway.trustedProxies",
                                         "gateway.allowRealIpFallback"};

bool under(const config::KeyPath& path, std::string_view prefix) {
  const auto parts = base::split(prefix, '.');
  return parts.size() <= path.size() && std::equal(parts.begin(), parts.end(), path.begin());
}

// A block that appeared or went as a whole counts by the settings in it.
void expand(const json::Value* value, config::KeyPath& at, std::vector<config::KeyPath>& out) {
  const auto* object = value ? value->if_object() : nullptr;
  const bool block = at.size() == 1 && (at[0] == "gateway" || at[0] == "channels");
  if (!object || object->empty() || !block) {
    out.push_back(at);
    return;
  }
  for (const auto& [key, item] : *object) {
    at.emplace_back(std::string_view(key));
    expand(&item, at, out);
    at.pop_back();
  }
}

std::vector<config::KeyPath> all_changes(const json::Value& before, const json::Value& after) {
  std::vector<config::KeyPath> out;
  for (auto path : config::changed_paths(before, after)) {
    const std::string key = path.front();
    const auto* old = before.is_object() ? json::find(before.get_object(), key) : nullptr;
    const auto* now = after.is_object() ? json::find(after.get_object(), key) : nullptr;
    if (path.size() > 1)
      out.push_back(std::move(path));
    else
      expand(now ? now : old, path, out);
  }
  return out;
}

// The settings that are looked up at each use are taken over; those a start decides stay as they were
// decided.
void refresh_settings(State& state) {
  RunOptions options;
  options.env = state.env;
  options.config_path = state.settings.config_path;
  options.state_dir = state.settings.state_dir;
  options.port = state.settings.port;
  options.bind = "loopback";
  options.auth_mode = state.settings.auth.mode;
  if (!state.settings.auth.token.empty()) options.token = state.settings.auth.token;
  if (!state.settings.auth.password.empty()) options.password = state.settings.auth.password;
  auto next = resolve_settings(options, state.config);
  if (!next) return base::log_warn("config", "settings not refreshed: " + next.error().message);
  Settings& settings = state.settings;
  settings.node_policy = std::move(next->node_policy);
  settings.allowed_origins = std::move(next->allowed_origins);
  settings.host_header_origin = next->host_header_origin;
  settings.default_agent = std::move(next->default_agent);
  settings.main_key = std::move(next->main_key);
  settings.session_scope = std::move(next->session_scope);
  settings.workspace = std::move(next->workspace);
  for (const auto* node : state.nodes.all()) {
    const std::string platform = nodes::platform_of(node->platform, node->device_family);
    state.nodes.set_commands(node->node_id, settings.node_policy.filter(platform, node->declared));
  }
}

void hide_secrets(const json::Value& shown, const json::Value& real) {
  if (const auto* object = shown.if_object()) {
    for (const auto& [key, value] : *object) {
      if (const auto* other = real.is_object() ? json::find(real.get_object(), key) : nullptr)
        hide_secrets(value, *other);
    }
  } else if (const auto* list = shown.if_array()) {
    const auto* others = real.if_array();
    for (std::size_t i = 0; others && i < std::min(list->size(), others->size()); ++i)
      hide_secrets((*list)[i], (*others)[i]);
  } else if (shown.is_string() && real.is_string() && shown != real) {
    base::log_hide(std::string(std::string_view(real.get_string())));
  }
}

base::Task<void> keep_a_while(std::unique_ptr<channels::Channel> channel) {
  co_await base::sleep_for(kRetiredFor);
  channel.reset();
}

base::Task<void> restart_telegram(State& state) {
  if (state.env.is_one("OPENCLAW_SKIP_CHANNELS") || !state.store_ready.is_set() ||
      !state.store_problem.empty())
    co_return;
  base::log_info("config", "restarting telegram channel");
  const auto is_telegram = [](const std::unique_ptr<channels::Channel>& channel) {
    return channel->id() == "telegram";
  };
  auto slot = std::find_if(state.channels.begin(), state.channels.end(), is_telegram);
  // While one is stopping, another change may have put a new one into its place.
  for (const channels::Channel* stopped = nullptr; slot != state.channels.end() && slot->get() != stopped;) {
    channels::Channel* const running = slot->get();
    co_await running->stop();
    stopped = running;
    slot = std::find_if(state.channels.begin(), state.channels.end(), is_telegram);
  }
  auto settings = channels::telegram::read_settings(state.config.resolved, state.env);
  std::unique_ptr<channels::Channel> next;
  if (settings && settings->enabled && !state.stopping) {
    next = channels::telegram::make_telegram(state.loop, state.clock, state.store, *state.inbound,
                                             std::move(*settings));
    next->start();
  }
  if (slot == state.channels.end()) {
    if (next) state.channels.push_back(std::move(next));
    co_return;
  }
  // A probe may still be under way in the old one.
  std::unique_ptr<channels::Channel> old = std::move(*slot);
  if (next)
    *slot = std::move(next);
  else
    state.channels.erase(slot);
  base::spawn(state.loop, keep_a_while(std::move(old)), "retired channel");
}

void log_change(const AppliedConfig& applied, const std::vector<std::string>& hot) {
  std::vector<std::string> read_on_use;
  for (const auto& path : applied.live) {
    if (std::find(hot.begin(), hot.end(), path) == hot.end()) read_on_use.push_back(path);
  }
  const auto names = [](const std::vector<std::string>& list) { return base::join(list, ", "); };
  if (!hot.empty()) base::log_info("config", "config hot reload applied (" + names(hot) + ")");
  if (!read_on_use.empty())
    base::log_info("config", "config change applied (dynamic reads: " + names(read_on_use) + ")");
  if (!applied.restart.empty())
    base::log_warn("config", "config change requires gateway restart (" + names(applied.restart) + ")");
}

}  // namespace

bool needs_restart(const config::KeyPath& path) {
  return std::any_of(std::begin(kAtStart), std::end(kAtStart),
                     [&](std::string_view prefix) { return under(path, prefix); });
}

config::Context config_context(const State& state) {
  config::Context context;
  context.env = state.env;
  context.config_path = state.settings.config_path;
  context.state_dir = state.settings.state_dir;
  context.clock = &state.clock;
  return context;
}

base::Task<AppliedConfig> apply_config(State& state, config::Snapshot after) {
  AppliedConfig applied;
  std::vector<std::string> hot;
  bool telegram = false;
  for (const auto& path : all_changes(state.config.parsed, after.parsed)) {
    auto& list = needs_restart(path) ? applied.restart : applied.live;
    list.push_back(config::dotted(path));
    if (!under(path, "channels.telegram") && config::dotted(path) != "channels") continue;
    telegram = true;
    hot.push_back(config::dotted(path));
  }
  state.config = std::move(after);
  hide_secrets(config::redact(state.config.resolved), state.config.resolved);
  if (!state.config_note.empty()) {
    state.config_note =
        "listening on this machine only until the next start: the configuration was invalid at the last one";
  }
  refresh_settings(state);
  log_change(applied, hot);
  if (state.cron) state.cron->configuration_changed();
  if (telegram) co_await restart_telegram(state);
  refresh_health(state);
  co_return applied;
}

}  // namespace openclaw::gateway
