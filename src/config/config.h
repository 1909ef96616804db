// The configuration file, read: text, document, what is wrong with it, and typed access. Reading blocks on
// one small file; call from start-up code, the CLI or a worker.
#pragma once
#include "base/clock.h"
#include "base/env.h"
#include "base/result.h"
#include "config/key_path.h"
#include "config/schema.h"
#include "json/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

// Which configuration, and with what surroundings.
struct Context {
  base::Env env;
  std::string config_path;
  std::string state_dir;
  std::string home;             // only for showing "~"
  bool gateway_reloads = true;  // false: every change is announced as needing a restart
  const base::Clock* clock = &base::SystemClock::instance();
};

struct Snapshot {
  std::string path;
  bool exists = false;
  std::string raw;
  std::string hash;                       // SHA-256 of raw, lower-case hex
  json::Value parsed = json::Object();    // as written
  json::Value resolved = json::Object();  // after ${NAME}, legacy names and the values filled in on load
  std::vector<Issue> issues;
  std::vector<Issue> warnings;
  bool valid = false;  // a missing file is valid
  base::Env env;       // the process environment plus the document's env block

  // Configured values by dotted path; absent when missing or of another type.
  const json::Value* find(std::string_view key) const { return json::find_path(resolved, key); }
  std::optional<std::string> get_string(std::string_view key) const;
  std::optional<std::int64_t> get_int(std::string_view key) const;
  std::optional<bool> get_bool(std::string_view key) const;
  const json::Object* get_object(std::string_view key) const;
  const json::Array* get_array(std::string_view key) const;
  std::vector<std::string> string_list(std::string_view key) const;  // numbers as text, others skipped
  // The same, else the default of the schema, else empty, 0 or false.
  std::string string_setting(std::string_view key) const;
  std::int64_t int_setting(std::string_view key) const;
  bool bool_setting(std::string_view key) const;
  // A secret: absent when not set or blank. ErrorKind::config, naming the path, when it is a reference or a
  // ${NAME} that cannot be resolved.
  base::Result<std::optional<std::string>> secret(std::string_view key) const;
  bool has_secret(std::string_view key) const;  // set in the file, resolvable or not
};

inline constexpr std::size_t kMaxConfigBytes = 2u << 20;

Snapshot load(const std::string& path, const base::Env& env);
Snapshot load_text(const std::string& path, std::string raw, const base::Env& env);

// "Config invalid" with file and problems, as commands print it; `home` shortens the path.
std::string invalid_banner(const Snapshot& snapshot, std::string_view home);
// "<path>: <message>", with the place where it is known: "gateway.port (line 3, column 5): ...".
std::string describe(const Issue& issue);

// OPENCLAW_GATEWAY_PORT (digits, host:port or [v6]:port; junk is ignored), else gateway.port, else 18789.
int gateway_port(const json::Value& document, const base::Env& env);

// First start: a file with gateway.mode local and a generated token, 0600. Fails when the file exists.
base::Result<> create_default(const std::string& path);

// The copy a gateway starts from when the file is broken: <state>/last-good-config.json5, 0600.
base::Result<> save_last_good(const std::string& state_dir, const Snapshot& snapshot);
base::Result<Snapshot> load_last_good(const std::string& state_dir, const base::Env& env);

}  // namespace openclaw::config
