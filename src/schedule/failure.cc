#include "schedule/failure.h"

#include "base/strings.h"

#include <fmt/format.h>

namespace openclaw::schedule {
namespace {

constexpr std::size_t kMaxErrorText = 500;

std::string text_of(const json::Object* object, std::string_view key) {
  return object ? std::string(base::trim(json::get_string_or(*object, key, ""))) : std::string();
}

std::string first(std::string a, std::string b) { return a.empty() ? b : a; }

// Later ones fill in what earlier ones leave open.
Notice notice_to(const json::Object* wanted, const json::Object* fallback) {
  Notice out;
  out.channel = first(first(text_of(wanted, "channel"), text_of(fallback, "channel")), "last");
  out.to = first(text_of(wanted, "to"), text_of(fallback, "to"));
  out.account = first(text_of(wanted, "accountId"), text_of(fallback, "accountId"));
  return out;
}

bool by_webhook(const json::Object* wanted, const std::string& usual) { return first(text_of(wanted, "mode"), usual) == "webhook"; }

}  // namespace

std::vector<Notice> failure_notices(Job& job, const Outcome& outcome, std::int64_t now, const Settings& settings) {
  std::vector<Notice> out;
  if (outcome.status != "error") return out;
  const std::string error(base::cut_utf8(outcome.error, kMaxErrorText));
  const auto* delivery = json::get_object(job.body, "delivery");
  const auto* destination = delivery ? json::get_object(*delivery, "failureDestination") : nullptr;
  if (!destination && !settings.failure_destination.empty()) destination = &settings.failure_destination;
  if (destination && !by_webhook(destination, "") && !text_of(destination, "to").empty()) {
    Notice notice = notice_to(destination, nullptr);
    notice.text = fmt::format("Cron job \"{}\" failed: {}", job.text("name"), error);
    out.push_back(std::move(notice));
  }
  const auto* own = json::find(job.body, "failureAlert");
  const auto* alert = own ? own->if_object() : nullptr;
  const bool off = own && own->is_bool() && !own->get_bool();
  if (off || (!alert && !settings.alerts) || by_webhook(alert, settings.alert_mode)) return out;
  const std::int64_t after = alert ? json::get_int(*alert, "after").value_or(settings.alert_after) : settings.alert_after;
  const std::int64_t pause = alert ? json::get_int(*alert, "cooldownMs").value_or(settings.alert_cooldown_ms) : settings.alert_cooldown_ms;
  const std::int64_t errors = json::get_int(job.state(), "consecutiveErrors").value_or(0);
  const auto last = json::get_int(job.state(), "lastFailureAlertAtMs");
  if (errors < after || (last && now - *last < pause)) return out;
  job.state()["lastFailureAlertAtMs"] = now;
  Notice notice = notice_to(alert, delivery);
  notice.text = fmt::format("Cron job \"{}\" failed {} times\nLast error: {}", job.text("name"), errors, error);
  out.push_back(std::move(notice));
  return out;
}

}  // namespace openclaw::schedule
