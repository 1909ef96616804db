#include "gateway/methods/cron_methods_host.h"

#include <array>

#include "base/log.h"
#include "base/strings.h"
#include "gateway/methods/session_rows.h"
#include "net/http_client.h"
#include "schedule/civil.h"
#include "schedule/time_zone.h"
#include "session/keys.h"

namespace openclaw::gateway {
namespace {

using base::Result;
using base::Task;
using schedule::Job;
using schedule::Outcome;

constexpr std::size_t kMaxSummary = 2'000;
constexpr int kWebhookTimeoutMs = 10'000;

std::string ordinal(int day) {
  const char* suffix = day % 10 == 1 && day != 11 ? "st" : day % 10 == 2 && day != 12 ? "nd" : day % 10 == 3 && day != 13 ? "rd" : "th";
  return std::to_string(day) + suffix;
}

// "Current time: Tuesday, November 24th, 2026 — 6:30 AM (UTC) / 2026-11-24 06:30 UTC"
std::string current_time_line(std::int64_t now_ms, const std::string& zone_name) {
  static constexpr std::array<std::string_view, 7> kDays = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  static constexpr std::array<std::string_view, 12> kMonths = {"January", "February", "March", "April", "May", "June",
                                                               "July", "August", "September", "October", "November", "December"};
  const auto zone = schedule::TimeZone::find(zone_name);
  const bool named = zone && !zone_name.empty();
  const auto utc = schedule::civil_from_seconds(now_ms / 1000);
  const std::int64_t local_s = named ? (*zone)->to_local(now_ms / 1000) : now_ms / 1000;
  const auto local = schedule::civil_from_seconds(local_s);
  const int hour = local.hour % 12 == 0 ? 12 : local.hour % 12;
  const auto weekday = static_cast<std::size_t>(schedule::weekday(schedule::floor_div(local_s, schedule::kDaySeconds)));
  return fmt::format("Current time: {}, {} {}, {} — {}:{:02} {} ({}) / {:04}-{:02}-{:02} {:02}:{:02} UTC", kDays[weekday],
                     kMonths[static_cast<std::size_t>(local.month - 1)], ordinal(local.day), local.year, hour, local.minute,
                     local.hour < 12 ? "AM" : "PM", named ? zone_name : "UTC", utc.year, utc.month, utc.day, utc.hour, utc.minute);
}

bool flag(const State& state, std::string_view path, bool fallback) {
  const auto* value = json::find_path(state.config.resolved, path);
  return value && value->is_bool() ? value->get_bool() : fallback;
}

// The texts of a run's final payload, joined.
std::string texts_of(const json::Value& final) {
  std::string out;
  const auto* payloads = json::find_path(final, "result.payloads");
  if (!payloads || !payloads->is_array()) return out;
  for (const auto& entry : payloads->get_array()) {
    const auto* object = entry.if_object();
    const std::string text = object ? json::get_string_or(*object, "text", "") : "";
    if (!text.empty()) out += (out.empty() ? "" : "\n\n") + text;
  }
  return out;
}

void read_usage(const json::Value& final, Outcome& out) {
  const auto* meta = json::find_path(final, "result.meta.agentMeta");
  const auto* agent = meta ? meta->if_object() : nullptr;
  if (!agent) return;
  out.session_id = json::get_string_or(*agent, "sessionId", "");
  out.model = json::get_string_or(*agent, "model", "");
  out.provider = json::get_string_or(*agent, "provider", "");
  const auto* usage = json::get_object(*agent, "usage");
  if (!usage) return;
  json::Object shown;
  shown["input_tokens"] = json::get_int(*usage, "input").value_or(0);
  shown["output_tokens"] = json::get_int(*usage, "output").value_or(0);
  // What the context holds, as in session rows.
  shown["total_tokens"] = json::get_int(*agent, "promptTokens").value_or(0);
  if (const auto read = json::get_int(*usage, "cacheRead")) shown["cache_read_tokens"] = *read;
  if (const auto written = json::get_int(*usage, "cacheWrite")) shown["cache_write_tokens"] = *written;
  out.usage = std::move(shown);
}

class CronHost final : public schedule::Host {
 public:
  explicit CronHost(State& state) : state_(state) {}

