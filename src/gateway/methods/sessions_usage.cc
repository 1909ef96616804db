// sessions.usage, sessions.usage.timeseries, sessions.usage.logs, usage.cost, usage.status: from the transcripts.
#include "base/strings.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/session_rows.h"
#include "session/history.h"
#include "session/usage.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;
using session::UsageReport;
using session::UsageTotals;

constexpr std::int64_t kSlice = 500;  // messages of one read: the store serves others in between
constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();
constexpr int kDefaultDays = 30;
constexpr std::size_t kMaxPoints = 200;

std::string text_of(const json::Object& params, std::string_view name) {
  return std::string(base::trim(json::get_string_or(params, name, "")));
}

struct Range {
  session::DayZone zone;
  std::string first, last;        // dates, both included
  std::int64_t from = 0, to = 0;  // Unix ms, `to` excluded
  int days = 0;
};

// Both dates, else the last `days` days.
Range range_of(const State& state, const json::Object& params, int days) {
  Range out;
  out.zone = session::day_zone(text_of(params, "mode"), text_of(params, "utcOffset"));
  out.first = text_of(params, "startDate");
  out.last = text_of(params, "endDate");
  const bool given = out.zone.start_of(out.first) && out.zone.start_of(out.last);
  if (!given || out.last < out.first) {
    out.last = out.zone.date_of(state.clock.wall_ms());
    out.first = session::add_days(out.last, 1 - days);
  }
  out.from = *out.zone.start_of(out.first);
  out.to = *out.zone.start_of(session::add_days(out.last, 1));
  out.days = static_cast<int>((out.to - out.from + 43'200'000) / 86'400'000);
  return out;
}

// Calls `take` with every message of the scan, in order.
base::Task<base::Result<>> scan(State& state, store::MessageScan scan, std::function<void(store::ScannedMessage&)> take) {
  for (;;) {
    auto job = [scan](store::Db& db) { return store::scan_messages(db, scan, kSlice); };
    auto slice = co_await state.store.read(std::move(job));
    if (!slice) co_return tl::unexpected(std::move(slice).error());
    for (auto& message : *slice) {
      scan.after_ts = message.message.ts;
      scan.after_row = message.row;
      take(message);
    }
    if (static_cast<std::int64_t>(slice->size()) < kSlice) co_return base::Result<>{};
  }
}

// All messages of the session's present transcript, those that compact has moved away first.
base::Task<base::Result<>> scan_session(State& state, store::SessionRecord record, store::MessageScan range,
                                        std::function<void(store::ScannedMessage&)> take) {
  auto archives_job = [key = record.key](store::Db& db) { return store::load_archives(db, key); };
  auto archives = co_await state.store.read(std::move(archives_job));
  if (!archives) co_return tl::unexpected(std::move(archives).error());
  std::vector<std::string> parts;
  for (const auto& archive : *archives) {
    if (archive.session_id.starts_with(record.session_id + ".bak.")) parts.push_back(archive.session_id);
  }
  parts.push_back(record.session_id);
  for (const auto& part : parts) {
    store::MessageScan wanted = range;
    wanted.session_id = part;
    auto done = co_await scan(state, std::move(wanted), take);
    if (!done) co_return done;
  }
  co_return base::Result<>{};
}

std::string channel_of(const json::Object& entry) {
  std::string out = json::get_string_or(entry, "channel", "");
  const auto* origin = json::get_object(entry, "origin");
  if (out.empty() && origin) out = json::get_string_or(*origin, "provider", "");
  if (out.empty()) out = json::get_string_or(entry, "lastChannel", "");
  return out;
}

// The session a client means: its key, or the id of its transcript.
const store::SessionRecord* find_session(const State& state, const std::string& given) {
  if (const auto* record = state.runtime->session(canonical_session_key(state, given))) return record;
  for (const auto* record : state.runtime->sessions()) {
    if (record->session_id == given) return record;
  }
  return nullptr;
}

bool names_session(std::string_view key) {
  const auto parsed = session::parse_key(key);
  const std::string rest = parsed ? parsed->rest : base::lower_ascii(base::trim(key));
  return !rest.empty() && rest.find_first_of("/\\") == std::string::npos && rest.find('\0') == std::string::npos;
}

