// models, tools, skills, usage, logs
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {

namespace {

constexpr Field kAgent[] = {opt_str("agentId")};
constexpr Field kCatalog[] = {opt_str("agentId"), opt_bool("includePlugins")};
constexpr Field kEffective[] = {opt_str("agentId"), req_str("sessionKey")};
constexpr Field kTail[] = {opt_int("cursor", 0), opt_int("limit", 1, 5000),
                           opt_int("maxBytes", 1, 1'000'000)};
// Two alternatives; the handler checks them.
constexpr Field kSkill[] = {opt_any("skillKey"), opt_any("enabled"), opt_any("apiKey"), opt_any("env"),
                            opt_any("source"),   opt_any("slug"),    opt_any("all")};

constexpr MethodRow kRows[] = {
    {"models.list", Caller::operators, kRead, true, kEmpty, "Models that agents may use."},
    {"tools.catalog", Caller::operators, kRead, true, {kCatalog}, "Tools in their groups."},
    {"tools.effective", Caller::operators, kRead, true, {kEffective}, "Tools of a run of a session."},
    {"skills.status", Caller::operators, kRead, true, {kAgent}, "Skills and what they need."},
    {"skills.bins", Caller::nodes, "", true, kEmpty, "Programs that skills mention."},
    {"skills.update",
     Caller::operators,
     kAdmin,
     true,
     {kSkill, true},
     "Switches a skill, sets its key and variables."},
    {"logs.tail", Caller::operators, kRead, true, {kTail}, "The end of the log."},
};

}  // namespace

std::span<const MethodRow> catalog_rows() { return kRows; }

}  // namespace openclaw::protocol
