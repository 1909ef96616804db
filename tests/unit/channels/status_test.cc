#include "channels/status.h"

#include <gtest/gtest.h>

namespace openclaw::channels {
namespace {

class Fake final : public Channel {
 public:
  AccountStatus account;
  std::string id() const override { return "telegram"; }
  std::string label() const override { return "Telegram"; }
  std::string detail_label() const override { return "Telegram Bot"; }
  std::string system_image() const override { return "paperplane"; }
  std::vector<AccountStatus> status() const override { return {account}; }
  base::Task<void> probe(int) override { co_return; }
  void start() override {}
  base::Task<void> stop() override { co_return; }
  void outbox_changed() override {}
};

Fake running() {
  Fake channel;
  channel.account.configured = channel.account.running = true;
  channel.account.token_source = "config";
  channel.account.last_start_at = 1795501038290;
  channel.account.last_inbound_at = 1795501526051;
  channel.account.last_outbound_at = 1795501544615;
  return channel;
}

// The answers of OpenClaw 2026.4.2 for a running bot.
constexpr char kPlain[] =
    R"({"ts":1795501656535,"channelOrder":["telegram"],"channelLabels":{"telegram":"Telegram"},)"
    R"("channelDetailLabels":{"telegram":"Telegram Bot"},"channelSystemImages":{"telegram":"paperplane"},)"
    R"("channelMeta":[{"id":"telegram","label":"Telegram","detailLabel":"Telegram Bot","systemImage":"paperplane"}],)"
    R"("channels":{"telegram":{"configured":true,"running":true,"lastStartAt":1795501038290,"lastStopAt":null,)"
    R"("lastError":null,"tokenSource":"config","lastProbeAt":null,"mode":"polling"}},)"
    R"("channelAccounts":{"telegram":[{"accountId":"default","enabled":true,"configured":true,"running":true,)"
    R"("lastStartAt":1795501038290,"lastStopAt":null,"lastError":null,"lastInboundAt":1795501526051,)"
    R"("lastOutboundAt":1795501544615,"tokenSource":"config","tokenStatus":"available","mode":"polling",)"
    R"("allowUnmentionedGroups":false}]},"channelDefaultAccountId":{"telegram":"default"}})";

TEST(ChannelsStatus, EqualsTheReference) {
  const Fake channel = running();
  EXPECT_EQ(json::write(channels_status_json({&channel}, 1795501656535)), kPlain);
}

TEST(ChannelsStatus, WithAProbe) {
  Fake channel = running();
  channel.account.probe = json::parse(R"({"ok":true})").value();
  channel.account.last_probe_at = 5;
  const json::Value result = channels_status_json({&channel}, 1);
  EXPECT_EQ(
      json::write(*json::find_path(result, "channels.telegram")),
      R"({"configured":true,"running":true,"lastStartAt":1795501038290,"lastStopAt":null,"lastError":null,)"
      R"("tokenSource":"config","probe":{"ok":true},"lastProbeAt":5,"mode":"polling"})");
  const auto& account = json::find_path(result, "channelAccounts.telegram")->as_array()[0].as_object();
  EXPECT_EQ(json::get_int(account, "lastProbeAt"), 5);
  EXPECT_TRUE(json::get_object(account, "probe"));
}

TEST(ChannelsStatus, TokenStatusAndOutbox) {
  Fake channel;
  channel.account.outbox_pending = 2;
  channel.account.outbox_poisoned = 1;
  const auto account_of = [&] {
    const json::Value result = channels_status_json({&channel}, 1);
    return json::find_path(result, "channelAccounts.telegram")->as_array()[0].as_object();
  };
  EXPECT_EQ(json::get_string(account_of(), "tokenStatus"), "missing");
  EXPECT_EQ(json::get_int(account_of(), "outboxPending"), 2);
  EXPECT_EQ(json::get_int(account_of(), "outboxPoisoned"), 1);
  channel.account.token_source = "tokenFile";
  EXPECT_EQ(json::get_string(account_of(), "tokenStatus"), "configured_unavailable");
}

TEST(ChannelsStatus, NoChannels) {
  EXPECT_EQ(
      json::write(channels_status_json({}, 3)),
      R"({"ts":3,"channelOrder":[],"channelLabels":{},"channelDetailLabels":{},"channelSystemImages":{},)"
      R"("channelMeta":[],"channels":{},"channelAccounts":{},"channelDefaultAccountId":{}})");
}

TEST(ChannelsHealth, SummaryHoldsItsAccounts) {
  const Fake channel = running();
  const std::string own =
      R"("configured":true,"running":true,"lastStartAt":1795501038290,"lastStopAt":null,"lastError":null,)"
      R"("tokenSource":"config","lastProbeAt":null,"mode":"polling","accountId":"default")";
  EXPECT_EQ(json::write(channel_summary(channel)), "{" + own + R"(,"accounts":{"default":{)" + own + "}}}");
  const auto health = channels_health_json({&channel});
  EXPECT_EQ(json::write(*json::find(health, "channelOrder")), R"(["telegram"])");
  EXPECT_EQ(json::write(*json::find(health, "channelLabels")), R"({"telegram":"Telegram"})");
}

}  // namespace
}  // namespace openclaw::channels
