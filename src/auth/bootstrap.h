// Bootstrap tokens of setup codes and QR codes (OpenClaw protocol 5.11): ten minutes, bound to the first device that
// shows one. Only the SHA-256 of a token is kept, in memory and in the store (records of kind "bootstrap").
// Pure but for the random token; on the loop's thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "protocol/scopes.h"

namespace openclaw::auth {

inline constexpr std::int64_t kBootstrapTtlMs = 600'000;

// What a token may be used for.
struct BootstrapProfile {
  std::vector<std::string> roles = {"node", "operator"};
  protocol::Scopes scopes = {"operator.read", "operator.talk.secrets", "operator.write"};
};

struct BootstrapToken {
  std::string id;  // SHA-256 of the token, hex
  BootstrapProfile profile;
  std::string device_id, public_key;  // empty until the first use
  std::int64_t issued_at = 0;
  std::optional<std::int64_t> last_used_at;

  json::Object to_json() const;
  static std::optional<BootstrapToken> from_json(const json::Object& object);
};

struct BootstrapUse {
  std::string_view token;
  std::string device_id, public_key, role;
  protocol::Scopes scopes;
};

class BootstrapTokens {
 public:
  struct Issued {
    std::string token;  // to be shown once
    std::string id;
    std::vector<std::string> removed_ids;  // expired ones to delete from the store
  };
  Issued issue(BootstrapProfile profile, std::int64_t now);
  void load(BootstrapToken token, std::int64_t now);

  // Does the token let this device in? The id of the token, or nothing. Changes nothing.
  std::optional<std::string> verify(const BootstrapUse& use, std::int64_t now) const;
  // Binds a verified token to the device. The record to store; nullptr when it is gone.
  const BootstrapToken* bind(const std::string& id, const std::string& device_id, const std::string& public_key,
                             std::int64_t now);
  const BootstrapToken* find(const std::string& id) const;
  bool remove(const std::string& id);
  static std::string id_of(std::string_view token);

 private:
  std::vector<std::string> prune(std::int64_t now);
  std::map<std::string, BootstrapToken> tokens_;
};

}  // namespace openclaw::auth
