// Who is connected (OpenClaw protocol 3.6). Pure; owned by the gateway's loop thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "json/json.h"
#include "protocol/scopes.h"

namespace openclaw::session {

struct PresenceEntry {
  std::string host, ip, version, platform, device_family, model_identifier, mode, reason, text;
  std::string device_id, instance_id;
  std::vector<std::string> roles;
  protocol::Scopes scopes;
  std::optional<std::int64_t> last_input_seconds;
  std::int64_t ts = 0;
  json::Object to_json() const;
};

class Presence {
 public:
  // The gateway's own entry; its ts is always the time of the question.
  explicit Presence(PresenceEntry self) : self_(std::move(self)) {}

  // Roles and scopes accumulate over connections of one key. Raises the version.
  void connected(std::string key, PresenceEntry entry, std::int64_t now);
  void disconnected(const std::string& key, std::int64_t now);
  // What a client tells of itself (system-event): what it does not say stays as it was. Which of host, ip, version,
  // mode and reason are new; `entry` becomes what is known now.
  std::vector<std::string> report(std::string key, PresenceEntry& entry, std::int64_t now);
  // Newest first, live entries only, the gateway first.
  const std::string& json(std::int64_t now);
  json::Array list(std::int64_t now);
  std::int64_t version() const { return version_; }

 private:
  void prune(std::int64_t now);
  struct Slot {
    std::string key;
    PresenceEntry entry;
    std::string text;  // the entry, serialised once: every hello carries the list
  };
  PresenceEntry self_;
  std::vector<std::unique_ptr<Slot>> slots_;  // newest last
  std::int64_t version_ = 0;
  std::string cached_;
  std::int64_t cached_version_ = -1, cached_at_ = 0;
};

}  // namespace openclaw::session
