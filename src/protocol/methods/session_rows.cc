// sessions.*, usage.*
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

constexpr bool digit(char c) { return c >= '0' && c <= '9'; }

constexpr bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0, 1, 2, 3, 5, 6, 8, 9}) {
    if (!digit(text[i])) return false;
  }
  return true;
}

// UTC+H, UTC-HH, UTC+HH:MM
constexpr bool is_utc_offset(std::string_view text) {
  if (text.size() < 5 || !text.starts_with("UTC") || (text[3] != '+' && text[3] != '-') || !digit(text[4])) return false;
  text.remove_prefix(5);
  if (!text.empty() && digit(text[0])) text.remove_prefix(1);
  return text.empty() || (text.size() == 3 && text[0] == ':' && text[1] >= '0' && text[1] <= '5' && digit(text[2]));
}

constexpr Field clearable(std::string_view name) {
  return {.name = name, .type = Type::string, .min_length = 1, .nullable = true};
}
constexpr Field clearable(std::string_view name, std::span<const std::string_view> values) {
  return {.name = name, .type = Type::string, .one_of = values, .nullable = true};
}
constexpr Field date(std::string_view name) {
  return {.name = name, .type = Type::string, .pattern = "^\\d{4}-\\d{2}-\\d{2}$", .matches = is_date};
}

constexpr std::string_view kResponseUsage[] = {"off", "tokens", "full", "on"};
constexpr std::string_view kSubagentRoles[] = {"orchestrator", "leaf"};
constexpr std::string_view kControlScopes[] = {"children", "none"};
constexpr std::string_view kSendPolicies[] = {"allow", "deny"};
constexpr std::string_view kActivations[] = {"mention", "always"};
constexpr std::string_view kResetReasons[] = {"new", "reset"};
constexpr std::string_view kDayModes[] = {"utc", "gateway", "specific"};
constexpr Field kLabel{.name = "label", .type = Type::string, .min_length = 1, .max_length = 512};

// configuredAgentsOnly, ownerFirst and offset come from clients of protocol 4.
constexpr Field kList[] = {
    opt_int("limit", 1), opt_int("activeMinutes", 1), opt_bool("includeGlobal"), opt_bool("includeUnknown"),
    opt_bool("includeDerivedTitles"), opt_bool("includeLastMessage"), kLabel, opt_str("spawnedBy"), opt_str("agentId"),
    opt_text("search"), opt_int("offset", 0), opt_bool("configuredAgentsOnly"), opt_bool("ownerFirst"),
};
constexpr Field kKey[] = {req_str("key")};
constexpr Field kPreview[] = {
    {.name = "keys", .type = Type::array, .required = true, .min_length = 1, .item = &kNonEmptyItem},
    opt_int("limit", 1), opt_int("maxChars", 20)};
constexpr Field kResolve[] = {opt_str("key"), opt_str("sessionId"), kLabel, opt_str("agentId"), opt_str("spawnedBy"),
                              opt_bool("includeGlobal"), opt_bool("includeUnknown")};
constexpr Field kCreate[] = {opt_str("key"), opt_str("agentId"), kLabel, opt_str("model"), opt_str("parentSessionKey"),
                             opt_text("task"), opt_text("message")};
constexpr Field kSend[] = {req_str("key"), req_text("message"), opt_text("thinking"), opt_list("attachments", &kAnyItem),
                           opt_int("timeoutMs", 0), opt_str("idempotencyKey")};
