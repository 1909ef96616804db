#include "config/config.h"

#include "base/strings.h"
#include "base/version.h"
#include "config/load_steps.h"
#include "config/secret_ref.h"
#include "config/substitute.h"
#include "crypto/crypto.h"
#include "fs/file.h"
#include "json/json5.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace openclaw::config {
namespace {

using json::Value;

void reject(Snapshot& snapshot, KeyPath path, std::string message) {
  snapshot.issues.push_back(make_issue(std::move(path), std::move(message)));
}

// An include is not followed by this version: saying so beats running on half a configuration.
void reject_includes(Snapshot& snapshot, const Value& value, KeyPath& at) {
  if (const auto* object = value.if_object()) {
    for (const auto& [key, item] : *object) {
      at.emplace_back(std::string_view(key));
      if (key == "$include")
        reject(snapshot, at, "$include is not supported by this version; put the settings here");
      reject_includes(snapshot, item, at);
      at.pop_back();
    }
  } else if (const auto* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      at.push_back(std::to_string(i));
      reject_includes(snapshot, (*array)[i], at);
      at.pop_back();
    }
  }
}

void add_places(const Snapshot& snapshot, std::vector<Issue>& issues) {
  for (Issue& issue : issues) {
    if (issue.line > 0) continue;
    KeyPath path = issue.segments;
    auto at = json::locate_json5(snapshot.raw, path);
    while (!at && !path.empty()) {  // a missing key is shown at its block
      path.pop_back();
      at = json::locate_json5(snapshot.raw, path);
    }
    if (at) {
      issue.line = at->line;
      issue.column = at->column;
    }
  }
}

void resolve(Snapshot& snapshot, const base::Env& env) {
  snapshot.env = with_config_env(snapshot.parsed, env);
  std::vector<MissingVariable> missing;
  snapshot.resolved = substitute(snapshot.parsed, snapshot.env, missing);
  map_legacy(snapshot.resolved, snapshot.warnings);
  Findings findings = validate(snapshot.resolved);
  for (auto& issue : findings.issues) snapshot.issues.push_back(std::move(issue));
  for (auto& variable : missing) {
    snapshot.warnings.push_back(make_issue(
        std::move(variable.path),
        fmt::format("Missing env var \"{}\" - feature using this value will be unavailable", variable.name)));
  }
  for (auto& warning : findings.warnings) snapshot.warnings.push_back(std::move(warning));
  if (auto newer = newer_version_warning(snapshot.resolved)) snapshot.warnings.push_back(std::move(*newer));
  fill_in(snapshot.resolved);
}

std::string setting_default(std::string_view path) {
  auto segments = parse_key_path(path);
  const Key* key = segments ? find_key(*segments) : nullptr;
  return key ? std::string(key->fallback) : std::string();
}

}  // namespace

Snapshot load_text(const std::string& path, std::string raw, const base::Env& env) {
  Snapshot snapshot;
  snapshot.path = path;
  snapshot.exists = true;
  snapshot.raw = std::move(raw);
  snapshot.hash = crypto::sha256_hex(snapshot.raw);
  snapshot.env = env;
  auto parsed = json::parse_json5_at(snapshot.raw);
  if (!parsed) {
    reject(snapshot, {}, "JSON5 parse failed: SyntaxError: " + parsed.error().message);
    snapshot.issues.back().line = parsed.error().at.line;
    snapshot.issues.back().column = parsed.error().at.column;
    return snapshot;
  }
  snapshot.parsed = std::move(*parsed);
  KeyPath at;
  reject_includes(snapshot, snapshot.parsed, at);
  if (snapshot.issues.empty()) resolve(snapshot, env);
  if (!snapshot.resolved.is_object()) snapshot.resolved = json::Object();
  add_places(snapshot, snapshot.issues);
  if (snapshot.issues.empty()) add_places(snapshot, snapshot.warnings);
  snapshot.valid = snapshot.issues.empty();
  return snapshot;
}

