#include "config/commands.h"

#include "base/strings.h"
#include "config/command_output.h"
#include "config/paths.h"
#include "config/redact.h"
#include "json/json5_edit.h"

#include <fmt/format.h>

namespace openclaw::config {
namespace {

using json::Value;

json::Array issue_list(const std::vector<Issue>& issues) {
  json::Array out;
  for (const auto& issue : issues) {
    json::Object item;
    item["path"] = issue.path;
    item["message"] = issue.message;
    if (!issue.allowed.empty()) item["allowedValues"] = json::strings(issue.allowed);
    if (issue.line > 0) {
      item["line"] = static_cast<std::int64_t>(issue.line);
      item["column"] = static_cast<std::int64_t>(issue.column);
    }
    out.push_back(std::move(item));
  }
  return out;
}

std::string warning_lines(const Snapshot& snapshot) {
  std::string out;
  for (const auto& warning : snapshot.warnings) out += "Warning: " + describe(warning) + "\n";
  return out;
}

CommandResult validate_json(const Context& context, const Snapshot& snapshot) {
  json::Object answer;
  answer["valid"] = snapshot.exists && snapshot.valid;
  answer["path"] = context.config_path;
  if (!snapshot.exists) answer["error"] = "file not found";
  if (!snapshot.issues.empty()) answer["issues"] = issue_list(snapshot.issues);
  if (!snapshot.warnings.empty()) answer["warnings"] = issue_list(snapshot.warnings);
  return {!snapshot.exists ? kExitFailed : snapshot.valid ? kExitOk : kExitConfig, pretty(answer) + "\n", ""};
}

}  // namespace

CommandResult config_get(const Context& context, const std::string& path, bool as_json) {
  const auto segments = required_key_path(path);
  if (!segments) return failure(segments.error());
  const Snapshot snapshot = load(context.config_path, context.env);
  if (!snapshot.valid) return {kExitConfig, "", invalid_banner(snapshot, context.home)};
  const Value* found = json::get_at(snapshot.resolved, *segments);
  if (!found) return {kExitFailed, "", "Config path not found: " + path + "\n"};
  const Value shown = redact(*found, *segments);
  if (shown.is_string() && !as_json)
    return {kExitOk, std::string(std::string_view(shown.get_string())) + "\n", ""};
  return {kExitOk, pretty(shown) + "\n", ""};
}

CommandResult config_file(const Context& context) {
  return {kExitOk, display_path(context.config_path, context.home) + "\n", ""};
}

CommandResult config_validate(const Context& context, bool as_json) {
  const Snapshot snapshot = load(context.config_path, context.env);
  if (as_json) return validate_json(context, snapshot);
  const std::string shown = display_path(context.config_path, context.home);
  if (!snapshot.exists) return {kExitFailed, "", "Config file not found: " + shown + "\n"};
  if (snapshot.valid) return {kExitOk, "Config valid: " + shown + "\n", warning_lines(snapshot)};
  std::string err = "Config invalid at " + shown + ":\n";
  for (const auto& issue : snapshot.issues) err += "  \u00d7 " + describe(issue) + "\n";
  err += "\nRun `openclaw doctor` to repair, or fix the keys above manually.\n";
  return {kExitConfig, "", std::move(err)};
}

}  // namespace openclaw::config
