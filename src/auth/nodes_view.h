// The node store of the protocol (OpenClaw protocol 7.3) shown by the one book of devices: a node is a paired device
// with role node, and what it may be asked to do is approved on its own. Commands that nobody approved are withheld.
// Pure; on the loop's thread. The caller stores what changed (the device's record, the request's record).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/devices.h"

namespace openclaw::auth {

// The scope an approver needs for these commands: none, operator.write, or operator.admin for those that run or
// expose what the machine has.
std::string_view node_approval_scope(const std::vector<std::string>& commands);

// The part of `commands` that was approved for the node; nothing for an unknown device.
std::vector<std::string> approved_commands(const PairedDevice* device, const std::vector<std::string>& commands);
// Is there something an operator should decide about?
bool commands_wait(const PairedDevice& device, const std::vector<std::string>& commands);
// Lets the node do these commands from now on, in place of what was approved before.
void approve_commands(PairedDevice& device, const std::vector<std::string>& commands, std::int64_t now);

class NodesView {
 public:
  explicit NodesView(DeviceBook& book) : book_(book) {}

  // One request of a node at a time; asking again refreshes it in place. `wanted.device_id` is the node id; `node`
  // holds version, caps, commands ... as declared.
  DeviceBook::Requested request(PendingDevice wanted, std::int64_t now);

  struct Approved {
    bool found = false;
    std::string missing_scope;  // what the approver lacks
    std::string node_id;        // when approved
  };
  Approved approve(const std::string& request_id, const protocol::Scopes& caller_scopes, std::int64_t now);
  std::optional<PendingDevice> reject(const std::string& request_id, std::int64_t now);
  // The node when the token is its own.
  const PairedDevice* verify(const std::string& node_id, std::string_view token) const;
  // nullptr: no such node. `name` is not blank.
  PairedDevice* rename(const std::string& node_id, const std::string& name);
  std::vector<const PendingDevice*> pending(std::int64_t now) const;  // newest first
  std::vector<const PairedDevice*> paired() const;                    // newest first

  static json::Object pending_json(const PendingDevice& request);  // as in node.pair.list and node.pair.requested
  static json::Object paired_json(const PairedDevice& device);     // without the token

 private:
  DeviceBook& book_;
};

}  // namespace openclaw::auth
