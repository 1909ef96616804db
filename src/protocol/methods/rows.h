// The rows of each family of methods; protocol/methods.cc joins them in this order.
#pragma once
#include "protocol/methods.h"

namespace openclaw::protocol {

inline constexpr Schema kOpen{{}, true};
inline constexpr Schema kEmpty{{}, false};

// Where a message comes from when no user typed it.
inline constexpr std::string_view kProvenanceKinds[] = {"external_user", "inter_session", "internal_system"};
inline constexpr Field kProvenance[] = {
    {.name = "kind", .type = Type::string, .required = true, .one_of = kProvenanceKinds, .enumerated = true},
    opt_text("originSessionId"), opt_text("sourceSessionKey"), opt_text("sourceChannel"), opt_text("sourceTool"),
};

std::span<const MethodRow> system_rows();  // health, status, presence and the gateway itself
std::span<const MethodRow> config_rows();  // config.*
std::span<const MethodRow> agent_rows();  // agent and agents.*
std::span<const MethodRow> chat_rows();  // chat.*
std::span<const MethodRow> session_rows();  // sessions.*
std::span<const MethodRow> channel_rows();  // channels.*, send, poll
std::span<const MethodRow> node_rows();  // node.*
std::span<const MethodRow> device_rows();  // device.*
std::span<const MethodRow> approval_rows();  // exec.approvals.*, exec.approval.*, plugin.approval.*
std::span<const MethodRow> cron_rows();  // cron.*, wake
std::span<const MethodRow> catalog_rows();  // models, tools, skills, usage, logs

}  // namespace openclaw::protocol
