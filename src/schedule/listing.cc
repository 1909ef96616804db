#include "schedule/listing.h"

#include "base/strings.h"

#include <algorithm>

namespace openclaw::schedule {
namespace {

constexpr std::int64_t kDefaultLimit = 50, kMaxLimit = 200;

struct Page {
  std::int64_t offset, limit, end, total;
};

Page page_of(const json::Object& params, std::int64_t total, std::int64_t default_limit) {
  Page out{};
  out.total = total;
  out.limit = std::clamp<std::int64_t>(json::get_int(params, "limit").value_or(default_limit), 1, kMaxLimit);
  out.offset = std::clamp<std::int64_t>(json::get_int(params, "offset").value_or(0), 0, total);
  out.end = std::min(out.offset + out.limit, total);
  return out;
}

void put_page(json::Object& out, const Page& page) {
  out["total"] = page.total;
  out["offset"] = page.offset;
  out["limit"] = page.limit;
  out["hasMore"] = page.end < page.total;
  out["nextOffset"] = page.end < page.total ? json::Value(page.end) : json::Value(nullptr);
}

bool contains(const std::string& text, const std::string& query) { return base::lower_ascii(text).find(query) != std::string::npos; }

bool in(const std::vector<std::string>& list, const std::string& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool wanted(const Job& job, const json::Object& params, const std::string& query) {
  std::string which = json::get_string_or(params, "enabled", "");
  if (which.empty()) which = json::get_bool(params, "includeDisabled").value_or(false) ? "all" : "enabled";
  if (which == "enabled" && !job.enabled()) return false;
  if (which == "disabled" && job.enabled()) return false;
  return query.empty() || contains(job.text("name"), query) || contains(job.text("description"), query) || contains(job.text("agentId"), query);
}

int compare(const Job& a, const Job& b, const std::string& by, bool descending) {
  const int sign = descending ? -1 : 1;
  const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
  if (by == "name") return sign * order(base::lower_ascii(a.text("name")), base::lower_ascii(b.text("name")));
  if (by == "updatedAtMs") return sign * order(json::get_int(a.body, "updatedAtMs").value_or(0), json::get_int(b.body, "updatedAtMs").value_or(0));
  const auto x = a.next_at(), y = b.next_at();
  if (x && y) return sign * order(*x, *y);
  return x ? -1 : y ? 1 : 0;  // those without a next run come last
}

}  // namespace

json::Object list_jobs(const std::vector<const Job*>& jobs, const json::Object& params) {
  const std::string query = base::lower_ascii(base::trim(json::get_string_or(params, "query", "")));
  const std::string by = json::get_string_or(params, "sortBy", "nextRunAtMs");
  const bool descending = json::get_string_or(params, "sortDir", "asc") == "desc";
  std::vector<const Job*> found;
  for (const auto* job : jobs) {
    if (wanted(*job, params, query)) found.push_back(job);
  }
  std::stable_sort(found.begin(), found.end(), [&](const Job* a, const Job* b) {
    if (const int order = compare(*a, *b, by, descending); order != 0) return order < 0;
    const auto name_a = base::lower_ascii(a->text("name")), name_b = base::lower_ascii(b->text("name"));
    return name_a != name_b ? name_a < name_b : a->id < b->id;
  });
  const auto total = static_cast<std::int64_t>(found.size());
  const Page page = page_of(params, total, total == 0 ? kDefaultLimit : total);
  json::Array rows;
  for (std::int64_t i = page.offset; i < page.end; ++i) rows.emplace_back(found[static_cast<std::size_t>(i)]->body);
  json::Object out;
  out["jobs"] = std::move(rows);
  put_page(out, page);
  return out;
}

RunFilter RunFilter::from(const json::Object& params) {
  RunFilter out;
  const auto list = [&](std::string_view many, std::string_view one) {
    auto values = json::string_list(json::find(params, many));
    const auto single = json::get_string(params, one);
    if (values.empty() && single && *single != "all") values.push_back(*single);
    return values;
  };
  out.statuses = list("statuses", "status");
  out.delivery_statuses = list("deliveryStatuses", "deliveryStatus");
  out.query = base::lower_ascii(base::trim(json::get_string_or(params, "query", "")));
  out.ascending = json::get_string_or(params, "sortDir", "desc") == "asc";
  return out;
}

bool RunFilter::takes(const json::Object& entry) const {
  if (!in(statuses, json::get_string_or(entry, "status", ""))) return false;
  if (!in(delivery_statuses, json::get_string_or(entry, "deliveryStatus", "not-requested"))) return false;
  if (query.empty()) return true;
  for (const std::string_view key : {"summary", "error", "jobId", "jobName"}) {
    if (contains(json::get_string_or(entry, key, ""), query)) return true;
  }
  return false;
}

json::Object list_runs(std::vector<json::Object> entries, const json::Object& params, bool of_one_job) {
  if (json::get_string_or(params, "sortDir", "desc") == "asc") std::reverse(entries.begin(), entries.end());
  const Page page = page_of(params, static_cast<std::int64_t>(entries.size()), kDefaultLimit);
  json::Array rows;
  for (std::int64_t i = page.offset; i < page.end; ++i) {
    auto& entry = entries[static_cast<std::size_t>(i)];
    if (of_one_job) entry.stable_erase("jobName");
    rows.emplace_back(std::move(entry));
  }
  json::Object out;
  out["entries"] = std::move(rows);
  put_page(out, page);
  return out;
}

}  // namespace openclaw::schedule
