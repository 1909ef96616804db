#include "session/usage.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>

namespace openclaw::session {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kMaxLatencyMs = 12LL * 3'600'000;  // longer than that nobody waited for the answer

using Days = std::chrono::sys_days;

std::string date_text(Days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", int(date.year()), unsigned(date.month()), unsigned(date.day()));
}

std::optional<Days> parse_date(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const auto year = base::parse_int(text.substr(0, 4)), month = base::parse_int(text.substr(5, 2)), day = base::parse_int(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return Days(date);
}

double number_in(const json::Object& object, std::string_view name) {
  const auto* value = json::find(object, name);
  const double number = value && value->is_number() ? value->to_number<double>() : 0.0;
  return std::isfinite(number) ? number : 0.0;
}

std::int64_t count_in(const json::Object& object, std::string_view name) {
  return static_cast<std::int64_t>(std::clamp(number_in(object, name), 0.0, 1e15));
}

json::Object model_json(const ModelKey& key) {
  json::Object out;
  out["provider"] = key.first;
  out["model"] = key.second;
  return out;
}

json::Object totals_json(const UsageTotals& totals) {
  json::Object out;
  put_totals(totals, out);
  return out;
}

std::int64_t time_of(const store::MessageRecord& message) {
  return message.ts > 0 ? message.ts : json::get_int(message.body, "timestamp").value_or(0);
}

}  // namespace

std::string DayZone::date_of(std::int64_t unix_ms) const {
  if (!local) return date_text(std::chrono::floor<std::chrono::days>(std::chrono::sys_time<std::chrono::milliseconds>(
      std::chrono::milliseconds(unix_ms + offset_minutes * 60'000LL))));
  const std::time_t seconds = unix_ms / 1000;
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

std::optional<std::int64_t> DayZone::start_of(std::string_view date) const {
  const auto day = parse_date(date);
  if (!day) return std::nullopt;
  if (!local) return day->time_since_epoch().count() * kDayMs - offset_minutes * 60'000LL;
  const std::chrono::year_month_day parts(*day);
  std::tm midnight{};
  midnight.tm_year = int(parts.year()) - 1900;
  midnight.tm_mon = static_cast<int>(unsigned(parts.month())) - 1;
  midnight.tm_mday = static_cast<int>(unsigned(parts.day()));
  midnight.tm_isdst = -1;
  return static_cast<std::int64_t>(::mktime(&midnight)) * 1000;
}

DayZone day_zone(std::string_view mode, std::string_view utc_offset) {
  DayZone out;
  out.local = mode == "gateway";
  if (mode != "specific" || utc_offset.size() < 5 || !utc_offset.starts_with("UTC")) return out;
  const auto parts = base::split(utc_offset.substr(4), ':');
  const auto hours = base::parse_int(parts[0]).value_or(0);
  const auto minutes = parts.size() > 1 ? base::parse_int(parts[1]).value_or(0) : 0;
  out.offset_minutes = static_cast<int>(std::min<std::int64_t>(hours * 60 + minutes, 14 * 60)) * (utc_offset[3] == '-' ? -1 : 1);
  return out;
}

std::string add_days(const std::string& date, int days) {
  const auto day = parse_date(date);
  return day ? date_text(*day + std::chrono::days(days)) : date;
}

void UsageTotals::add(const UsageTotals& other) {
  input += other.input;
  output += other.output;
  cache_read += other.cache_read;
  cache_write += other.cache_write;
  tokens += other.tokens;
  missing_cost += other.missing_cost;
  cost += other.cost;
  input_cost += other.input_cost;
  output_cost += other.output_cost;
  cache_read_cost += other.cache_read_cost;
  cache_write_cost += other.cache_write_cost;
}

void put_totals(const UsageTotals& totals, json::Object& out) {
  out["input"] = totals.input;
  out["output"] = totals.output;
  out["cacheRead"] = totals.cache_read;
  out["cacheWrite"] = totals.cache_write;
  out["totalTokens"] = totals.tokens;
  out["totalCost"] = totals.cost;
  out["inputCost"] = totals.input_cost;
  out["outputCost"] = totals.output_cost;
  out["cacheReadCost"] = totals.cache_read_cost;
  out["cacheWriteCost"] = totals.cache_write_cost;
  out["missingCostEntries"] = totals.missing_cost;
}

std::optional<UsageTotals> usage_of(const json::Object& body) {
  const auto* usage = json::get_object(body, "usage");
  if (!usage) return std::nullopt;
  UsageTotals out;
  out.input = count_in(*usage, "input");
  out.output = count_in(*usage, "output");
  out.cache_read = count_in(*usage, "cacheRead");
  out.cache_write = count_in(*usage, "cacheWrite");
  out.tokens = count_in(*usage, "totalTokens");
  if (out.tokens == 0) out.tokens = out.input + out.output + out.cache_read + out.cache_write;
  const auto* cost = json::get_object(*usage, "cost");
  if (!cost) {
    out.missing_cost = out.tokens > 0 ? 1 : 0;
    return out;
  }
  out.input_cost = number_in(*cost, "input");
  out.output_cost = number_in(*cost, "output");
  out.cache_read_cost = number_in(*cost, "cacheRead");
  out.cache_write_cost = number_in(*cost, "cacheWrite");
  out.cost = number_in(*cost, "total");
  return out;
}

void MessageCounts::add(const MessageCounts& other) {
  total += other.total, user += other.user, assistant += other.assistant;
  tool_calls += other.tool_calls, tool_results += other.tool_results, errors += other.errors;
}

json::Object counts_json(const MessageCounts& counts) {
  json::Object out;
  out["total"] = counts.total;
  out["user"] = counts.user;
  out["assistant"] = counts.assistant;
  out["toolCalls"] = counts.tool_calls;
  out["toolResults"] = counts.tool_results;
  out["errors"] = counts.errors;
  return out;
}

json::Object latency_json(std::vector<std::int64_t> samples) {
  json::Object out;
  std::sort(samples.begin(), samples.end());
  double sum = 0;
  for (const auto sample : samples) sum += static_cast<double>(sample);
  const std::size_t p95 = (samples.size() * 95 + 99) / 100;  // rank, rounded up
  out["count"] = samples.size();
  out["avgMs"] = samples.empty() ? 0.0 : sum / static_cast<double>(samples.size());
  out["p95Ms"] = samples.empty() ? 0 : samples[p95 - 1];
  out["minMs"] = samples.empty() ? 0 : samples.front();
  out["maxMs"] = samples.empty() ? 0 : samples.back();
  return out;
}

void UsageReport::add(const store::MessageRecord& message) {
  const std::int64_t at = time_of(message);
  const std::string role = json::get_string_or(message.body, "role", "");
  if (first_ == 0 || at < first_) first_ = at;
  last_ = std::max(last_, at);
  Day& day = days_[zone_.date_of(at)];
  MessageCounts counts;
  if (role == "user") {
    counts.user = counts.total = 1;
    asked_at_ = at;
  } else if (role == "toolResult") {
    counts.tool_results = 1;
    if (json::get_bool(message.body, "isError").value_or(false)) counts.errors = 1;
  }
  counts_.add(counts);
  day.counts.add(counts);
  if (role == "assistant") add_assistant(message, day);
}

void UsageReport::add_assistant(const store::MessageRecord& message, Day& day) {
  MessageCounts counts;
  counts.assistant = counts.total = 1;
  const std::string stop = json::get_string_or(message.body, "stopReason", "");
  if (stop == "error" || stop == "aborted" || stop == "timeout") counts.errors = 1;
  if (const auto* content = json::get_array(message.body, "content")) {
    for (const auto& item : *content) {
      const auto* block = item.if_object();
      if (!block || json::get_string_or(*block, "type", "") != "toolCall") continue;
      ++counts.tool_calls;
      ++tools_[json::get_string_or(*block, "name", "unknown")];
    }
  }
  counts_.add(counts);
  day.counts.add(counts);
  const std::int64_t waited = time_of(message) - asked_at_;
  if (asked_at_ > 0 && waited >= 0 && waited <= kMaxLatencyMs) {
    latency_.push_back(waited);
    day.latency.push_back(waited);
  }
  const auto usage = usage_of(message.body);
  if (!usage) return;
  totals_.add(*usage);
  day.totals.add(*usage);
  const ModelKey key{json::get_string_or(message.body, "provider", "unknown"), json::get_string_or(message.body, "model", "unknown")};
  for (auto* models : {&models_, &day.models}) {
    auto& model = (*models)[key];
    ++model.count;
    model.totals.add(*usage);
  }
}

void UsageReport::add(const UsageReport& other) {
  if (other.empty()) return;
  if (first_ == 0 || other.first_ < first_) first_ = other.first_;
  last_ = std::max(last_, other.last_);
  totals_.add(other.totals_);
  counts_.add(other.counts_);
  latency_.insert(latency_.end(), other.latency_.begin(), other.latency_.end());
  const auto merge = [](std::map<ModelKey, ModelUsage>& into, const std::map<ModelKey, ModelUsage>& from) {
    for (const auto& [key, usage] : from) {
      into[key].count += usage.count;
      into[key].totals.add(usage.totals);
    }
  };
  for (const auto& [date, day] : other.days_) {
    Day& own = days_[date];
    own.totals.add(day.totals);
    own.counts.add(day.counts);
    own.latency.insert(own.latency.end(), day.latency.begin(), day.latency.end());
    merge(own.models, day.models);
  }
  merge(models_, other.models_);
  for (const auto& [name, count] : other.tools_) tools_[name] += count;
}

json::Array UsageReport::models_json() const {
  std::vector<std::pair<ModelKey, ModelUsage>> sorted(models_.begin(), models_.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second.totals.cost > b.second.totals.cost; });
  json::Array out;
  for (const auto& [key, usage] : sorted) {
    json::Object row = model_json(key);
    row["count"] = usage.count;
    row["totals"] = totals_json(usage.totals);
    out.emplace_back(std::move(row));
  }
  return out;
}

json::Object UsageReport::tools_json() const {
  std::vector<std::pair<std::string, std::int64_t>> sorted(tools_.begin(), tools_.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  json::Array list;
  std::int64_t total = 0;
  for (const auto& [name, count] : sorted) {
    json::Object row;
    row["name"] = name;
    row["count"] = count;
    list.emplace_back(std::move(row));
    total += count;
  }
  json::Object out;
  out["totalCalls"] = total;
  out["uniqueTools"] = sorted.size();
  out["tools"] = std::move(list);
  return out;
}

json::Array UsageReport::daily_latency() const {
  json::Array out;
  for (const auto& [date, day] : days_) {
    if (day.latency.empty()) continue;
    json::Object row;
    row["date"] = date;
    for (auto& [name, value] : latency_json(day.latency)) row[name] = value;
    out.emplace_back(std::move(row));
  }
  return out;
}

json::Object UsageReport::session_json() const {
  json::Array dates, breakdown, counts, models;
  for (const auto& [date, day] : days_) {
    dates.emplace_back(date);
    json::Object cost;
    cost["date"] = date;
    cost["tokens"] = day.totals.tokens;
    cost["cost"] = day.totals.cost;
    breakdown.emplace_back(std::move(cost));
    json::Object count;
    count["date"] = date;
    for (auto& [name, value] : counts_json(day.counts)) count[name] = value;
    counts.emplace_back(std::move(count));
    for (const auto& [key, usage] : day.models) {
      json::Object row;
      row["date"] = date;
      for (auto& [name, value] : model_json(key)) row[name] = value;
      row["tokens"] = usage.totals.tokens;
      row["cost"] = usage.totals.cost;
      row["count"] = usage.count;
      models.emplace_back(std::move(row));
    }
  }
  json::Object out;
  out["firstActivity"] = first_;
  out["lastActivity"] = last_;
  out["durationMs"] = last_ - first_;
  out["activityDates"] = std::move(dates);
  out["dailyBreakdown"] = std::move(breakdown);
  out["dailyMessageCounts"] = std::move(counts);
  out["dailyLatency"] = daily_latency();
  out["dailyModelUsage"] = std::move(models);
  out["messageCounts"] = counts_json(counts_);
  out["toolUsage"] = tools_json();
  out["modelUsage"] = models_json();
  if (!latency_.empty()) out["latency"] = latency_json(latency_);
  put_totals(totals_, out);
  return out;
}

json::Object UsageReport::aggregates_json() const {
  std::map<std::string, ModelUsage> providers;
  for (const auto& [key, usage] : models_) {
    providers[key.first].count += usage.count;
    providers[key.first].totals.add(usage.totals);
  }
  json::Array by_provider, model_daily, daily;
  for (const auto& [provider, usage] : providers) {
    json::Object row;
    row["provider"] = provider;
    row["count"] = usage.count;
    row["totals"] = totals_json(usage.totals);
    by_provider.emplace_back(std::move(row));
  }
  for (const auto& [date, day] : days_) {
    for (const auto& [key, usage] : day.models) {
      json::Object row;
      row["date"] = date;
      for (auto& [name, value] : model_json(key)) row[name] = value;
      row["tokens"] = usage.totals.tokens;
      row["cost"] = usage.totals.cost;
      row["count"] = usage.count;
      model_daily.emplace_back(std::move(row));
    }
    json::Object row;
    row["date"] = date;
    row["tokens"] = day.totals.tokens;
    row["cost"] = day.totals.cost;
    row["messages"] = day.counts.total;
    row["toolCalls"] = day.counts.tool_calls;
    row["errors"] = day.counts.errors;
    daily.emplace_back(std::move(row));
  }
  json::Object out;
  out["messages"] = counts_json(counts_);
  out["tools"] = tools_json();
  out["byModel"] = models_json();
  out["byProvider"] = std::move(by_provider);
  if (!latency_.empty()) out["latency"] = latency_json(latency_);
  out["dailyLatency"] = daily_latency();
  out["modelDaily"] = std::move(model_daily);
  out["daily"] = std::move(daily);
  return out;
}

json::Array UsageReport::cost_by_day() const {
  json::Array out;
  for (const auto& [date, day] : days_) {
    json::Object row;
    row["date"] = date;
    put_totals(day.totals, row);
    out.emplace_back(std::move(row));
  }
  return out;
}

}  // namespace openclaw::session
