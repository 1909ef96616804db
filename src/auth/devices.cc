#include "auth/devices.h"

#include "base/limits.h"
#include "base/random.h"
#include "base/strings.h"
#include "crypto/crypto.h"

#include <algorithm>

namespace openclaw::auth {
namespace {

constexpr std::size_t kMaxPending = 1000;  // each asks with a valid credential and lives five minutes

bool live(const PendingDevice& request, std::int64_t now) {
  return now - request.ts <= base::kPendingPairingMs;
}

bool subset(const std::vector<std::string>& part, const std::vector<std::string>& whole) {
  return std::all_of(part.begin(), part.end(),
                     [&](const std::string& item) { return protocol::has(whole, item); });
}

bool asks_nothing_new(const PendingDevice& old, const PendingDevice& wanted) {
  return old.public_key == wanted.public_key && old.commands_only == wanted.commands_only &&
         subset(wanted.roles, old.roles) &&
         protocol::covers(protocol::kRoleOperator, old.scopes, wanted.scopes) &&
         subset(protocol::normal_form(wanted.scopes), protocol::normal_form(old.scopes));
}

// A refreshed request keeps what was asked for and takes the new facts about the device.
void refresh(PendingDevice& old, PendingDevice wanted) {
  wanted.request_id = old.request_id;
  wanted.silent = wanted.silent && old.silent;
  wanted.has_scopes = wanted.has_scopes || old.has_scopes;
  wanted.roles = std::move(old.roles);
  wanted.scopes = std::move(old.scopes);
  old = std::move(wanted);
}

protocol::Scopes within(const protocol::Scopes& scopes, const protocol::Scopes& approved) {
  protocol::Scopes out;
  for (const auto& scope : scopes) {
    if (protocol::covers(protocol::kRoleOperator, approved, {scope})) out.push_back(scope);
  }
  return out;
}

}  // namespace

void DeviceBook::load_paired(const json::Object& object) {
  if (auto device = PairedDevice::from_json(object)) put(std::move(*device));
}

void DeviceBook::load_pending(const json::Object& object) {
  if (auto request = PendingDevice::from_json(object)) {
    std::string id = request->request_id;
    pending_[std::move(id)] = std::move(*request);
  }
}

PairedDevice& DeviceBook::put(PairedDevice device) {
  std::string id = device.device_id;
  return paired_[std::move(id)] = std::move(device);
}

const PairedDevice* DeviceBook::find(const std::string& device_id) const {
  const auto it = paired_.find(device_id);
  return it == paired_.end() ? nullptr : &it->second;
}

PairedDevice* DeviceBook::edit(const std::string& device_id) {
  const auto it = paired_.find(device_id);
  return it == paired_.end() ? nullptr : &it->second;
}

const PendingDevice* DeviceBook::find_pending(const std::string& request_id, std::int64_t now) const {
  const auto it = pending_.find(request_id);
  return it == pending_.end() || !live(it->second, now) ? nullptr : &it->second;
}

std::vector<const PairedDevice*> DeviceBook::all_paired() const {
  std::vector<const PairedDevice*> out;
  for (const auto& [id, device] : paired_) out.push_back(&device);
  std::stable_sort(out.begin(), out.end(), [](auto* a, auto* b) { return a->approved_at > b->approved_at; });
  return out;
}

std::vector<const PairedDevice*> DeviceBook::paired() const {
  auto out = all_paired();
  std::erase_if(out, [](const PairedDevice* device) { return device->public_key.empty(); });
  return out;
}

std::vector<const PendingDevice*> DeviceBook::pending(std::int64_t now) const {
  std::vector<const PendingDevice*> out;
  for (const auto& [id, request] : pending_) {
    if (live(request, now)) out.push_back(&request);
  }
  std::stable_sort(out.begin(), out.end(), [](auto* a, auto* b) { return a->ts > b->ts; });
  return out;
}

DeviceBook::Requested DeviceBook::request(PendingDevice wanted, std::int64_t now) {
  wanted.ts = now;
  wanted.is_repair = paired_.contains(wanted.device_id);
  Requested result;
  for (auto it = pending_.begin(); it != pending_.end();) {
    PendingDevice& old = it->second;
    const bool same_device = old.device_id == wanted.device_id && old.commands_only == wanted.commands_only;
    if (!live(old, now)) {
      result.removed_ids.push_back(old.request_id);
      it = pending_.erase(it);
    } else if (same_device && asks_nothing_new(old, wanted)) {
      refresh(old, std::move(wanted));
      result.request = old;
      return result;
    } else if (same_device) {
      if (old.public_key == wanted.public_key) {
        wanted.roles = protocol::merged(old.roles, wanted.roles);
        wanted.scopes = protocol::merged(old.scopes, wanted.scopes);
        wanted.silent = wanted.silent && old.silent;
      }
      result.removed_ids.push_back(old.request_id);
      it = pending_.erase(it);
    } else {
      ++it;
    }
  }
  if (pending_.size() >= kMaxPending) {
    const auto oldest = std::min_element(pending_.begin(), pending_.end(), [](const auto& a, const auto& b) {
      return a.second.ts < b.second.ts;
    });
    result.removed_ids.push_back(oldest->first);
    pending_.erase(oldest);
  }
  wanted.request_id = base::uuid4();
  pending_[wanted.request_id] = wanted;
  result.request = std::move(wanted);
  result.created = true;
  return result;
}

PairedDevice& DeviceBook::admit(const PendingDevice& wanted, std::int64_t now) {
  PairedDevice& device = paired_[wanted.device_id];
  if (device.device_id.empty() || device.public_key != wanted.public_key) {
    // A node that was known by name only keeps what it was allowed; another key starts from nothing.
    auto approval = device.public_key.empty() ? std::move(device.approval) : std::nullopt;
    device = PairedDevice{};
    device.approval = std::move(approval);
    device.device_id = wanted.device_id;
    device.public_key = wanted.public_key;
    device.created_at = now;
  }
  if (json::get_string_or(device.node, "renamed", "").empty()) device.display_name = wanted.display_name;
  device.platform = wanted.platform;
  device.device_family = wanted.device_family;
  device.client_id = wanted.client_id;
  device.client_mode = wanted.client_mode;
  device.remote_ip = wanted.remote_ip;
  device.role = wanted.role;
  const auto roles = !wanted.roles.empty() ? wanted.roles
                     : wanted.role.empty() ? std::vector<std::string>{}
                                           : std::vector<std::string>{wanted.role};
  device.roles = protocol::merged(device.roles, roles);
  device.approved_scopes = protocol::merged(device.approved_scopes, wanted.scopes);
  device.scopes = device.approved_scopes;
  for (const auto& [key, value] : wanted.node) device.node[key] = value;
  device.approved_at = now;
  for (const auto& role : roles) {
    DeviceToken& token = device.tokens[role];
    const bool existed = !token.token.empty();
    protocol::Scopes scopes = !wanted.scopes.empty() ? wanted.scopes
                              : existed              ? token.scopes
                                                     : device.approved_scopes;
    // A node's token never carries operator scopes, whatever else the device was approved for (spec:
    // cli 30.27).
    if (role == protocol::kRoleNode) scopes.clear();
    token.token = base::random_token();
    token.scopes = protocol::normal_form(scopes);
    if (!existed)
      token.created_at = now;
    else
      token.rotated_at = now;
    token.revoked_at.reset();
  }
  return device;
}

DeviceBook::Approved DeviceBook::approve(const std::string& request_id, const protocol::Scopes* caller_scopes,
                                         std::int64_t now) {
  Approved out;
  const PendingDevice* found = find_pending(request_id, now);
  if (!found) return out;
  if (caller_scopes) {
    out.missing_scope = protocol::first_uncovered(protocol::kRoleOperator, *caller_scopes, found->scopes);
    if (!out.missing_scope.empty()) return out;
  }
  const PendingDevice request = *found;
  pending_.erase(request_id);
  out.device = &admit(request, now);
  return out;
}

std::optional<PendingDevice> DeviceBook::reject(const std::string& request_id, std::int64_t now) {
  const PendingDevice* found = find_pending(request_id, now);
  if (!found) return std::nullopt;
  PendingDevice request = *found;
  pending_.erase(request_id);
  return request;
}

std::optional<std::vector<std::string>> DeviceBook::remove(const std::string& device_id) {
  if (paired_.erase(device_id) == 0) return std::nullopt;
  std::vector<std::string> ids;
  for (auto it = pending_.begin(); it != pending_.end();) {
    // A request to be paired anew outlives the removal; one about the commands of a paired node does not.
    if (it->second.device_id != device_id || !it->second.commands_only) {
      ++it;
      continue;
    }
    ids.push_back(it->first);
    it = pending_.erase(it);
  }
  return ids;
}

DeviceBook::Saved DeviceBook::save(const std::string& device_id) const {
  Saved out;
  out.device_id = device_id;
  if (const auto* device = find(device_id)) out.paired = *device;
  for (const auto& [id, request] : pending_) {
    if (request.device_id == device_id) out.pending.push_back(request);
  }
  return out;
}

void DeviceBook::restore(Saved saved) {
  std::erase_if(pending_, [&](const auto& entry) { return entry.second.device_id == saved.device_id; });
  for (auto& request : saved.pending) {
    std::string id = request.request_id;
    pending_[std::move(id)] = std::move(request);
  }
  if (saved.paired)
    put(std::move(*saved.paired));
  else
    paired_.erase(saved.device_id);
}

const DeviceToken* DeviceBook::usable_token(const std::string& device_id, const std::string& role,
                                            const protocol::Scopes& scopes) const {
  const PairedDevice* device = find(device_id);
  if (!device) return nullptr;
  const auto it = device->tokens.find(role);
  if (it == device->tokens.end() || it->second.revoked_at) return nullptr;
  if (role == protocol::kRoleNode) return &it->second;  // its scopes have no effect
  const bool approved = protocol::covers(role, device->approved_scopes, it->second.scopes);
  return approved && protocol::covers(role, it->second.scopes, scopes) ? &it->second : nullptr;
}

const DeviceToken* DeviceBook::token_for(const std::string& device_id, const std::string& role,
                                         const protocol::Scopes& scopes, std::int64_t now, bool& changed) {
  changed = false;
  PairedDevice* device = edit(device_id);
  if (!device || !protocol::has(device->roles, role)) return nullptr;
  const bool node = role == protocol::kRoleNode;
  if (!node && !protocol::covers(role, device->approved_scopes, scopes)) return nullptr;
  if (const auto* present = usable_token(device_id, role, scopes)) return present;
  changed = true;
  DeviceToken& token = device->tokens[role];
  const bool existed = !token.token.empty();
  if (node) {
    token.scopes.clear();
  } else {
    // The new token keeps what the old one held: a client that asks for another small set with every command
    // would otherwise get a new token each time.
    const auto kept =
        existed && !token.revoked_at ? within(token.scopes, device->approved_scopes) : protocol::Scopes{};
    const auto& asked = scopes.empty() && kept.empty() ? device->approved_scopes : scopes;
    token.scopes = protocol::normal_form(protocol::merged(kept, asked));
  }
  token.token = base::random_token();
  if (existed)
    token.rotated_at = now;
  else
    token.created_at = now;
  token.revoked_at.reset();
  return &token;
}

DeviceBook::Verified DeviceBook::verify_token(const std::string& device_id, const std::string& role,
                                              const protocol::Scopes& scopes,
                                              std::string_view presented) const {
  const PairedDevice* device = find(device_id);
  if (!device || device->public_key.empty()) return {false, "device-not-paired"};
  const auto it = device->tokens.find(role);
  if (it == device->tokens.end()) return {false, "token-missing"};
  if (it->second.revoked_at) return {false, "token-revoked"};
  if (presented.empty() || !crypto::secret_equal(it->second.token, presented))
    return {false, "token-mismatch"};
  if (role == protocol::kRoleNode && scopes.empty()) return {true, {}};
  if (!protocol::covers(role, device->approved_scopes, it->second.scopes) ||
      !protocol::covers(role, it->second.scopes, scopes)) {
    return {false, "scope-mismatch"};
  }
  return {true, {}};
}

PairedDevice* DeviceBook::token_holder(const std::string& device_id, const std::string& role) {
  PairedDevice* device = edit(std::string(base::trim(device_id)));
  return device && device->tokens.contains(role) ? device : nullptr;
}

const DeviceToken* DeviceBook::rotate(const std::string& device_id, const std::string& role,
                                      const std::optional<protocol::Scopes>& scopes,
                                      const protocol::Scopes* caller_scopes, std::int64_t now) {
  PairedDevice* device = token_holder(device_id, role);
  if (!device) return nullptr;
  DeviceToken& token = device->tokens[role];
  const protocol::Scopes wanted = protocol::normal_form(scopes ? *scopes : token.scopes);
  if (!protocol::covers(role, device->approved_scopes, wanted)) return nullptr;
  if (caller_scopes && !protocol::covers(protocol::kRoleOperator, *caller_scopes, wanted)) return nullptr;
  token.token = base::random_token();
  token.scopes = wanted;
  token.rotated_at = now;
  token.revoked_at.reset();
  return &token;
}

const DeviceToken* DeviceBook::revoke(const std::string& device_id, const std::string& role,
                                      std::int64_t now) {
  PairedDevice* device = token_holder(device_id, role);
  if (!device) return nullptr;
  DeviceToken& token = device->tokens[role];
  if (!token.revoked_at) token.revoked_at = now;
  return &token;
}

}  // namespace openclaw::auth
