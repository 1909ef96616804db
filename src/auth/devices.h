// Paired devices and waiting requests (OpenClaw protocol 5.9-5.11). The book is the in-memory truth on the loop's
// thread; each change returns the records to store, and the caller answers only after they are committed.
// Nodes are devices with role node: there is one pairing store (spec: cli 30.26).
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "json/json.h"
#include "protocol/connect.h"

namespace openclaw::auth {

struct DeviceToken {
  std::string token;
  protocol::Scopes scopes;
  std::int64_t created_at = 0;
  std::optional<std::int64_t> rotated_at, revoked_at, last_used_at;
};

struct PairedDevice {
  std::string device_id, public_key;  // base64url
  std::string display_name, platform, device_family, client_id, client_mode, remote_ip;
  std::string role;                   // of the last approval
  std::vector<std::string> roles;
  protocol::Scopes scopes, approved_scopes;
  std::map<std::string, DeviceToken> tokens;  // by role
  std::int64_t created_at = 0, approved_at = 0;
  json::Object node;                  // what it last declared as a node: caps, commands, version, modelIdentifier ...

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
  bool silent = false, is_repair = false;
  std::int64_t ts = 0;
  json::Object node;

  json::Object to_json() const;
  static std::optional<PendingDevice> from_json(const json::Object& object);
};

class DeviceBook {
 public:
  void load_paired(const json::Object& object);
  void load_pending(const json::Object& object);

  const PairedDevice* find(const std::string& device_id) const;
  PairedDevice* edit(const std::string& device_id);
  const PendingDevice* find_pending(const std::string& request_id, std::int64_t now) const;
  std::vector<const PairedDevice*> paired() const;                      // newest first
  std::vector<const PendingDevice*> pending(std::int64_t now) const;    // newest first, live ones

  struct Requested {
    PendingDevice request;
    bool created = false;                       // false: an equal request was refreshed and keeps its id
    std::optional<std::string> replaced_id;     // a superseded request to delete
  };
  Requested request(PendingDevice wanted, std::int64_t now);
  // Merges roles and scopes into the paired entry and issues a token for the pending role. nullptr: unknown id.
  PairedDevice* approve(const std::string& request_id, std::int64_t now);
  // Pairs without a stored request (silent approval).
  PairedDevice& admit(const PendingDevice& wanted, std::int64_t now);
  std::optional<PendingDevice> reject(const std::string& request_id, std::int64_t now);

  // The device's token for the role: the present one if it is unrevoked, approved and covers `scopes`, else a new
  // one. Empty when the request exceeds what is approved. `changed` tells whether the record must be stored.
  const DeviceToken* token_for(const std::string& device_id, const std::string& role, const protocol::Scopes& scopes,
                               std::int64_t now, bool& changed);
  bool token_valid(const std::string& device_id, const std::string& role, const protocol::Scopes& scopes,
                   std::string_view presented) const;

 private:
  std::map<std::string, PairedDevice> paired_;
  std::map<std::string, PendingDevice> pending_;
};

}  // namespace openclaw::auth