constexpr Field kAbort[] = {req_str("key"), opt_str("runId")};
constexpr Field kPatch[] = {
    req_str("key"),
    {.name = "label", .type = Type::string, .min_length = 1, .max_length = 512, .nullable = true},
    clearable("thinkingLevel"),
    {.name = "fastMode", .type = Type::boolean, .nullable = true},
    clearable("verboseLevel"), clearable("reasoningLevel"), clearable("responseUsage", kResponseUsage),
    clearable("elevatedLevel"), clearable("execHost"), clearable("execSecurity"), clearable("execAsk"),
    clearable("execNode"), clearable("model"), clearable("spawnedBy"), clearable("spawnedWorkspaceDir"),
    {.name = "spawnDepth", .type = Type::integer, .min = 0, .nullable = true},
    clearable("subagentRole", kSubagentRoles), clearable("subagentControlScope", kControlScopes),
    clearable("sendPolicy", kSendPolicies), clearable("groupActivation", kActivations),
};
constexpr Field kReset[] = {req_str("key"), {.name = "reason", .type = Type::string, .one_of = kResetReasons}};
constexpr Field kDelete[] = {req_str("key"), opt_bool("deleteTranscript"), opt_bool("emitLifecycleHooks")};
constexpr Field kCompact[] = {req_str("key"), opt_int("maxLines", 1)};
constexpr Field kUsage[] = {
    opt_str("key"), date("startDate"), date("endDate"), {.name = "mode", .type = Type::string, .one_of = kDayModes},
    {.name = "utcOffset", .type = Type::string, .pattern = "^UTC[+-]\\d{1,2}(?::[0-5]\\d)?$", .matches = is_utc_offset},
    opt_int("limit", 1), opt_bool("includeContextWeight")};

constexpr MethodRow kRows[] = {
    {"sessions.list", Caller::operators, kRead, true, {kList}, "Sessions, newest first."},
    {"sessions.subscribe", Caller::operators, kRead, true, kOpen, "Events of all sessions for this connection."},
    {"sessions.unsubscribe", Caller::operators, kRead, true, kOpen, "No more of them."},
    {"sessions.messages.subscribe", Caller::operators, kRead, true, {kKey}, "Messages of one session for this connection."},
    {"sessions.messages.unsubscribe", Caller::operators, kRead, true, {kKey}, "No more of them."},
    {"sessions.preview", Caller::operators, kRead, true, {kPreview}, "The last lines of some sessions."},
    {"sessions.resolve", Caller::operators, kRead, false, {kResolve}, "The key of a session by key, id or label."},
    {"sessions.get", Caller::operators, kRead, false, kOpen, "Messages of a session as they are stored."},
    {"sessions.describe", Caller::operators, kRead, true, kOpen, "One session's row, or null."},
    {"sessions.create", Caller::operators, kWrite, true, {kCreate}, "Makes a session, with a first message if given."},
    {"sessions.send", Caller::operators, kWrite, true, {kSend}, "Sends a message to a session."},
    {"sessions.steer", Caller::operators, kWrite, false, {kSend}, "Stops what runs in a session and sends a message."},
    {"sessions.abort", Caller::operators, kWrite, true, {kAbort}, "Stops a run of a session."},
    {"sessions.patch", Caller::operators, kAdmin, true, {kPatch}, "Changes settings of a session."},
    {"sessions.reset", Caller::operators, kAdmin, true, {kReset}, "Gives a session an empty transcript."},
    {"sessions.delete", Caller::operators, kAdmin, true, {kDelete}, "Removes a session."},
    {"sessions.compact", Caller::operators, kAdmin, true, {kCompact}, "Keeps only the last messages of a session."},
    {"sessions.usage", Caller::operators, kRead, false, {kUsage}, "Tokens and cost of sessions in a range of days."},
    {"sessions.usage.timeseries", Caller::operators, kRead, false, kOpen, "Tokens and cost of a session, call by call."},
    {"sessions.usage.logs", Caller::operators, kRead, false, kOpen, "Lines of a session with tokens and cost."},
    {"sessions.observer.visibility", Caller::operators, kRead, true, kOpen, "Whether somebody looks at the client's session list."},
    {"usage.status", Caller::operators, kRead, true, kOpen, "Quota windows of provider subscriptions."},
    {"usage.cost", Caller::operators, kRead, true, kOpen, "Tokens and cost by day."},
};

}  // namespace

std::span<const MethodRow> session_rows() { return kRows; }

}  // namespace openclaw::protocol