json::Object session_part(const State& state, const store::SessionRecord& record, const UsageReport& report, bool weight) {
  json::Object out;
  out["key"] = record.key;
  const std::string label = json::get_string_or(record.entry, "label", "");
  if (!label.empty()) out["label"] = label;
  out["sessionId"] = record.session_id;
  out["updatedAt"] = record.updated_at;
  out["agentId"] = record.agent_id;
  if (const std::string channel = channel_of(record.entry); !channel.empty()) out["channel"] = channel;
  for (const char* field : {"chatType", "origin", "modelOverride", "providerOverride", "modelProvider", "model"}) {
    if (const auto* value = json::find(record.entry, field)) out[field] = *value;
  }
  json::Value shown = nullptr;
  if (!report.empty()) {
    json::Object usage;
    usage["sessionId"] = record.session_id;
    usage["sessionFile"] = sessions_path(state) + "#" + record.session_id;
    for (auto& [name, value] : report.session_json()) usage[name] = value;
    shown = std::move(usage);
  }
  out["usage"] = std::move(shown);
  if (weight) out["contextWeight"] = nullptr;  // no report of the prompt's parts is kept
  return out;
}

json::Array grouped(const std::map<std::string, UsageTotals>& groups, const char* name) {
  json::Array out;
  for (const auto& [key, totals] : groups) {
    json::Object sum, row;
    session::put_totals(totals, sum);
    row[name] = key;
    row["totals"] = std::move(sum);
    out.emplace_back(std::move(row));
  }
  return out;
}

base::Task<MethodResult> usage(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  const Range range = range_of(state, params, kDefaultDays);
  const std::string key = text_of(params, "key");
  const bool weight = json::get_bool(params, "includeContextWeight").value_or(false);
  const auto limit = static_cast<std::size_t>(json::get_int(params, "limit").value_or(50));
  if (!key.empty() && !names_session(key)) co_return invalid_request("Invalid session reference: " + key);
  std::vector<store::SessionRecord> chosen;  // copies: the table may change while we read
  if (!key.empty()) {
    if (const auto* record = find_session(state, key)) chosen.push_back(*record);
  } else {
    for (const auto* record : state.runtime->sessions()) {
      if (record->updated_at >= range.from && chosen.size() < limit) chosen.push_back(*record);
    }
  }
  UsageReport all(range.zone);
  std::map<std::string, UsageTotals> by_agent, by_channel;
  json::Array sessions;
  for (const auto& record : chosen) {
    auto report = std::make_shared<UsageReport>(range.zone);
    store::MessageScan wanted;
    wanted.from = range.from;
    wanted.to = range.to;
    std::function<void(store::ScannedMessage&)> take = [report](store::ScannedMessage& found) { report->add(found.message); };
    auto done = co_await scan_session(state, record, std::move(wanted), std::move(take));
    if (!done) co_return unavailable("Error: " + done.error().message);
    all.add(*report);
    by_agent[record.agent_id].add(report->totals());
    if (const std::string channel = channel_of(record.entry); !channel.empty()) by_channel[channel].add(report->totals());
    sessions.emplace_back(session_part(state, record, *report, weight));
  }
  json::Object totals;
  session::put_totals(all.totals(), totals);
  json::Object aggregates = all.aggregates_json();
  aggregates["byAgent"] = grouped(by_agent, "agentId");
  aggregates["byChannel"] = grouped(by_channel, "channel");
  json::Object out;
  out["updatedAt"] = state.clock.wall_ms();
  out["startDate"] = range.first;
  out["endDate"] = range.last;
  out["sessions"] = std::move(sessions);
  out["totals"] = std::move(totals);
  out["aggregates"] = std::move(aggregates);
  co_return Reply(std::move(out));
}

struct Point {
  std::int64_t at = 0;
  UsageTotals totals;
};

json::Array points_json(const std::vector<Point>& points) {
  // Neighbours are added together when there are too many.
  const std::size_t step = (points.size() + kMaxPoints - 1) / kMaxPoints;
  json::Array out;
  UsageTotals sum;
  for (std::size_t i = 0; i < points.size(); i += step) {
    UsageTotals part;
    const std::size_t end = std::min(i + step, points.size());
    for (std::size_t j = i; j < end; ++j) part.add(points[j].totals);
    sum.add(part);
    json::Object row;
    row["timestamp"] = points[end - 1].at;
    row["input"] = part.input;
    row["output"] = part.output;
    row["cacheRead"] = part.cache_read;
    row["cacheWrite"] = part.cache_write;
    row["totalTokens"] = part.tokens;
    row["cost"] = part.cost;
    row["cumulativeTokens"] = sum.tokens;
    row["cumulativeCost"] = sum.cost;
    out.emplace_back(std::move(row));
  }
  return out;
}

