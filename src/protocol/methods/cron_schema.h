// The parameters of cron.add and cron.update. They are checked after the handler has brought what clients write into
// one form, so the rows of these methods are open.
#pragma once
#include "protocol/schema.h"

namespace openclaw::protocol {

namespace cron_schema {

constexpr bool is_target(std::string_view text) {
  return text == "main" || text == "isolated" || text == "current" || (text.starts_with("session:") && text.size() > 8);
}

inline constexpr std::string_view kAt[] = {"at"};
inline constexpr std::string_view kEvery[] = {"every"};
inline constexpr std::string_view kCron[] = {"cron"};
inline constexpr std::string_view kSystemEvent[] = {"systemEvent"};
inline constexpr std::string_view kAgentTurn[] = {"agentTurn"};
inline constexpr std::string_view kNone[] = {"none"};
inline constexpr std::string_view kAnnounce[] = {"announce"};
inline constexpr std::string_view kWebhook[] = {"webhook"};
inline constexpr std::string_view kModes[] = {"none", "announce", "webhook"};
inline constexpr std::string_view kWake[] = {"next-heartbeat", "now"};
inline constexpr std::string_view kSendModes[] = {"announce", "webhook"};
inline constexpr std::string_view kStatuses[] = {"ok", "error", "skipped"};
inline constexpr std::string_view kDeliveryStatuses[] = {"delivered", "not-delivered", "unknown", "not-requested"};
inline constexpr std::string_view kReasons[] = {"auth", "format", "rate_limit", "billing", "timeout", "model_not_found", "unknown"};

constexpr Field kind_of(std::span<const std::string_view> one, std::string_view name = "kind") {
  return {.name = name, .type = Type::string, .required = true, .one_of = one};
}
constexpr Field one_of(std::string_view name, std::span<const std::string_view> values) {
  return {.name = name, .type = Type::string, .one_of = values};
}
constexpr Field any_of(std::string_view name, std::span<const std::span<const Field>> alternatives, bool required) {
  return {.name = name, .required = required, .any_of = alternatives};
}

inline constexpr Field kAtFields[] = {kind_of(kAt), req_str("at")};
inline constexpr Field kEveryFields[] = {kind_of(kEvery), req_int("everyMs", 1), opt_int("anchorMs", 0)};
inline constexpr Field kCronFields[] = {kind_of(kCron), req_str("expr"), opt_text("tz"), opt_int("staggerMs", 0)};
inline constexpr std::span<const Field> kSchedules[] = {kAtFields, kEveryFields, kCronFields};

inline constexpr Field kEventFields[] = {kind_of(kSystemEvent), req_str("text")};
inline constexpr Field kTurnFields[] = {kind_of(kAgentTurn), req_str("message"), opt_text("model"), opt_list("fallbacks", &kStringItem),
                                        opt_text("thinking"), opt_int("timeoutSeconds", 0), opt_bool("allowUnsafeExternalContent"),
                                        opt_bool("lightContext"), opt_list("toolsAllow", &kStringItem)};
inline constexpr std::span<const Field> kPayloads[] = {kEventFields, kTurnFields};
inline constexpr Field kEventPatch[] = {kind_of(kSystemEvent), opt_str("text")};
inline constexpr Field kTurnPatch[] = {kind_of(kAgentTurn), opt_str("message"), opt_text("model"), opt_list("fallbacks", &kStringItem),
                                       opt_text("thinking"), opt_int("timeoutSeconds", 0), opt_bool("allowUnsafeExternalContent"),
                                       opt_bool("lightContext"),
                                       {.name = "toolsAllow", .type = Type::array, .item = &kStringItem, .nullable = true}};
inline constexpr std::span<const Field> kPayloadPatches[] = {kEventPatch, kTurnPatch};

inline constexpr Field kDestination[] = {opt_str("channel"), opt_text("to"), opt_str("accountId"), one_of("mode", kSendModes)};
constexpr Field failure_destination() { return {.name = "failureDestination", .type = Type::object, .fields = kDestination}; }
inline constexpr Field kNoDelivery[] = {kind_of(kNone, "mode"), opt_str("channel"), opt_str("accountId"), opt_bool("bestEffort"), failure_destination(), opt_text("to")};
inline constexpr Field kAnnouncing[] = {kind_of(kAnnounce, "mode"), opt_str("channel"), opt_str("accountId"), opt_bool("bestEffort"), failure_destination(), opt_text("to")};
inline constexpr Field kPosting[] = {kind_of(kWebhook, "mode"), opt_str("channel"), opt_str("accountId"), opt_bool("bestEffort"), failure_destination(), req_str("to")};
inline constexpr std::span<const Field> kDeliveries[] = {kNoDelivery, kAnnouncing, kPosting};
inline constexpr Field kDeliveryPatch[] = {one_of("mode", kModes), opt_str("channel"), opt_str("accountId"), opt_bool("bestEffort"), failure_destination(), opt_text("to")};

inline constexpr Field kState[] = {
    opt_int("nextRunAtMs", 0), opt_int("runningAtMs", 0), opt_int("lastRunAtMs", 0), one_of("lastRunStatus", kStatuses), one_of("lastStatus", kStatuses),
    opt_text("lastError"), one_of("lastErrorReason", kReasons), opt_int("lastDurationMs", 0), opt_int("consecutiveErrors", 0), opt_bool("lastDelivered"),
    one_of("lastDeliveryStatus", kDeliveryStatuses), opt_text("lastDeliveryError"), opt_int("lastFailureAlertAtMs", 0)};

constexpr Field nullable_str(std::string_view name) { return {.name = name, .type = Type::string, .min_length = 1, .nullable = true}; }
constexpr Field target(bool required) {
  return {.name = "sessionTarget", .type = Type::string, .required = required, .pattern = "^session:.+", .matches = is_target};
}

inline constexpr Field kAdd[] = {
    req_str("name"), nullable_str("agentId"), nullable_str("sessionKey"), opt_text("description"), opt_bool("enabled"), opt_bool("deleteAfterRun"),
    any_of("schedule", kSchedules, true), target(true), {.name = "wakeMode", .type = Type::string, .required = true, .one_of = kWake},
    any_of("payload", kPayloads, true), any_of("delivery", kDeliveries, false), opt_any("failureAlert")};
inline constexpr Field kPatch[] = {
    opt_str("name"), nullable_str("agentId"), nullable_str("sessionKey"), opt_text("description"), opt_bool("enabled"), opt_bool("deleteAfterRun"),
    any_of("schedule", kSchedules, false), target(false), one_of("wakeMode", kWake), any_of("payload", kPayloadPatches, false),
    {.name = "delivery", .type = Type::object, .fields = kDeliveryPatch}, opt_any("failureAlert"), {.name = "state", .type = Type::object, .fields = kState}};

inline constexpr std::string_view kRunModes[] = {"due", "force"};
inline constexpr Field kUpdateById[] = {req_str("id"), {.name = "patch", .type = Type::object, .required = true, .fields = kPatch}};
inline constexpr Field kUpdateByJobId[] = {req_str("jobId"), {.name = "patch", .type = Type::object, .required = true, .fields = kPatch}};
inline constexpr Field kRemoveById[] = {req_str("id")};
inline constexpr Field kRemoveByJobId[] = {req_str("jobId")};
inline constexpr Field kRunById[] = {req_str("id"), one_of("mode", kRunModes)};
inline constexpr Field kRunByJobId[] = {req_str("jobId"), one_of("mode", kRunModes)};

}  // namespace cron_schema

// The texts of parameters that may have either of two forms; empty when one fits.
std::string validate_either(std::span<const Field> first, std::span<const Field> second, const json::Value& value, int protocol = 3);

}  // namespace openclaw::protocol
