// Tokens, cost and counts of transcripts, by day, model, tool (OpenClaw methods 6, sessions.usage and usage.cost).
// Pure; fed with messages in the order of their transcript.
#pragma once
#include "json/json.h"
#include "store/sessions.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace openclaw::session {

// Where a day begins: a fixed distance from UTC, or the time zone of this machine.
struct DayZone {
  bool local = false;
  int offset_minutes = 0;
  std::string date_of(std::int64_t unix_ms) const;                      // 2026-11-24
  std::optional<std::int64_t> start_of(std::string_view date) const;    // Unix ms; nullopt for no date
};
// mode utc (or none), gateway, specific with "UTC+5:30".
DayZone day_zone(std::string_view mode, std::string_view utc_offset);
std::string add_days(const std::string& date, int days);

struct UsageTotals {
  std::int64_t input = 0, output = 0, cache_read = 0, cache_write = 0, tokens = 0, missing_cost = 0;
  double cost = 0, input_cost = 0, output_cost = 0, cache_read_cost = 0, cache_write_cost = 0;
  void add(const UsageTotals& other);
};
void put_totals(const UsageTotals& totals, json::Object& out);
// Of an assistant message's `usage`; nullopt without one.
std::optional<UsageTotals> usage_of(const json::Object& body);

struct MessageCounts {
  std::int64_t total = 0, user = 0, assistant = 0, tool_calls = 0, tool_results = 0, errors = 0;
  void add(const MessageCounts& other);
};
json::Object counts_json(const MessageCounts& counts);

json::Object latency_json(std::vector<std::int64_t> samples);  // count, avgMs, p95Ms, minMs, maxMs
using ModelKey = std::pair<std::string, std::string>;  // provider, model
struct ModelUsage {
  std::int64_t count = 0;
  UsageTotals totals;
};

// What one transcript, or several added together, used.
class UsageReport {
 public:
  explicit UsageReport(DayZone zone) : zone_(zone) {}
  void add(const store::MessageRecord& message);
  void add(const UsageReport& other);  // of the same zone

  bool empty() const { return first_ == 0; }
  const UsageTotals& totals() const { return totals_; }
  // The SessionUsage of methods 6 without sessionId and sessionFile.
  json::Object session_json() const;
  // messages, tools, byModel, byProvider, latency, dailyLatency, modelDaily, daily.
  json::Object aggregates_json() const;
  json::Array cost_by_day() const;  // {date} & totals, for usage.cost

 private:
  struct Day {
    UsageTotals totals;
    MessageCounts counts;
    std::vector<std::int64_t> latency;
    std::map<ModelKey, ModelUsage> models;
  };
  void add_assistant(const store::MessageRecord& message, Day& day);
  json::Array models_json() const;
  json::Array daily_latency() const;
  json::Object tools_json() const;

  DayZone zone_;
  std::int64_t first_ = 0, last_ = 0, asked_at_ = 0;
  UsageTotals totals_;
  MessageCounts counts_;
  std::vector<std::int64_t> latency_;
  std::map<std::string, Day> days_;
  std::map<ModelKey, ModelUsage> models_;
  std::map<std::string, std::int64_t> tools_;
};

}  // namespace openclaw::session