base::Task<MethodResult> timeseries(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  const std::string key = text_of(params, "key");
  if (key.empty()) co_return invalid_request("key is required for timeseries");
  if (!names_session(key)) co_return invalid_request("Invalid session key: " + key);
  const auto* record = find_session(state, key);
  if (!record) co_return invalid_request("No transcript found for session: " + key);
  store::MessageScan wanted;
  wanted.to = kForever;
  const std::string session_id = record->session_id;
  auto points = std::make_shared<std::vector<Point>>();
  auto any = std::make_shared<bool>(false);
  std::function<void(store::ScannedMessage&)> take = [points, any](store::ScannedMessage& found) {
    *any = true;
    if (json::get_string_or(found.message.body, "role", "") != "assistant") return;
    if (const auto totals = session::usage_of(found.message.body)) points->push_back(Point{found.message.ts, *totals});
  };
  auto done = co_await scan_session(state, *record, std::move(wanted), std::move(take));
  if (!done) co_return unavailable("Error: " + done.error().message);
  if (!*any) co_return invalid_request("No transcript found for session: " + key);
  json::Object out;
  out["sessionId"] = session_id;
  out["points"] = points_json(*points);
  co_return Reply(std::move(out));
}

json::Value log_line(const store::MessageRecord& message) {
  const json::Object shown = session::history_message(message);
  std::string role = json::get_string_or(shown, "role", "");
  std::string text(base::trim(session::message_text(shown)));
  if (text.empty()) {
    if (const auto* content = json::get_array(shown, "content")) {
      for (const auto& item : *content) {
        const auto* block = item.if_object();
        if (!block || json::get_string_or(*block, "type", "") != "toolCall") continue;
        text += (text.empty() ? "[Tool] " : ", ") + json::get_string_or(*block, "name", "");
      }
    }
  }
  if (text.empty()) return nullptr;
  json::Object out;
  out["timestamp"] = message.ts;
  out["role"] = std::move(role);
  out["content"] = session::short_text(std::move(text), 2'000);
  if (const auto usage = session::usage_of(message.body); usage && usage->tokens > 0) {
    out["tokens"] = usage->tokens;
    out["cost"] = usage->cost;
  }
  return out;
}

base::Task<MethodResult> logs(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  const std::string key = text_of(params, "key");
  if (key.empty()) co_return invalid_request("key is required for logs");
  if (!names_session(key)) co_return invalid_request("Invalid session key: " + key);
  const auto* asked = json::find(params, "limit");
  const double wanted = asked && asked->is_number() ? asked->to_number<double>() : 200;
  const auto limit = static_cast<std::int64_t>(std::clamp(wanted, 1.0, 1000.0));
  json::Array lines;
  if (const auto* record = find_session(state, key)) {
    auto messages = co_await state.runtime->messages(record->key, limit);
    if (!messages) co_return unavailable("Error: " + messages.error().message);
    for (const auto& message : *messages) {
      if (auto line = log_line(message); !line.is_null()) lines.emplace_back(std::move(line));
    }
  }
  json::Object out;
  out["logs"] = std::move(lines);
  co_return Reply(std::move(out));
}

int days_of(const json::Object& params) {
  const auto* days = json::find(params, "days");
  double wanted = kDefaultDays;
  if (days && days->is_number()) wanted = days->to_number<double>();
  if (days && days->is_string()) wanted = static_cast<double>(base::parse_int(base::trim(std::string_view(days->get_string()))).value_or(kDefaultDays));
  return static_cast<int>(std::clamp(wanted, 1.0, 3'660.0));
}

// What all transcripts cost, those of sessions that are gone too.
base::Task<MethodResult> cost(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  const Range range = range_of(state, params, days_of(params));
  auto report = std::make_shared<UsageReport>(range.zone);
  store::MessageScan wanted;
  wanted.from = range.from;
  wanted.to = range.to;
  std::function<void(store::ScannedMessage&)> take = [report](store::ScannedMessage& found) {
    const bool counted = json::get_string_or(found.message.body, "role", "") == "assistant" && found.message.body.contains("usage");
    if (counted) report->add(found.message);
  };
  auto done = co_await scan(state, std::move(wanted), std::move(take));
  if (!done) co_return unavailable("Error: " + done.error().message);
  json::Object totals;
  session::put_totals(report->totals(), totals);
  json::Object out;
  out["updatedAt"] = state.clock.wall_ms();
  out["days"] = range.days;
  out["daily"] = report->cost_by_day();
  out["totals"] = std::move(totals);
  co_return Reply(std::move(out));
}

// Quotas belong to subscription logins, and there are none here: only API keys.
MethodResult quotas(State& state, const CallContext&, const json::Object&) {
  json::Object out;
  out["updatedAt"] = state.clock.wall_ms();
  out["providers"] = json::Array{};
  return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"sessions.usage", nullptr, usage},
    {"sessions.usage.timeseries", nullptr, timeseries},
    {"sessions.usage.logs", nullptr, logs},
    {"usage.cost", nullptr, cost},
    {"usage.status", quotas},
};

}  // namespace

std::span<const Binding> usage_bindings() { return kBindings; }

}  // namespace openclaw::gateway
