#include "gateway/state.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/log.h"
#include "base/random.h"
#include "base/version.h"
#include "channels/status.h"
#include "session/keys.h"

namespace openclaw::gateway {
namespace {

constexpr std::int64_t kHealthSpacingMs = 1000;
constexpr std::int64_t kPresenceSpacingMs = 250;

// The address shown to people: eth0, else the first external IPv4.
std::string lan_address() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return {};
  std::string first, preferred;
  for (const ifaddrs* entry = list; entry; entry = entry->ifa_next) {
    if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_INET || (entry->ifa_flags & IFF_LOOPBACK)) continue;
    char text[INET_ADDRSTRLEN];
    const auto* address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
    if (!inet_ntop(AF_INET, &address->sin_addr, text, sizeof text)) continue;
    if (first.empty()) first = text;
    if (std::string_view(entry->ifa_name) == "eth0") preferred = text;
  }
  freeifaddrs(list);
  return preferred.empty() ? first : preferred;
}

session::PresenceEntry own_presence() {
  session::PresenceEntry self;
  utsname name{};
  uname(&name);
  self.host = host_name();
  self.ip = lan_address();
  self.version = base::kReferenceVersion;
  const std::string release(name.release);
  self.platform = "linux " + release.substr(0, release.find('-'));
  self.device_family = "Linux";
  const std::string_view machine(name.machine);
  self.model_identifier = machine == "x86_64" ? "x64" : machine == "aarch64" ? "arm64" : std::string(machine);
  self.mode = "gateway";
  self.reason = "self";
  self.text = fmt::format("Gateway: {}{} · app {} · mode gateway · reason self", self.host,
                          self.ip.empty() ? "" : " (" + self.ip + ")", self.version);
  return self;
}

json::Object sessions_part(const State& state, const std::string& path) {
  json::Array recent;
  const std::int64_t now = state.clock.wall_ms();
  std::int64_t count = 0;
  if (state.runtime) {
    for (const auto* record : state.runtime->sessions()) {
      ++count;
      if (recent.size() >= 5) continue;
      json::Object row;
      row["key"] = record->key;
      row["updatedAt"] = record->updated_at;
      row["age"] = now - record->updated_at;
      recent.emplace_back(std::move(row));
    }
  }
  json::Object out;
  out["path"] = path;
  out["count"] = count;
  out["recent"] = std::move(recent);
  return out;
}

json::Object build_health(const State& state, std::int64_t started_steady) {
  std::vector<const channels::Channel*> list;
  for (const auto& channel : state.channels) list.push_back(channel.get());
  json::Object out;
  out["ok"] = true;
  out["ts"] = state.clock.wall_ms();
  out["durationMs"] = state.clock.steady_ms() - started_steady;
  for (auto& [key, value] : channels::channels_health_json(list)) out[key] = value;
  out["heartbeatSeconds"] = 0;
  out["defaultAgentId"] = state.settings.default_agent;
  const std::string path = state.settings.state_dir + "/native.sqlite";
  json::Object heartbeat;
  heartbeat["enabled"] = false;
  heartbeat["every"] = "0m";
  heartbeat["everyMs"] = nullptr;
  heartbeat["prompt"] = "";
  heartbeat["target"] = "none";
  heartbeat["ackMaxChars"] = 300;
  json::Object agent;
  agent["agentId"] = state.settings.default_agent;
  agent["isDefault"] = true;
  agent["heartbeat"] = std::move(heartbeat);
  agent["sessions"] = sessions_part(state, path);
  json::Array agents;
  agents.emplace_back(std::move(agent));
  out["agents"] = std::move(agents);
  out["sessions"] = sessions_part(state, path);
  return out;
}

void rebuild(State& state) {
  const std::int64_t now = state.clock.steady_ms();
  state.health.text = std::make_shared<const std::string>(json::write(build_health(state, now)));
  state.health.built_at = now;
  ++state.health.version;
  state.hub.broadcast("health", *state.health.text, Hub::Versions{state.presence.version(), state.health.version});
}

base::Task<void> rebuild_later(State& state, std::int64_t delay) {
  co_await base::sleep_for(base::Millis(delay));
  state.health.refresh_scheduled = false;
  if (!state.stopping) rebuild(state);
}

}  // namespace

std::string host_name() {
  char buffer[256] = {};
  if (gethostname(buffer, sizeof buffer - 1) != 0) return "localhost";
  const std::string name(buffer);
  return name.substr(0, name.find('.'));
}

State::State(base::Loop& l, const base::Clock& c, base::Env e, Settings s, config::Snapshot config_snapshot)
    : loop(l), clock(c), env(std::move(e)), settings(std::move(s)), config(std::move(config_snapshot)),
      started_at(c.steady_ms()), store(l, settings.state_dir + "/native.sqlite"), store_ready(l),
      limiter(settings.auth.rate_limit.value_or(auth::RateLimitConfig{})), presence(own_presence()), nodes(l),
      hub(c, base::uuid4()) {
  health.text = std::make_shared<const std::string>(json::write(build_health(*this, started_at)));
}

namespace {

void send_presence(State& state) {
  state.presence_sent_at = state.clock.steady_ms();
  state.hub.broadcast("presence", "{\"presence\":" + state.presence.json(state.clock.wall_ms()) + "}",
                      Hub::Versions{state.presence.version(), state.health.version});
}

base::Task<void> send_presence_later(State& state, std::int64_t delay) {
  co_await base::sleep_for(base::Millis(delay));
  state.presence_scheduled = false;
  if (!state.stopping) send_presence(state);
}

}  // namespace

void announce_presence(State& state) {
  if (state.presence_scheduled || state.stopping) return;
  const std::int64_t age = state.clock.steady_ms() - state.presence_sent_at;
  if (age >= kPresenceSpacingMs) return send_presence(state);
  state.presence_scheduled = true;
  base::spawn(state.loop, send_presence_later(state, kPresenceSpacingMs - age), "presence");
}

void refresh_health(State& state) {
  if (state.health.refresh_scheduled || state.stopping) return;
  const std::int64_t age = state.clock.steady_ms() - state.health.built_at;
  if (age >= kHealthSpacingMs) return rebuild(state);
  state.health.refresh_scheduled = true;
  base::spawn(state.loop, rebuild_later(state, kHealthSpacingMs - age), "health refresh");
}

}  // namespace openclaw::gateway
