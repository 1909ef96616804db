#include "config/secret_targets.h"

#include "config/schema_tree.h"
#include "config/secret_ref.h"

#include <algorithm>

namespace openclaw::config {
namespace {

using json::Value;

constexpr std::string_view kTargets[] = {
    "gateway.auth.token",
    "gateway.auth.password",
    "gateway.remote.token",
    "gateway.remote.password",
    "models.providers.*.apiKey",
    "models.providers.*.headers.*",
    "agents.defaults.memorySearch.remote.apiKey",
    "agents.list.*.memorySearch.remote.apiKey",
    "agents.defaults.sandbox.ssh.identityData",
    "agents.defaults.sandbox.ssh.certificateData",
    "agents.defaults.sandbox.ssh.knownHostsData",
    "agents.list.*.sandbox.ssh.identityData",
    "agents.list.*.sandbox.ssh.certificateData",
    "agents.list.*.sandbox.ssh.knownHostsData",
    "skills.entries.*.apiKey",
    "talk.apiKey",
    "talk.providers.*.apiKey",
    "messages.tts.providers.*.apiKey",
    "tools.web.search.apiKey",
    "tools.web.fetch.firecrawl.apiKey",
    "plugins.entries.*.config.webSearch.apiKey",
    "cron.webhookToken",
    "channels.telegram.botToken",
    "channels.telegram.webhookSecret",
    "channels.telegram.accounts.*.botToken",
    "channels.telegram.accounts.*.webhookSecret",
    "channels.slack.botToken",
    "channels.slack.appToken",
    "channels.slack.userToken",
    "channels.slack.signingSecret",
    "channels.slack.accounts.*.botToken",
    "channels.slack.accounts.*.appToken",
    "channels.slack.accounts.*.userToken",
    "channels.slack.accounts.*.signingSecret",
    "channels.discord.token",
    "channels.discord.pluralkit.token",
    "channels.discord.voice.tts.providers.*.apiKey",
    "channels.discord.accounts.*.token",
    "channels.discord.accounts.*.pluralkit.token",
    "channels.discord.accounts.*.voice.tts.providers.*.apiKey",
    "channels.irc.password",
    "channels.irc.nickserv.password",
    "channels.irc.accounts.*.password",
    "channels.irc.accounts.*.nickserv.password",
    "channels.bluebubbles.password",
    "channels.bluebubbles.accounts.*.password",
    "channels.feishu.appSecret",
    "channels.feishu.encryptKey",
    "channels.feishu.verificationToken",
    "channels.feishu.accounts.*.appSecret",
    "channels.feishu.accounts.*.encryptKey",
    "channels.feishu.accounts.*.verificationToken",
    "channels.msteams.appPassword",
    "channels.mattermost.botToken",
    "channels.mattermost.accounts.*.botToken",
    "channels.matrix.accessToken",
    "channels.matrix.password",
    "channels.matrix.accounts.*.accessToken",
    "channels.matrix.accounts.*.password",
    "channels.nextcloud-talk.botSecret",
    "channels.nextcloud-talk.apiPassword",
    "channels.nextcloud-talk.accounts.*.botSecret",
    "channels.nextcloud-talk.accounts.*.apiPassword",
    "channels.zalo.botToken",
    "channels.zalo.webhookSecret",
    "channels.zalo.accounts.*.botToken",
    "channels.zalo.accounts.*.webhookSecret",
    "channels.googlechat.serviceAccount",
    "channels.googlechat.accounts.*.serviceAccount",
};

bool switched_off(const Value& block) {
  return block.is_object() && json::get_bool(block.get_object(), "enabled") == false;
}

class Walk {
 public:
  Walk(const Snapshot& snapshot, std::vector<SecretAssignment>& out) : snapshot_(snapshot), out_(out) {}

  void run(const Value& value, std::span<const std::string_view> steps, bool active) {
    active = active && !switched_off(value);
    if (steps.empty()) return leaf(value, active);
    const auto rest = steps.subspan(1);
    if (const auto* object = value.if_object()) {
      for (const auto& [key, item] : *object) {
        if (steps[0] == "*" || steps[0] == std::string_view(key)) step(std::string(key), item, rest, active);
      }
    } else if (const auto* list = value.if_array(); list && steps[0] == "*") {
      for (std::size_t i = 0; i < list->size(); ++i) step(std::to_string(i), (*list)[i], rest, active);
    }
  }

 private:
  void step(std::string segment, const Value& item, std::span<const std::string_view> rest, bool active) {
    at_.push_back(std::move(segment));
    run(item, rest, active);
    at_.pop_back();
  }

  void leaf(const Value& value, bool active) {
    const auto ref = secret_ref_of(value);
    if (!ref) return;
    const auto alias = snapshot_.get_string("secrets.defaults.env").value_or("default");
    out_.push_back({at_, resolve_secret_ref(*ref, snapshot_.env, alias), active && mode_uses(dotted(at_))});
  }

  // The secret of the other mode is not asked for.
  bool mode_uses(const std::string& path) const {
    const auto mode = snapshot_.get_string("gateway.auth.mode");
    if (path == "gateway.auth.token") return !mode || *mode == "token";
    if (path == "gateway.auth.password") return !mode || *mode == "password";
    return true;
  }

  const Snapshot& snapshot_;
  std::vector<SecretAssignment>& out_;
  KeyPath at_;
};

}  // namespace

bool known_secret_target(std::string_view id) {
  return std::find(std::begin(kTargets), std::end(kTargets), id) != std::end(kTargets);
}

std::vector<SecretAssignment> resolve_target(const Snapshot& snapshot, std::string_view id) {
  std::vector<SecretAssignment> out;
  const auto steps = split_words(id, '.');
  Walk(snapshot, out).run(snapshot.resolved, steps, true);
  return out;
}

std::vector<SecretAssignment> resolve_all_targets(const Snapshot& snapshot) {
  std::vector<SecretAssignment> out;
  for (const auto id : kTargets) {
    for (auto& found : resolve_target(snapshot, id)) out.push_back(std::move(found));
  }
  return out;
}

}  // namespace openclaw::config
