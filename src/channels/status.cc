#include "channels/status.h"

namespace openclaw::channels {
namespace {

json::Value or_null(const std::optional<std::int64_t>& value) {
  return value ? json::Value(*value) : json::Value(nullptr);
}
json::Value or_null(const std::optional<std::string>& value) {
  return value ? json::Value(*value) : json::Value(nullptr);
}

void put_lifecycle(json::Object& out, const AccountStatus& account) {
  out["configured"] = account.configured;
  out["running"] = account.running;
  out["lastStartAt"] = or_null(account.last_start_at);
  out["lastStopAt"] = or_null(account.last_stop_at);
  out["lastError"] = or_null(account.last_error);
}

json::Object summary(const AccountStatus& account) {
  json::Object out;
  put_lifecycle(out, account);
  out["tokenSource"] = account.token_source;
  if (!account.probe.is_null()) out["probe"] = account.probe;
  out["lastProbeAt"] = or_null(account.last_probe_at);
  out["mode"] = account.mode;
  return out;
}

std::string token_status(const AccountStatus& account) {
  if (account.configured) return "available";
  return account.token_source == "none" ? "missing" : "configured_unavailable";
}

json::Object account_json(const AccountStatus& account) {
  json::Object out;
  out["accountId"] = account.account;
  out["enabled"] = account.enabled;
  put_lifecycle(out, account);
  if (!account.probe.is_null()) out["probe"] = account.probe;
  out["lastInboundAt"] = or_null(account.last_inbound_at);
  out["lastOutboundAt"] = or_null(account.last_outbound_at);
  out["tokenSource"] = account.token_source;
  out["tokenStatus"] = token_status(account);
  out["mode"] = account.mode;
  out["allowUnmentionedGroups"] = account.allow_unmentioned_groups;
  if (account.last_probe_at) out["lastProbeAt"] = *account.last_probe_at;
  // Ours, and only when there is something to say, so that the usual answer is the reference's to the letter.
  if (account.outbox_pending > 0) out["outboxPending"] = account.outbox_pending;
  if (account.outbox_poisoned > 0) out["outboxPoisoned"] = account.outbox_poisoned;
  return out;
}

const AccountStatus& default_account(const std::vector<AccountStatus>& accounts) {
  static const AccountStatus kNone;
  for (const auto& account : accounts) {
    if (account.account == "default") return account;
  }
  return accounts.empty() ? kNone : accounts.front();
}

json::Object meta(const Channel& channel) {
  json::Object out;
  out["id"] = channel.id();
  out["label"] = channel.label();
  out["detailLabel"] = channel.detail_label();
  out["systemImage"] = channel.system_image();
  return out;
}

}  // namespace

json::Object channels_status_json(std::vector<const Channel*> channels, std::int64_t now) {
  json::Array order, metas;
  json::Object labels, details, images, summaries, accounts, defaults;
  for (const Channel* channel : channels) {
    const std::string id = channel->id();
    const auto all = channel->status();
    order.emplace_back(id);
    labels[id] = channel->label();
    details[id] = channel->detail_label();
    images[id] = channel->system_image();
    metas.emplace_back(meta(*channel));
    summaries[id] = summary(default_account(all));
    json::Array list;
    for (const auto& account : all) list.emplace_back(account_json(account));
    accounts[id] = std::move(list);
    defaults[id] = default_account(all).account;
  }
  json::Object out;
  out["ts"] = now;
  out["channelOrder"] = std::move(order);
  out["channelLabels"] = std::move(labels);
  out["channelDetailLabels"] = std::move(details);
  out["channelSystemImages"] = std::move(images);
  out["channelMeta"] = std::move(metas);
  out["channels"] = std::move(summaries);
  out["channelAccounts"] = std::move(accounts);
  out["channelDefaultAccountId"] = std::move(defaults);
  return out;
}

json::Object channel_summary(const Channel& channel) {
  const auto all = channel.status();
  const auto with_id = [](const AccountStatus& account) {
    json::Object out = summary(account);
    out["accountId"] = account.account;
    return out;
  };
  json::Object out = with_id(default_account(all));
  json::Object accounts;
  for (const auto& account : all) accounts[account.account] = with_id(account);
  out["accounts"] = std::move(accounts);
  return out;
}

json::Object channels_health_json(std::vector<const Channel*> channels) {
  json::Object summaries, labels;
  json::Array order;
  for (const Channel* channel : channels) {
    summaries[channel->id()] = channel_summary(*channel);
    order.emplace_back(channel->id());
    labels[channel->id()] = channel->label();
  }
  json::Object out;
  out["channels"] = std::move(summaries);
  out["channelOrder"] = std::move(order);
  out["channelLabels"] = std::move(labels);
  return out;
}

}  // namespace openclaw::channels
