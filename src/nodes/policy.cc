#include "nodes/policy.h"

#include <algorithm>
#include <span>

#include "auth/nodes_view.h"
#include "base/strings.h"
#include "protocol/scopes.h"

namespace openclaw::nodes {
namespace {

constexpr std::string_view kCanvas[] = {"canvas.present", "canvas.hide", "canvas.navigate", "canvas.eval", "canvas.snapshot",
                                        "canvas.a2ui.push", "canvas.a2ui.pushJSONL", "canvas.a2ui.reset"};
constexpr std::string_view kPersonal[] = {"device.info", "device.status", "contacts.search", "calendar.events", "reminders.list",
                                          "photos.latest", "motion.activity", "motion.pedometer"};
constexpr std::string_view kSystem[] = {"system.run.prepare", "system.run", "system.which", "system.notify", "browser.proxy"};
constexpr std::string_view kCamera[] = {"camera.list", "location.get"};
constexpr std::string_view kNotify[] = {"system.notify"};
constexpr std::string_view kAndroid[] = {"device.permissions", "device.health", "notifications.list", "notifications.actions",
                                         "callLog.search", "system.notify"};

constexpr std::string_view kCommandRequired = "command required";
constexpr std::string_view kNotAllowlisted = "command not allowlisted";
constexpr std::string_view kNothingDeclared = "node did not declare commands";
constexpr std::string_view kNotDeclared = "command not declared by node";

bool in(std::span<const std::string_view> list, std::string_view command) {
  return std::find(list.begin(), list.end(), command) != list.end();
}

bool by_default(std::string_view platform, std::string_view c) {
  if (platform == "linux" || platform == "windows") return in(kSystem, c);
  if (in(kCanvas, c) || in(kCamera, c)) return true;
  if (platform == "ios") return in(kPersonal, c) || in(kNotify, c);
  if (platform == "android") return in(kPersonal, c) || in(kAndroid, c);
  if (platform == "macos") return in(kPersonal, c) || in(kSystem, c);
  return in(kNotify, c);
}

bool listed(const std::vector<std::string>& list, std::string_view command) {
  return std::any_of(list.begin(), list.end(), [&](const std::string& entry) { return base::trim(entry) == command; });
}

protocol::WireError refuse(std::string message, std::string_view reason, const std::string& command) {
  json::Object details;
  details["reason"] = reason;
  details["command"] = command;
  return {std::string(protocol::kInvalidRequest), std::move(message), std::move(details), {}, {}};
}

}  // namespace

std::string platform_of(std::string_view platform, std::string_view device_family) {
  const std::string p = base::lower_ascii(base::trim(platform));
  if (p.starts_with("ios")) return "ios";
  if (p.starts_with("android")) return "android";
  if (p.starts_with("mac") || p.starts_with("darwin")) return "macos";
  if (p.starts_with("win")) return "windows";
  if (p.starts_with("linux")) return "linux";
  const std::string f = base::lower_ascii(base::trim(device_family));
  const auto has = [&](std::string_view token) { return f.find(token) != std::string::npos; };
  if (has("iphone") || has("ipad") || has("ios")) return "ios";
  if (has("android")) return "android";
  if (has("mac")) return "macos";
  if (has("windows")) return "windows";
  if (has("linux")) return "linux";
  return "unknown";
}

bool CommandPolicy::allowed(std::string_view platform, std::string_view command) const {
  if (base::trim(command).empty() || listed(deny, command)) return false;
  return by_default(platform, command) || listed(allow, command);
}

std::vector<std::string> CommandPolicy::allowlist(std::string_view platform) const {
  std::vector<std::string> out;
  const auto add = [&](std::string_view command) {
    if (allowed(platform, command)) out.emplace_back(command);
  };
  for (const std::span<const std::string_view> group : {std::span<const std::string_view>(kCanvas), std::span<const std::string_view>(kPersonal),
                                                        std::span<const std::string_view>(kSystem), std::span<const std::string_view>(kCamera),
                                                        std::span<const std::string_view>(kNotify), std::span<const std::string_view>(kAndroid)}) {
    for (const auto command : group) add(command);
  }
  for (const auto& command : allow) add(base::trim(command));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<std::string> CommandPolicy::filter(std::string_view platform, const std::vector<std::string>& declared) const {
  return normalize_declared(declared, [&](std::string_view command) { return allowed(platform, command); });
}

std::optional<protocol::WireError> CommandPolicy::refusal(std::string_view platform, const std::vector<std::string>& commands,
                                                          const std::string& command) const {
  const std::string_view reason = refusal_reason(command, commands, allowed(platform, command));
  if (reason.empty()) return std::nullopt;
  std::string text = fmt::format("the node (platform: {}) does not support \"{}\"", platform, command);
  if (reason == kNotAllowlisted || reason == kCommandRequired) {
    text = fmt::format("\"{}\" is not in the allowlist for platform \"{}\"", command, platform);
  } else if (reason == kNothingDeclared) {
    text = "the node did not declare any supported commands";
  }
  return refuse("node command not allowed: " + text, reason, command);
}

std::vector<std::string> normalize_declared(const std::vector<std::string>& declared,
                                            const std::function<bool(std::string_view)>& allowed) {
  std::vector<std::string> out;
  for (const auto& entry : declared) {
    const std::string command(base::trim(entry));
    if (command.empty() || !allowed(command)) continue;
    if (std::find(out.begin(), out.end(), command) == out.end()) out.push_back(command);
  }
  return out;
}

std::string_view refusal_reason(std::string_view command, const std::vector<std::string>& declared, bool allowlisted) {
  if (base::trim(command).empty()) return kCommandRequired;
  if (!allowlisted) return kNotAllowlisted;
  if (declared.empty()) return kNothingDeclared;
  if (std::find(declared.begin(), declared.end(), command) == declared.end()) return kNotDeclared;
  return {};
}

std::string_view approval_scope(const std::vector<std::string>& commands) { return auth::node_approval_scope(commands); }

}  // namespace openclaw::nodes
