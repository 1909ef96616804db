// Paired devices and waiting requests (OpenClaw protocol 5.9-5.11, 7.3). The book is the in-memory truth on the loop's
// thread; each change returns the records to store, and the caller answers only after they are committed.
// Nodes are devices with role node: there is one pairing store (spec: cli 30.26). nodes_view.h shows it as the node
// store of the protocol.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/bootstrap.h"
#include "json/json.h"
#include "protocol/connect.h"

namespace openclaw::auth {

struct DeviceToken {
  std::string token;
  protocol::Scopes scopes;
  std::int64_t created_at = 0;
  std::optional<std::int64_t> rotated_at, revoked_at, last_used_at;
};

// What an operator let a node do: only these commands may be called on it.
struct NodeApproval {
  std::string token;  // of node.pair.verify
  std::vector<std::string> commands;
  std::int64_t created_at = 0, approved_at = 0;
};

struct PairedDevice {
  std::string device_id, public_key;  // base64url; no key: a node known only through node.pair.*
  std::string display_name, platform, device_family, client_id, client_mode, remote_ip;
  std::string role;                   // of the last approval
  std::vector<std::string> roles;
  protocol::Scopes scopes, approved_scopes;
  std::map<std::string, DeviceToken> tokens;  // by role
  std::int64_t created_at = 0, approved_at = 0;
  json::Object node;                  // what it last declared as a node: caps, commands, version, modelIdentifier ...
  std::optional<NodeApproval> approval;

  json::Object to_json() const;             // as stored, tokens included
  json::Object to_public_json() const;      // as listed: no token values
  static std::optional<PairedDevice> from_json(const json::Object& object);
};

struct PendingDevice {
  std::string request_id, device_id, public_key;
  std::string display_name, platform, device_family, client_id, client_mode, remote_ip;
  std::string role;
  std::vector<std::string> roles;
  protocol::Scopes scopes;
  bool has_scopes = true;     // false: the request did not say (node.pair.request, old files)
  bool silent = false, is_repair = false;
  bool commands_only = false;  // the device is paired; only what it may be asked to do is open
  std::int64_t ts = 0;
  json::Object node;

  json::Object to_json() const;         // as stored
  json::Object to_public_json() const;  // as in device.pair.list and device.pair.requested
  static std::optional<PendingDevice> from_json(const json::Object& object);
};

class DeviceBook {
 public:
  void load_paired(const json::Object& object);
  void load_pending(const json::Object& object);

  const PairedDevice* find(const std::string& device_id) const;
  PairedDevice* edit(const std::string& device_id);
  const PendingDevice* find_pending(const std::string& request_id, std::int64_t now) const;
  std::vector<const PairedDevice*> paired() const;                      // newest first, without key-less nodes
  std::vector<const PairedDevice*> all_paired() const;                  // newest first
  std::vector<const PendingDevice*> pending(std::int64_t now) const;    // newest first, live ones

  struct Requested {
    PendingDevice request;
    bool created = false;                       // false: an equal request was refreshed and keeps its id
    std::vector<std::string> removed_ids;       // superseded and expired requests to delete
  };
  // One request of a device at a time. The same key asking for nothing more keeps the request id; another key or more
  // roles or scopes supersedes it (spec: decisions 17).
  Requested request(PendingDevice wanted, std::int64_t now);

  struct Approved {
    PairedDevice* device = nullptr;  // nullptr: unknown id, or a scope is missing
    std::string missing_scope;       // what the approver lacks
  };
  // Merges roles and scopes into the paired entry and issues a token for each pending role. The approver must hold
  // every operator scope that is asked for; nullptr: nobody to check (the gateway itself).
  Approved approve(const std::string& request_id, const protocol::Scopes* caller_scopes, std::int64_t now);
  // Pairs without a stored request (silent approval).
  PairedDevice& admit(const PendingDevice& wanted, std::int64_t now);
  std::optional<PendingDevice> reject(const std::string& request_id, std::int64_t now);
  // The ids of its requests, which go too; nothing when the device is unknown.
  std::optional<std::vector<std::string>> remove(const std::string& device_id);

  // The device's token for the role: the present one if it is unrevoked, within what is approved and covers `scopes`,
  // else a new one. Empty when the request exceeds what is approved. `changed` tells whether the record must be stored.
  const DeviceToken* token_for(const std::string& device_id, const std::string& role, const protocol::Scopes& scopes,
                               std::int64_t now, bool& changed);
  // The same without making one.
  const DeviceToken* usable_token(const std::string& device_id, const std::string& role,
                                  const protocol::Scopes& scopes) const;
  struct Verified {
    bool ok = false;
    std::string_view reason;  // device-not-paired, token-missing, token-revoked, token-mismatch, scope-mismatch
  };
  Verified verify_token(const std::string& device_id, const std::string& role, const protocol::Scopes& scopes,
                        std::string_view presented) const;
  // A new token with these scopes (nothing: those of the old one). Refused beyond what is approved for the device or
  // beyond `caller_scopes`, and for a role it was never approved for.
  const DeviceToken* rotate(const std::string& device_id, const std::string& role,
                            const std::optional<protocol::Scopes>& scopes, const protocol::Scopes* caller_scopes,
                            std::int64_t now);
  const DeviceToken* revoke(const std::string& device_id, const std::string& role, std::int64_t now);

  // What the book holds about a device, to be put back when a change could not be stored.
  struct Saved {
    std::string device_id;
    std::optional<PairedDevice> paired;
    std::vector<PendingDevice> pending;
  };
  Saved save(const std::string& device_id) const;
  void restore(Saved saved);
  PairedDevice& put(PairedDevice device);

  BootstrapTokens& bootstrap() { return bootstrap_; }
  const BootstrapTokens& bootstrap() const { return bootstrap_; }

 private:
  PairedDevice* token_holder(const std::string& device_id, const std::string& role);
  std::map<std::string, PairedDevice> paired_;
  std::map<std::string, PendingDevice> pending_;
  BootstrapTokens bootstrap_;
};

}  // namespace openclaw::auth
