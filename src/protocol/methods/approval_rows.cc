// exec.approvals.*, exec.approval.*, plugin.approval.*
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

constexpr std::int64_t kOne = 1;
constexpr Field kSocket[] = {opt_text("path"), opt_text("token")};
constexpr Field kDefaults[] = {opt_text("security"), opt_text("ask"), opt_text("askFallback"), opt_bool("autoAllowSkills")};
constexpr Field kAllowEntry[] = {opt_str("id"), req_text("pattern"), opt_text("argPattern"), opt_int("lastUsedAt", 0),
                                 opt_text("lastUsedCommand"), opt_text("lastResolvedPath")};
constexpr Field kAgent[] = {opt_text("security"), opt_text("ask"), opt_text("askFallback"), opt_bool("autoAllowSkills"),
                            {.name = "allowlist", .type = Type::array, .fields = kAllowEntry}};
constexpr Field kAgentItem{.type = Type::object, .fields = kAgent};
constexpr Field kFile[] = {{.name = "version", .type = Type::number, .required = true, .constant = &kOne},
                           {.name = "socket", .type = Type::object, .fields = kSocket},
                           {.name = "defaults", .type = Type::object, .fields = kDefaults},
                           {.name = "agents", .type = Type::map, .item = &kAgentItem}};
constexpr Field file() { return {.name = "file", .type = Type::object, .required = true, .fields = kFile}; }
constexpr Field kSet[] = {file(), opt_str("baseHash")};
constexpr Field kNodeGet[] = {req_str("nodeId")};
constexpr Field kNodeSet[] = {req_str("nodeId"), file(), opt_str("baseHash")};

constexpr Field text_or_null(std::string_view name, bool required = false) {
  return {.name = name, .type = Type::string, .required = required, .nullable = true};
}
constexpr Field list_of_texts(std::string_view name, bool required = false) {
  return {.name = name, .type = Type::array, .required = required, .item = &kStringItem};
}
constexpr Field kOperand[] = {req_int("argvIndex", 0), req_text("path"), req_text("sha256")};
constexpr Field kPlan[] = {list_of_texts("argv", true), text_or_null("cwd", true), req_text("commandText"), text_or_null("commandPreview"),
                           text_or_null("agentId", true), text_or_null("sessionKey", true),
                           {.name = "mutableFileOperand", .type = Type::object, .fields = kOperand, .nullable = true}};
constexpr Field thread_id(bool nullable) { return {.name = "turnSourceThreadId", .type = Type::string, .nullable = nullable, .or_number = true}; }
constexpr Field kExecRequest[] = {
    opt_str("id"), opt_str("command"), list_of_texts("commandArgv"), {.name = "systemRunPlan", .type = Type::object, .fields = kPlan},
    {.name = "env", .type = Type::map, .item = &kStringItem}, text_or_null("cwd"),
    {.name = "nodeId", .type = Type::string, .min_length = 1, .nullable = true}, text_or_null("host"), text_or_null("security"),
    text_or_null("ask"), text_or_null("agentId"), text_or_null("resolvedPath"), text_or_null("sessionKey"), text_or_null("turnSourceChannel"),
    text_or_null("turnSourceTo"), text_or_null("turnSourceAccountId"), thread_id(true), opt_int("timeoutMs", 1), opt_bool("twoPhase")};
constexpr Field kResolve[] = {req_str("id"), req_str("decision")};

constexpr std::string_view kSeverities[] = {"info", "warning", "critical"};
constexpr Field kPluginRequest[] = {
    opt_str("pluginId"), req_str("title", 80), req_str("description", 256),
    {.name = "severity", .type = Type::string, .one_of = kSeverities, .enumerated = true}, opt_text("toolName"), opt_text("toolCallId"),
    opt_text("agentId"), opt_text("sessionKey"), opt_text("turnSourceChannel"), opt_text("turnSourceTo"), opt_text("turnSourceAccountId"),
    thread_id(false), opt_int("timeoutMs", 1, 600'000), opt_bool("twoPhase")};

constexpr MethodRow kRows[] = {
    {"exec.approvals.get", Caller::operators, kAdmin, true, kEmpty, "What may be run on the gateway's host without asking."},
    {"exec.approvals.set", Caller::operators, kAdmin, true, {kSet}, "Replaces it."},
    {"exec.approvals.node.get", Caller::operators, kAdmin, true, {kNodeGet}, "The same of a node."},
    {"exec.approvals.node.set", Caller::operators, kAdmin, true, {kNodeSet}, "Replaces it."},
    {"exec.approval.request", Caller::operators, kApprovals, true, {kExecRequest}, "May this command run? Waits for a person."},
    {"exec.approval.waitDecision", Caller::operators, kApprovals, true, kOpen, "Waits for the answer to such a question."},
    {"exec.approval.resolve", Caller::operators, kApprovals, true, {kResolve}, "Answers it."},
    {"exec.approval.list", Caller::operators, kApprovals, true, kOpen, "Questions that wait."},
    {"plugin.approval.request", Caller::operators, kApprovals, true, {kPluginRequest}, "May this plugin do that? Waits for a person."},
    {"plugin.approval.waitDecision", Caller::operators, kApprovals, true, kOpen, "Waits for the answer to such a question."},
    {"plugin.approval.resolve", Caller::operators, kApprovals, true, {kResolve}, "Answers it."},
    {"plugin.approval.list", Caller::operators, kApprovals, true, kOpen, "Questions that wait."},
};

}  // namespace

std::span<const MethodRow> approval_rows() { return kRows; }

}  // namespace openclaw::protocol
