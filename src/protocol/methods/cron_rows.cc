// cron.*
#include "base/strings.h"
#include "protocol/methods/cron_schema.h"
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

using namespace cron_schema;

constexpr bool no_slash(std::string_view text) { return !text.empty() && text.find_first_of("/\\") == text.npos; }

constexpr std::string_view kEnabled[] = {"all", "enabled", "disabled"};
constexpr std::string_view kSortBy[] = {"nextRunAtMs", "updatedAtMs", "name"};
constexpr std::string_view kSortDir[] = {"asc", "desc"};
constexpr std::string_view kScopes[] = {"job", "all"};
constexpr std::string_view kStatusOrAll[] = {"all", "ok", "error", "skipped"};
constexpr Field kStatusItem{.type = Type::string, .one_of = kStatuses};
constexpr Field kDeliveryItem{.type = Type::string, .one_of = kDeliveryStatuses};

constexpr Field job_id(std::string_view name) {
  return {.name = name, .type = Type::string, .min_length = 1, .pattern = "^[^/\\\\]+$", .matches = no_slash};
}

constexpr Field kList[] = {opt_bool("includeDisabled"), opt_int("limit", 1, 200), opt_int("offset", 0), opt_text("query"),
                           one_of("enabled", kEnabled), one_of("sortBy", kSortBy), one_of("sortDir", kSortDir)};
constexpr Field kRuns[] = {one_of("scope", kScopes), job_id("id"), job_id("jobId"), opt_int("limit", 1, 200), opt_int("offset", 0),
                           {.name = "statuses", .type = Type::array, .min_length = 1, .max_length = 3, .item = &kStatusItem},
                           one_of("status", kStatusOrAll),
                           {.name = "deliveryStatuses", .type = Type::array, .min_length = 1, .max_length = 4, .item = &kDeliveryItem},
                           one_of("deliveryStatus", kDeliveryStatuses), opt_text("query"), one_of("sortDir", kSortDir)};

constexpr MethodRow kRows[] = {
    {"cron.list", Caller::operators, kRead, true, {kList}, "Scheduled jobs."},
    {"cron.status", Caller::operators, kRead, true, kEmpty, "The scheduler."},
    {"cron.runs", Caller::operators, kRead, true, {kRuns}, "The run log."},
    {"cron.add", Caller::operators, kAdmin, true, {kAdd, true}, "Adds a job."},
    {"cron.update", Caller::operators, kAdmin, true, {kUpdateById, true}, "Changes a job."},
    {"cron.remove", Caller::operators, kAdmin, true, {kRemoveById, true}, "Removes a job."},
    {"cron.run", Caller::operators, kAdmin, true, {kRunById, true}, "Runs a job now."},
};

}  // namespace

std::string validate_either(std::span<const Field> first, std::span<const Field> second, const json::Value& value, int protocol) {
  const std::string a = validate(Schema{first}, value, protocol);
  if (a.empty()) return {};
  const std::string b = validate(Schema{second}, value, protocol);
  if (b.empty()) return {};
  std::vector<std::string> texts;
  for (const auto& part : base::split(a + "; " + b, ';')) {
    std::string text(base::trim(part));
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  return base::join(texts, "; ") + "; must match a schema in anyOf";
}

std::span<const MethodRow> cron_rows() { return kRows; }

}  // namespace openclaw::protocol
