#include "base/random.h"
#include "base/strings.h"
#include "base/version.h"
#include "config/config.h"
#include "config/paths.h"
#include "fs/file.h"

#include <fmt/format.h>

namespace openclaw::config {
namespace {

constexpr int kDefaultPort = 18789;

std::string last_good_path(const std::string& state_dir) { return state_dir + "/last-good-config.json5"; }

// "18790", "host:18790", "[::1]:18790"; 0 when it is none of these.
int port_in(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    const std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (host.empty() || (!bracketed && host.find(':') != std::string_view::npos)) return 0;
    text = text.substr(colon + 1);
  }
  const auto port = base::parse_int(text);
  return port && *port > 0 && *port <= 65535 ? static_cast<int>(*port) : 0;
}

}  // namespace

std::string invalid_banner(const Snapshot& snapshot, std::string_view home) {
  std::string out = "Config invalid\nFile: " + display_path(snapshot.path, home) + "\nProblem:\n";
  for (const auto& issue : snapshot.issues) out += "  - " + issue.path + ": " + issue.message + "\n";
  return out + "\nRun: openclaw doctor --fix\n";
}

int gateway_port(const json::Value& document, const base::Env& env) {
  if (const auto text = env.non_blank("OPENCLAW_GATEWAY_PORT")) {
    if (const int port = port_in(*text)) return port;
  }
  const json::Value* gateway = json::find_path(document, "gateway");
  if (!gateway || !gateway->is_object()) return kDefaultPort;
  const auto port = json::get_int(gateway->get_object(), "port");
  return port && *port > 0 && *port <= 65535 ? static_cast<int>(*port) : kDefaultPort;
}

base::Result<> create_default(const std::string& path) {
  if (fs::exists(path)) return base::fail(base::ErrorKind::failed, path + " exists already");
  const std::string text = fmt::format(
      "{{\n"
      "  \"gateway\": {{\n"
      "    \"mode\": \"local\",\n"
      "    \"auth\": {{\n"
      "      \"mode\": \"token\",\n"
      "      \"token\": \"{}\"\n"
      "    }}\n"
      "  }},\n"
      "  \"meta\": {{\n"
      "    \"lastTouchedVersion\": \"{}\"\n"
      "  }}\n"
      "}}\n",
      base::random_hex(24), base::kReferenceVersion);
  return fs::write_atomic(path, text, 0600);
}

base::Result<> save_last_good(const std::string& state_dir, const Snapshot& snapshot) {
  if (!snapshot.exists || !snapshot.valid) {
    return base::fail(base::ErrorKind::failed,
                      snapshot.path + " is not a valid configuration; it is not kept as one");
  }
  const std::string path = last_good_path(state_dir);
  const auto kept = fs::read_file(path, kMaxConfigBytes);
  if (kept && *kept == snapshot.raw) return {};
  return fs::write_atomic(path, snapshot.raw, 0600);
}

base::Result<Snapshot> load_last_good(const std::string& state_dir, const base::Env& env) {
  Snapshot snapshot = load(last_good_path(state_dir), env);
  if (!snapshot.exists) {
    return base::fail(base::ErrorKind::not_found, "no copy of a valid configuration in " + state_dir);
  }
  if (!snapshot.valid) {
    return base::fail(base::ErrorKind::config, snapshot.path + ": " + describe(snapshot.issues.front()));
  }
  return snapshot;
}

}  // namespace openclaw::config
