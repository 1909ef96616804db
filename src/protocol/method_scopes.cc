#include "protocol/method_scopes.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace openclaw::protocol {
namespace {

constexpr MethodScope kTable[] = {
    // health, status, presence, logs
    {"health", kRead},
    {"status", kRead},
    {"system-presence", kRead},
    {"system-event", kAdmin},
    {"last-heartbeat", kRead},
    {"set-heartbeats", kAdmin},
    {"wake", kWrite},
    {"gateway.identity.get", kRead},
    {"doctor.memory.status", kRead},
    {"logs.tail", kRead},
    {"update.run", kAdmin},
    {"connect", kAdmin},
    // configuration and secrets
    {"config.get", kRead},
    {"config.schema", kAdmin},
    {"config.schema.lookup", kRead},
    {"config.set", kAdmin},
    {"config.patch", kAdmin},
    {"config.apply", kAdmin},
    {"config.openFile", kAdmin},
    {"secrets.reload", kAdmin},
    {"secrets.resolve", kAdmin},
    // agents
    {"agent", kWrite},
    {"agent.wait", kWrite},
    {"agent.identity.get", kRead},
    {"agents.list", kRead},
    {"agents.create", kAdmin},
    {"agents.update", kAdmin},
    {"agents.delete", kAdmin},
    {"agents.files.list", kRead},
    {"agents.files.get", kRead},
    {"agents.files.set", kAdmin},
    // chat and sessions
    {"chat.history", kRead},
    {"chat.send", kWrite},
    {"chat.abort", kWrite},
    {"chat.inject", kAdmin},
    {"sessions.list", kRead},
    {"sessions.subscribe", kRead},
    {"sessions.unsubscribe", kRead},
    {"sessions.messages.subscribe", kRead},
    {"sessions.messages.unsubscribe", kRead},
    {"sessions.preview", kRead},
    {"sessions.resolve", kRead},
    {"sessions.get", kRead},
    {"sessions.create", kWrite},
    {"sessions.send", kWrite},
    {"sessions.steer", kWrite},
    {"sessions.abort", kWrite},
    {"sessions.patch", kAdmin},
    {"sessions.reset", kAdmin},
    {"sessions.delete", kAdmin},
    {"sessions.compact", kAdmin},
    {"sessions.usage", kRead},
    {"sessions.usage.timeseries", kRead},
    {"sessions.usage.logs", kRead},
    {"usage.status", kRead},
    {"usage.cost", kRead},
    // outbound messages and channels
    {"send", kWrite},
    {"poll", kWrite},
    {"channels.status", kRead},
    {"channels.logout", kAdmin},
    {"web.login.start", kAdmin},
    {"web.login.wait", kAdmin},
    // models, tools, skills
    {"models.list", kRead},
    {"tools.catalog", kRead},
    {"tools.effective", kRead},
    {"skills.status", kRead},
    {"skills.bins", ""},
    {"skills.install", kAdmin},
    {"skills.update", kAdmin},
    // cron
    {"cron.list", kRead},
    {"cron.status", kRead},
    {"cron.runs", kRead},
    {"cron.add", kAdmin},
    {"cron.update", kAdmin},
    {"cron.remove", kAdmin},
    {"cron.run", kAdmin},
    // nodes and devices
    {"node.list", kRead},
    {"node.describe", kRead},
    {"node.invoke", kWrite},
    {"node.invoke.result", ""},
    {"node.event", ""},
    {"node.pending.pull", ""},
    {"node.pending.ack", ""},
    {"node.pending.drain", ""},
    {"node.pending.enqueue", kWrite},
    {"node.canvas.capability.refresh", ""},
    {"node.pair.request", kPairing},
    {"node.pair.list", kPairing},
    {"node.pair.approve", kWrite},
    {"node.pair.reject", kPairing},
    {"node.pair.verify", kPairing},
    {"node.rename", kPairing},
    {"device.pair.list", kPairing},
    {"device.pair.approve", kPairing},
    {"device.pair.reject", kPairing},
    {"device.pair.remove", kPairing},
    {"device.token.rotate", kPairing},
    {"device.token.revoke", kPairing},
    // approvals
    {"exec.approvals.get", kAdmin},
    {"exec.approvals.set", kAdmin},
    {"exec.approvals.node.get", kAdmin},
    {"exec.approvals.node.set", kAdmin},
    {"exec.approval.request", kApprovals},
    {"exec.approval.waitDecision", kApprovals},
    {"exec.approval.resolve", kApprovals},
    {"plugin.approval.request", kApprovals},
    {"plugin.approval.waitDecision", kApprovals},
    {"plugin.approval.resolve", kApprovals},
    // wizard, talk, voice, push, browser
    {"wizard.start", kAdmin},
    {"wizard.next", kAdmin},
    {"wizard.cancel", kAdmin},
    {"wizard.status", kAdmin},
    {"talk.config", kRead},
    {"talk.mode", kWrite},
    {"talk.speak", kWrite},
    {"tts.status", kRead},
    {"tts.providers", kRead},
    {"tts.enable", kWrite},
    {"tts.disable", kWrite},
    {"tts.convert", kWrite},
    {"tts.setProvider", kWrite},
    {"voicewake.get", kRead},
    {"voicewake.set", kWrite},
    {"push.test", kWrite},
    {"browser.request", kWrite},
    // plugins that are not bundled
    {"voicecall.initiate", kAdmin},
    {"voicecall.start", kAdmin},
    {"voicecall.continue", kAdmin},
    {"voicecall.speak", kAdmin},
    {"voicecall.end", kAdmin},
    {"voicecall.status", kAdmin},
    {"matrix.verify.recoveryKey", kAdmin},
    {"matrix.verify.bootstrap", kAdmin},
    {"matrix.verify.status", kAdmin},
};

constexpr std::array<std::string_view, 4> kAdminPrefixes = {"exec.approvals.", "config.", "wizard.", "update."};

const MethodScope* find(std::string_view method) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, const MethodScope*> out;
    for (const auto& row : kTable) out.emplace(row.method, &row);
    return out;
  }();
  const auto it = by_name.find(method);
  return it == by_name.end() ? nullptr : it->second;
}

}  // namespace

std::span<const MethodScope> method_scopes() { return kTable; }

std::optional<std::string_view> classified_scope(std::string_view method) {
  if (const auto* row = find(method)) {
    if (row->scope.empty()) return std::nullopt;
    return row->scope;
  }
  const bool reserved = std::any_of(kAdminPrefixes.begin(), kAdminPrefixes.end(),
                                    [&](std::string_view prefix) { return method.starts_with(prefix); });
  if (reserved) return kAdmin;
  return std::nullopt;
}

std::string_view required_scope(std::string_view method) { return classified_scope(method).value_or(kAdmin); }

Scopes least_scopes(std::string_view method) {
  const auto scope = classified_scope(method);
  return scope ? Scopes{std::string(*scope)} : Scopes{};
}

Scopes scopes_for_call(std::string_view method, const std::optional<Scopes>& chosen) {
  return chosen ? *chosen : least_scopes(method);
}

std::string_view missing_method_scope(std::string_view method, const Scopes& granted) {
  const std::string_view needed = required_scope(method);
  return allows(granted, needed) ? std::string_view() : needed;
}

bool is_node_method(std::string_view method) {
  const auto* row = find(method);
  return row && row->scope.empty();
}

bool role_may_call(std::string_view role, std::string_view method) {
  return (role == kRoleNode) == is_node_method(method);
}

}  // namespace openclaw::protocol
