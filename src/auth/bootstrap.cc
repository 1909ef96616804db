#include "auth/bootstrap.h"

#include "base/random.h"
#include "base/strings.h"
#include "crypto/crypto.h"

namespace openclaw::auth {
namespace {

constexpr std::size_t kMaxTokens = 256;  // nobody shows more codes in ten minutes

}  // namespace

json::Object BootstrapToken::to_json() const {
  json::Object profile_json;
  profile_json["roles"] = json::strings(profile.roles);
  profile_json["scopes"] = json::strings(profile.scopes);
  json::Object out;
  out["id"] = id;
  out["profile"] = std::move(profile_json);
  if (!device_id.empty()) out["deviceId"] = device_id;
  if (!public_key.empty()) out["publicKey"] = public_key;
  out["issuedAtMs"] = issued_at;
  json::put(out, "lastUsedAtMs", last_used_at);
  return out;
}

std::optional<BootstrapToken> BootstrapToken::from_json(const json::Object& o) {
  BootstrapToken out;
  out.id = json::get_string_or(o, "id", "");
  const auto* profile_json = json::get_object(o, "profile");
  const auto issued = json::get_int(o, "issuedAtMs");
  if (out.id.empty() || !profile_json || !issued) return std::nullopt;
  out.profile.roles = json::string_list(json::find(*profile_json, "roles"));
  out.profile.scopes = json::string_list(json::find(*profile_json, "scopes"));
  out.device_id = json::get_string_or(o, "deviceId", "");
  out.public_key = json::get_string_or(o, "publicKey", "");
  out.issued_at = *issued;
  out.last_used_at = json::get_int(o, "lastUsedAtMs");
  return out;
}

std::string BootstrapTokens::id_of(std::string_view token) { return crypto::sha256_hex(base::trim(token)); }

std::vector<std::string> BootstrapTokens::prune(std::int64_t now) {
  std::vector<std::string> out;
  for (auto it = tokens_.begin(); it != tokens_.end();) {
    if (now - it->second.issued_at < kBootstrapTtlMs) {
      ++it;
      continue;
    }
    out.push_back(it->first);
    it = tokens_.erase(it);
  }
  return out;
}

BootstrapTokens::Issued BootstrapTokens::issue(BootstrapProfile profile, std::int64_t now) {
  Issued out;
  out.removed_ids = prune(now);
  if (tokens_.size() >= kMaxTokens) {
    auto oldest = tokens_.begin();
    for (auto it = tokens_.begin(); it != tokens_.end(); ++it) {
      if (it->second.issued_at < oldest->second.issued_at) oldest = it;
    }
    out.removed_ids.push_back(oldest->first);
    tokens_.erase(oldest);
  }
  out.token = base::random_token();
  out.id = id_of(out.token);
  BootstrapToken token;
  token.id = out.id;
  token.profile = std::move(profile);
  token.issued_at = now;
  tokens_[out.id] = std::move(token);
  return out;
}

void BootstrapTokens::load(BootstrapToken token, std::int64_t now) {
  if (now - token.issued_at >= kBootstrapTtlMs) return;
  std::string id = token.id;
  tokens_[std::move(id)] = std::move(token);
}

std::optional<std::string> BootstrapTokens::verify(const BootstrapUse& use, std::int64_t now) const {
  if (base::trim(use.token).empty()) return std::nullopt;
  const std::string id = id_of(use.token);
  const BootstrapToken* token = find(id);
  if (!token || now - token->issued_at >= kBootstrapTtlMs) return std::nullopt;
  if (!token->device_id.empty() &&
      (token->device_id != use.device_id || token->public_key != use.public_key)) {
    return std::nullopt;
  }
  if (!protocol::has(token->profile.roles, use.role)) return std::nullopt;
  if (!protocol::covers(use.role, token->profile.scopes, use.scopes)) return std::nullopt;
  return id;
}

const BootstrapToken* BootstrapTokens::bind(const std::string& id, const std::string& device_id,
                                            const std::string& public_key, std::int64_t now) {
  const auto it = tokens_.find(id);
  if (it == tokens_.end()) return nullptr;
  it->second.device_id = device_id;
  it->second.public_key = public_key;
  it->second.last_used_at = now;
  return &it->second;
}

const BootstrapToken* BootstrapTokens::find(const std::string& id) const {
  const auto it = tokens_.find(id);
  return it == tokens_.end() ? nullptr : &it->second;
}

bool BootstrapTokens::remove(const std::string& id) { return tokens_.erase(id) > 0; }

}  // namespace openclaw::auth