Snapshot load(const std::string& path, const base::Env& env) {
  auto raw = fs::read_file(path, kMaxConfigBytes);
  if (raw) return load_text(path, std::move(*raw), env);
  Snapshot snapshot;
  snapshot.path = path;
  snapshot.hash = crypto::sha256_hex("");
  snapshot.env = env;
  if (raw.error().kind == base::ErrorKind::not_found) {
    fill_in(snapshot.resolved);
    snapshot.valid = true;
    return snapshot;
  }
  snapshot.exists = true;
  reject(snapshot, {}, "read failed: " + raw.error().message);
  return snapshot;
}

std::optional<std::string> Snapshot::get_string(std::string_view key) const {
  const Value* value = find(key);
  if (!value || !value->is_string()) return std::nullopt;
  return std::string(std::string_view(value->get_string()));
}

std::optional<std::int64_t> Snapshot::get_int(std::string_view key) const {
  const Value* value = find(key);
  if (!value) return std::nullopt;
  return json::get_int(json::Object{{"v", *value}}, "v");
}

std::optional<bool> Snapshot::get_bool(std::string_view key) const {
  const Value* value = find(key);
  if (!value || !value->is_bool()) return std::nullopt;
  return value->get_bool();
}

const json::Object* Snapshot::get_object(std::string_view key) const {
  const Value* value = find(key);
  return value ? value->if_object() : nullptr;
}

const json::Array* Snapshot::get_array(std::string_view key) const {
  const Value* value = find(key);
  return value ? value->if_array() : nullptr;
}

std::vector<std::string> Snapshot::string_list(std::string_view key) const {
  std::vector<std::string> out;
  const auto* items = get_array(key);
  if (!items) return out;
  for (const auto& item : *items) {
    if (item.is_string()) {
      out.emplace_back(std::string_view(item.get_string()));
    } else if (item.is_int64()) {
      out.push_back(std::to_string(item.get_int64()));
    }
  }
  return out;
}

std::string Snapshot::string_setting(std::string_view key) const {
  if (auto value = get_string(key)) return *value;
  const auto fallback = json::parse(setting_default(key));
  return fallback && fallback->is_string() ? std::string(std::string_view(fallback->get_string()))
                                           : std::string();
}

std::int64_t Snapshot::int_setting(std::string_view key) const {
  if (auto value = get_int(key)) return *value;
  return base::parse_int(setting_default(key)).value_or(0);
}

bool Snapshot::bool_setting(std::string_view key) const {
  if (auto value = get_bool(key)) return *value;
  return setting_default(key) == "true";
}

bool Snapshot::has_secret(std::string_view key) const {
  const Value* value = find(key);
  if (!value) return false;
  if (value->is_string()) return !base::trim(std::string_view(value->get_string())).empty();
  return secret_ref_of(*value).has_value();
}

base::Result<std::optional<std::string>> Snapshot::secret(std::string_view key) const {
  const Value* value = find(key);
  if (!value || value->is_null()) return std::optional<std::string>();
  const std::string name(key);
  if (value->is_string()) {
    const std::string_view text = base::trim(std::string_view(value->get_string()));
    if (text.empty()) return std::optional<std::string>();
    if (const auto variable = first_reference(text); !variable.empty()) {
      return base::fail(base::ErrorKind::config,
                        fmt::format("{}: Environment variable \"{}\" is missing or empty.", name, variable),
                        fmt::format("export {}=...", variable));
    }
    return std::optional<std::string>(text);
  }
  const auto ref = secret_ref_of(*value);
  if (!ref) return base::fail(base::ErrorKind::config, name + ": neither a string nor a secret reference");
  auto answer = resolve_secret_ref(*ref, env, get_string("secrets.defaults.env").value_or("default"));
  if (!answer) return tl::unexpected(std::move(answer.error()).within(name));
  return std::optional<std::string>(std::move(*answer));
}

std::string describe(const Issue& issue) {
  if (issue.line == 0) return issue.path + ": " + issue.message;
  return fmt::format("{} (line {}, column {}): {}", issue.path, issue.line, issue.column, issue.message);
}

}  // namespace openclaw::config
