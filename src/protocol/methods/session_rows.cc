// sessions.*
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

constexpr Field kSessionsList[] = {
    opt_int("limit", 1), opt_int("activeMinutes", 1), opt_bool("includeGlobal"), opt_bool("includeUnknown"),
    opt_bool("includeDerivedTitles"), opt_bool("includeLastMessage"),
    {.name = "label", .type = Type::string, .min_length = 1, .max_length = 512},
    opt_str("spawnedBy"), opt_str("agentId"), opt_text("search"),
};

constexpr MethodRow kRows[] = {
    {"sessions.list", Caller::operators, kRead, true, {kSessionsList}, "Sessions, newest first."},
};

}  // namespace

std::span<const MethodRow> session_rows() { return kRows; }

}  // namespace openclaw::protocol
