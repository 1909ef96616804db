#include "channels/telegram/telegram.h"

#include "base/log.h"
#include "channels/telegram/api.h"
#include "channels/telegram/outbox.h"
#include "channels/telegram/poller.h"

#include <fmt/format.h>

namespace openclaw::channels::telegram {
namespace {

constexpr char kLog[] = "telegram";
constexpr int kProbeTimeoutMs = 10'000;

class Telegram final : public Channel {
 public:
  Telegram(base::Loop& loop, const base::Clock& clock, store::Store& store, InboundSink& sink,
           TelegramSettings settings)
      : clock_(clock), settings_(std::move(settings)), probing_(loop) {
    if (!usable()) return;
    api_ = std::make_shared<Api>(loop, settings_);
    poller_ = std::make_shared<Poller>(loop, clock, store, sink, api_, settings_);
    auto told = [poller = std::weak_ptr<Poller>(poller_)](std::string reason) {
      if (auto alive = poller.lock()) alive->token_refused(reason);
    };
    outbox_ = std::make_shared<Outbox>(loop, clock, store, api_, settings_.text_chunk_limit, std::move(told));
  }

  std::string id() const override { return "telegram"; }
  std::string label() const override { return "Telegram"; }
  std::string detail_label() const override { return "Telegram Bot"; }
  std::string system_image() const override { return "paperplane"; }

  std::vector<AccountStatus> status() const override {
    AccountStatus out;
    out.enabled = settings_.enabled;
    out.configured = !settings_.token.empty();
    out.token_source = settings_.token_source;
    out.last_probe_at = last_probe_at_;
    out.probe = probe_;
    const auto any = settings_.groups.find("*");
    out.allow_unmentioned_groups = any != settings_.groups.end() && !any->second.require_mention;
    if (settings_.enabled && !settings_.problem.empty()) out.last_error = settings_.problem;
    if (poller_) {
      out.running = poller_->running();
      out.last_start_at = poller_->last_start_at();
      out.last_stop_at = poller_->last_stop_at();
      out.last_inbound_at = poller_->last_inbound_at();
      out.last_error = poller_->last_error();
      out.last_outbound_at = outbox_->last_sent_at();
      out.outbox_pending = outbox_->pending();
      out.outbox_poisoned = outbox_->poisoned();
    }
    return {out};
  }

  base::Task<void> probe(int timeout_ms) override {
    if (!api_) co_return;
    Gate::Pass pass(probing_);
    const auto api = api_;
    const int limit = timeout_ms > 0 ? timeout_ms : kProbeTimeoutMs;
    const std::int64_t begun = clock_.steady_ms();
    json::Object result;
    auto me = co_await api->get_me(limit, probes_.token());
    if (!me) {
      describe_failure(result, me.error(), begun);
    } else {
      auto webhook = co_await api->get_webhook_info(limit, probes_.token());
      describe(result, *me, webhook ? &*webhook : nullptr, begun);
    }
    probe_ = std::move(result);
    last_probe_at_ = clock_.wall_ms();
  }

  void start() override {
    for (const auto& warning : settings_.warnings) base::log_warn(kLog, warning);
    if (!settings_.enabled) return;
    if (!settings_.problem.empty()) {
      base::log_error(kLog, "not started: " + settings_.problem);
      return;
    }
    poller_->start();
    outbox_->start();
  }

  base::Task<void> stop() override {
    probes_.cancel();
    co_await probing_.wait_idle();
    if (!poller_) co_return;
    co_await poller_->stop();
    co_await outbox_->stop();
  }

  void outbox_changed() override {
    if (outbox_) outbox_->wake();
  }

  base::Task<void> settled(std::int64_t record, int timeout_ms) override {
    if (!outbox_) co_return;
    const auto outbox = outbox_;
    co_await outbox->settled(record, timeout_ms);
  }

 private:
  bool usable() const { return settings_.enabled && settings_.problem.empty(); }

  void describe(json::Object& out, const BotInfo& me, const WebhookInfo* webhook, std::int64_t begun) const {
    out["ok"] = true;
    out["status"] = nullptr;
    out["error"] = nullptr;
    out["elapsedMs"] = clock_.steady_ms() - begun;
    json::Object bot;
    bot["id"] = me.id;
    bot["username"] = me.username;
    bot["canJoinGroups"] = me.can_join_groups;
    bot["canReadAllGroupMessages"] = me.can_read_all;
    bot["supportsInlineQueries"] = me.inline_queries;
    out["bot"] = std::move(bot);
    if (!webhook) return;
    json::Object hook;
    hook["url"] = webhook->url;
    hook["hasCustomCert"] = webhook->custom_certificate;
    out["webhook"] = std::move(hook);
  }

  void describe_failure(json::Object& out, const ApiError& error, std::int64_t begun) const {
    out["ok"] = false;
    if (error.http_status)
      out["status"] = error.http_status;
    else
      out["status"] = nullptr;
    out["error"] = error.description;
    out["elapsedMs"] = clock_.steady_ms() - begun;
  }

  const base::Clock& clock_;
  const TelegramSettings settings_;
  std::shared_ptr<Api> api_;  // these three are null when the settings have a problem
  std::shared_ptr<Poller> poller_;
  std::shared_ptr<Outbox> outbox_;
  base::CancelSource probes_;
  Gate probing_;
  std::optional<std::int64_t> last_probe_at_;
  json::Value probe_ = nullptr;
};

}  // namespace

std::unique_ptr<Channel> make_telegram(base::Loop& loop, const base::Clock& clock, store::Store& store,
                                       InboundSink& sink, TelegramSettings settings) {
  return std::make_unique<Telegram>(loop, clock, store, sink, std::move(settings));
}

}  // namespace openclaw::channels::telegram
