// Decisions about devices and nodes, committed before they are answered. When the store refuses, the book is as it was.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "auth/nodes_view.h"
#include "gateway/dispatch.h"

namespace openclaw::gateway {

// device.pair.approve. The device id, or `unknown requestId`, or `missing scope: s` when the approver lacks a scope
// asked for. A node's commands are approved too if the approver may; else they wait (node.pair.approve).
base::Task<protocol::WireResult<std::string>> approve_pairing(State& state, CallContext caller, std::string request_id);
// node.pair.approve: the node and its commands, or nothing. The node id.
base::Task<protocol::WireResult<std::string>> approve_node(State& state, CallContext caller, std::string request_id);
// device.pair.reject, node.pair.reject (`nodes_only`: requests of others are unknown). The device id.
base::Task<protocol::WireResult<std::string>> reject_pairing(State& state, std::string request_id, bool nodes_only = false);
// The record of a paired device as it is now.
base::Task<base::Result<>> store_paired(State& state, std::string device_id);

// node.pair.request, and what a paired node's new commands cause: makes or refreshes the node's request, stores it and
// announces a new one.
base::Task<protocol::WireResult<auth::DeviceBook::Requested>> request_node(State& state, auth::PendingDevice wanted);
// A node has connected and declared `commands` (what the policy left of them). Approves them (`silent`: local, with the
// shared secret) or asks an operator for what is not approved.
void reconcile_node(State& state, const std::string& node_id, const std::vector<std::string>& commands, bool silent);
// What may be called on a connected node: what the policy left, without what nobody approved.
std::vector<std::string> usable_commands(const State& state, const nodes::LiveNode& node);

// A bootstrap token for a setup code; ten minutes.
base::Task<base::Result<std::string>> issue_bootstrap(State& state, auth::BootstrapProfile profile);

// device.pair.resolved, and node.pair.resolved for a node.
void announce_resolved(State& state, const std::string& request_id, const std::string& device_id, bool approved, bool node);

}  // namespace openclaw::gateway