  schedule::Settings settings() const override {
    schedule::Settings out;
    out.enabled = flag(state_, "cron.enabled", true) && !state_.env.is_one("OPENCLAW_SKIP_CRON");
    out.max_concurrent = static_cast<std::size_t>(std::clamp<std::int64_t>(state_.config.get_int("cron.maxConcurrentRuns").value_or(1), 1, 64));
    out.retry_attempts = std::clamp<std::int64_t>(state_.config.get_int("cron.retry.maxAttempts").value_or(3), 0, 10);
    if (const auto* steps = json::find_path(state_.config.resolved, "cron.retry.backoffMs"); steps && steps->is_array() && !steps->get_array().empty()) {
      out.retry_steps.clear();
      for (const auto& step : steps->get_array()) out.retry_steps.push_back(step.is_int64() ? std::max<std::int64_t>(0, step.get_int64()) : 60'000);
    }
    out.retry_on = json::string_list(json::find_path(state_.config.resolved, "cron.retry.retryOn"));
    out.keep_runs = std::clamp<std::int64_t>(state_.config.get_int("cron.runLog.keepLines").value_or(2'000), 1, 100'000);
    out.default_agent = state_.settings.default_agent;
    out.alerts = flag(state_, "cron.failureAlert.enabled", false);
    out.alert_after = std::max<std::int64_t>(1, state_.config.get_int("cron.failureAlert.after").value_or(3));
    out.alert_cooldown_ms = std::max<std::int64_t>(0, state_.config.get_int("cron.failureAlert.cooldownMs").value_or(3'600'000));
    out.alert_mode = state_.config.get_string("cron.failureAlert.mode").value_or("announce");
    const auto* destination = json::find_path(state_.config.resolved, "cron.failureDestination");
    if (destination && destination->is_object()) out.failure_destination = destination->get_object();
    return out;
  }

  json::Object plan(const Job& job) override {
    json::Object out;
    const auto* delivery = json::get_object(job.body, "delivery");
    if (job.main() || !delivery || json::get_string_or(*delivery, "mode", "none") != "announce") return out;
    schedule::Notice wanted;
    wanted.channel = base::trim(json::get_string_or(*delivery, "channel", "last"));
    wanted.to = base::trim(json::get_string_or(*delivery, "to", ""));
    wanted.account = base::trim(json::get_string_or(*delivery, "accountId", ""));
    if (auto error = find_place(job, wanted); !error.empty()) {
      out["deliveryError"] = std::move(error);
      return out;
    }
    json::Object route;
    route["channel"] = wanted.channel;
    route["account"] = wanted.account;
    route["to"] = wanted.to;
    out["route"] = std::move(route);
    return out;
  }

  std::optional<store::OutboxRecord> outgoing(const Job& job, const schedule::Notice& notice) override {
    schedule::Notice place = notice;
    if (!find_place(job, place).empty()) return std::nullopt;
    store::OutboxRecord out;
    out.channel = place.channel;
    out.account = place.account;
    out.lane = place.to;
    out.payload["to"] = place.to;
    out.payload["text"] = place.text;
    out.created_at = out.next_at = state_.clock.wall_ms();
    return out;
  }

  void notices_stored(const std::string& channel) override {
    for (const auto& entry : state_.channels) {
      if (entry->id() == channel) entry->outbox_changed();
    }
  }

  Task<Result<>> begin(Job job, std::int64_t run_at, std::function<Result<>(store::Db&)> also) override {
    agent::RunRequest request = request_for(job, run_at);
    if (job.text("sessionTarget") == "isolated" && state_.runtime->session(request.session_key)) {
      // Each run of an isolated job begins with an empty transcript.
      const std::string reason = "rpc";
      co_await state_.runtime->quiesce(request.session_key, reason, 2'000);
      auto renewed = co_await state_.runtime->renew_session(request.session_key);
      if (!renewed) co_return tl::unexpected(std::move(renewed).error());
    }
    auto submitted = co_await state_.runtime->submit(std::move(request), std::move(also));
    if (!submitted) co_return tl::unexpected(std::move(submitted).error());
    co_return Result<>{};
  }

  Task<Outcome> finish(Job job) override {
    auto final = co_await state_.runtime->wait_final(job.run_id);
    Outcome out;
    out.session_key = session_key(job);
    if (!final) {
      out.status = "error";
      out.error = "the run is gone";
      co_return out;
    }
    read_final(*final, out);
    if (!out.session_id.empty() && job.text("sessionTarget") == "isolated") out.session_key += ":run:" + out.session_id;
    judge_delivery(job, out);
    const auto* delivery = json::get_object(job.body, "delivery");
    if (delivery && json::get_string_or(*delivery, "mode", "") == "webhook") {
      const std::string to = json::get_string_or(*delivery, "to", "");
      co_await post(job, to, &out);
    }
    co_return out;
  }

  void event(const json::Object& payload) override { state_.hub.broadcast("cron", json::write(payload)); }

 private:
  session::KeySettings keys() const {
    return {state_.settings.default_agent, state_.settings.main_key, state_.settings.session_scope == "global"};
  }

  std::string agent_of(const Job& job) const {
    const std::string agent = job.text("agentId");
    return agent.empty() ? state_.settings.default_agent : session::normalize_agent_id(agent);
  }

  std::string session_key(const Job& job) const {
    const std::string target = job.text("sessionTarget"), agent = agent_of(job);
    if (job.main()) return session::main_session_key(agent, keys());
    if (target.starts_with("session:")) {
      const std::string name(base::trim(std::string_view(target).substr(8)));
      return base::lower_ascii(name).starts_with("agent:") ? session::canonical_key(name, keys()) : session::store_key(agent, name, state_.settings.main_key);
    }
    return session::store_key(agent, "cron:" + job.id, state_.settings.main_key);
  }

  agent::RunRequest request_for(const Job& job, std::int64_t run_at) const {
    agent::RunRequest out;
    out.run_id = job.run_id;
    out.kind = "cron";
    out.session_key = session_key(job);
    out.given_key = out.session_key;
    out.agent_id = session::agent_of_key(out.session_key);
    out.timeout_ms = default_run_timeout_ms(state_);
    const auto& payload = job.payload();
    if (job.main()) {
      out.message = json::get_string_or(payload, "text", "");
      out.extra_system_prompt = fmt::format("The message is a reminder that the owner scheduled (cron job \"{}\"), not typed now.", job.text("name"));
      return out;
    }
    const std::string zone = state_.config.get_string("agents.defaults.userTimezone").value_or("");
    out.message = fmt::format("[cron:{} {}] {}\n{}", job.id, job.text("name"), json::get_string_or(payload, "message", ""), current_time_line(run_at, zone));
    out.thinking = json::get_string_or(payload, "thinking", "");
    out.model = json::get_string_or(payload, "model", "");
    if (const auto seconds = json::get_int(payload, "timeoutSeconds"); seconds && *seconds > 0) out.timeout_ms = std::min<std::int64_t>(*seconds, 2'000'000) * 1000;
    if (const auto* route = json::get_object(job.plan, "route")) {
      const std::string to = json::get_string_or(*route, "to", "");
      out.route = agent::ReplyRoute{json::get_string_or(*route, "channel", ""), json::get_string_or(*route, "account", "default"), to, to};
    }
    if (job.text("sessionTarget") == "isolated") out.origin["label"] = "Cron: " + job.text("name");
    return out;
  }

  // Completes channel, target and account; the reason when there is no such place.
  std::string find_place(const Job& job, schedule::Notice& place) const {
    if (place.channel == "last") follow_last(job, place.channel, place.to, place.account);
    const bool known = std::any_of(state_.channels.begin(), state_.channels.end(), [&](const auto& c) { return c->id() == place.channel; });
    if (place.to.starts_with(place.channel + ":")) place.to.erase(0, place.channel.size() + 1);
    if (place.account.empty()) place.account = "default";
    if (place.channel.empty()) return "no channel has been used yet; set delivery.channel and delivery.to";
    if (!known) return "unknown channel: " + place.channel;
    if (place.to.empty()) return "Delivering to " + place.channel + " requires target <chatId>";
    return {};
  }

  // Where the agent's main conversation was last.
  void follow_last(const Job& job, std::string& channel, std::string& to, std::string& account) const {
    channel.clear();
    const auto* main = state_.runtime->session(session::main_session_key(agent_of(job), keys()));
    if (!main) return;
    channel = json::get_string_or(main->entry, "lastChannel", "");
    if (to.empty()) to = json::get_string_or(main->entry, "lastTo", "");
    if (account.empty()) account = json::get_string_or(main->entry, "lastAccountId", "");
  }

  static void read_final(const json::Value& final, Outcome& out) {
    const auto* object = final.if_object();
    read_usage(final, out);
    const std::string text = texts_of(final);
    out.summary = base::cut_utf8(text, kMaxSummary);
    const auto* reason = json::find_path(final, "result.meta.stopReason");
    const std::string stop = reason && reason->is_string() ? std::string(reason->get_string()) : "";
    const auto* aborted = json::find_path(final, "result.meta.aborted");
    if (object && json::get_string_or(*object, "status", "ok") == "error") {
      out.status = "error";
      out.error = json::get_string_or(*object, "summary", "the run failed");
    } else if (stop == "error") {
      out.status = "error";
      out.error = text.empty() ? "the run failed" : text;
    } else if (stop == "timeout") {
      out.status = "error";
      out.error = "cron: job execution timed out";
    } else if (aborted && aborted->is_bool() && aborted->get_bool()) {
      out.status = "error";
      out.error = "the run was stopped";
    }
  }

  static void judge_delivery(const Job& job, Outcome& out) {
    if (job.main()) return;
    out.delivered = false;
    out.delivery_status = "not-delivered";
    out.delivery_error = json::get_string_or(job.plan, "deliveryError", "");
    if (!json::get_object(job.plan, "route") || out.summary.empty()) return;
    // The reply is in the channel's outbox, committed with the run; it leaves from there.
    out.delivered = true;
    out.delivery_status = "delivered";
  }

  Task<void> post(Job job, std::string to, Outcome* outcome) {
    Outcome& out = *outcome;
    out.delivered = false;
    out.delivery_status = "not-delivered";
    auto url = net::parse_url(to);
    if (!url) {
      out.delivery_error = url.error().message;
      co_return;
    }
    net::HttpCall call;
    call.method = "POST";
    call.url = std::move(*url);
    call.headers = {{"content-type", "application/json"}};
    if (const auto token = state_.config.get_string("cron.webhookToken"); token && !token->empty()) call.headers.emplace_back("authorization", "Bearer " + *token);
    call.connect_timeout_ms = call.idle_timeout_ms = kWebhookTimeoutMs;
    call.max_body = 65'536;
    const std::int64_t now = state_.clock.wall_ms();
    call.body = json::write(schedule::finished_event(job, out, json::get_int(job.state(), "runningAtMs").value_or(now), now));
    auto reply = co_await net::http_call(state_.loop, std::move(call));
    if (!reply) {
      out.delivery_error = reply.error().message;
    } else if (reply->status < 200 || reply->status > 299) {
      out.delivery_error = fmt::format("the webhook answered {}", reply->status);
    } else {
      out.delivered = true;
      out.delivery_status = "delivered";
    }
    if (!out.delivery_error.empty()) base::log_warn("cron", fmt::format("webhook of job {}: {}", job.id, out.delivery_error));
  }

  State& state_;
};

}  // namespace

std::unique_ptr<schedule::Host> make_cron_host(State& state) { return std::make_unique<CronHost>(state); }

std::string cron_jobs_path(const State& state) {
  const auto configured = state.config.get_string("cron.store");
  if (!configured || base::trim(*configured).empty()) return state.settings.state_dir + "/cron/jobs.json";
  std::string path(base::trim(*configured));
  if (path.starts_with("~/")) path = state.env.get("HOME").value_or("") + path.substr(1);
  return path;
}

}  // namespace openclaw::gateway
