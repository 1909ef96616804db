#include "auth/devices.h"

#include <algorithm>

#include "base/limits.h"
#include "base/random.h"
#include "crypto/crypto.h"

namespace openclaw::auth {
namespace {

void put_text(json::Object& object, std::string_view key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

json::Object common(const auto& device) {
  json::Object out;
  out["deviceId"] = device.device_id;
  out["publicKey"] = device.public_key;
  put_text(out, "displayName", device.display_name);
  put_text(out, "platform", device.platform);
  put_text(out, "deviceFamily", device.device_family);
  put_text(out, "clientId", device.client_id);
  put_text(out, "clientMode", device.client_mode);
  put_text(out, "role", device.role);
  if (!device.roles.empty()) out["roles"] = json::strings(device.roles);
  out["scopes"] = json::strings(device.scopes);
  put_text(out, "remoteIp", device.remote_ip);
  return out;
}

bool read_common(const json::Object& o, auto& device) {
  device.device_id = json::get_string_or(o, "deviceId", "");
  device.public_key = json::get_string_or(o, "publicKey", "");
  device.display_name = json::get_string_or(o, "displayName", "");
  device.platform = json::get_string_or(o, "platform", "");
  device.device_family = json::get_string_or(o, "deviceFamily", "");
  device.client_id = json::get_string_or(o, "clientId", "");
  device.client_mode = json::get_string_or(o, "clientMode", "");
  device.remote_ip = json::get_string_or(o, "remoteIp", "");
  device.role = json::get_string_or(o, "role", "");
  device.roles = json::string_list(json::find(o, "roles"));
  if (device.roles.empty() && !device.role.empty()) device.roles.push_back(device.role);
  device.scopes = json::string_list(json::find(o, "scopes"));
  if (const auto* node = json::get_object(o, "node")) device.node = *node;
  return !device.device_id.empty() && !device.public_key.empty();
}

json::Object token_json(const std::string& role, const DeviceToken& token, bool with_value) {
  json::Object out;
  if (with_value) out["token"] = token.token;
  out["role"] = role;
  out["scopes"] = json::strings(token.scopes);
  out["createdAtMs"] = token.created_at;
  json::put(out, "rotatedAtMs", token.rotated_at);
  json::put(out, "revokedAtMs", token.revoked_at);
  json::put(out, "lastUsedAtMs", token.last_used_at);
  return out;
}

}  // namespace

json::Object PairedDevice::to_json() const {
  json::Object out = common(*this);
  out["approvedScopes"] = json::strings(approved_scopes);
  json::Object all;
  for (const auto& [role_name, token] : tokens) all[role_name] = token_json(role_name, token, true);
  out["tokens"] = std::move(all);
  out["createdAtMs"] = created_at;
  out["approvedAtMs"] = approved_at;
  if (!node.empty()) out["node"] = node;
  return out;
}

json::Object PairedDevice::to_public_json() const {
  json::Object out = common(*this);
  json::Array list;
  for (const auto& [role_name, token] : tokens) list.emplace_back(token_json(role_name, token, false));
  out["tokens"] = std::move(list);
  out["createdAtMs"] = created_at;
  out["approvedAtMs"] = approved_at;
  return out;
}

std::optional<PairedDevice> PairedDevice::from_json(const json::Object& o) {
  PairedDevice out;
  if (!read_common(o, out)) return std::nullopt;
  out.approved_scopes = json::string_list(json::find(o, "approvedScopes"));
  if (out.approved_scopes.empty()) out.approved_scopes = out.scopes;
  if (const auto* tokens = json::get_object(o, "tokens")) {
    for (const auto& [role, value] : *tokens) {
      const auto* t = value.if_object();
      if (!t) continue;
      DeviceToken token;
      token.token = json::get_string_or(*t, "token", "");
      token.scopes = json::string_list(json::find(*t, "scopes"));
      token.created_at = json::get_int(*t, "createdAtMs").value_or(0);
      token.rotated_at = json::get_int(*t, "rotatedAtMs");
      token.revoked_at = json::get_int(*t, "revokedAtMs");
      token.last_used_at = json::get_int(*t, "lastUsedAtMs");
      if (!token.token.empty()) out.tokens.emplace(std::string(role), std::move(token));
    }
  }
  out.created_at = json::get_int(o, "createdAtMs").value_or(0);
  out.approved_at = json::get_int(o, "approvedAtMs").value_or(0);
  return out;
}

json::Object PendingDevice::to_json() const {
  json::Object out;
  out["requestId"] = request_id;
  for (auto& [key, value] : common(*this)) out[key] = value;
  if (silent) out["silent"] = true;
  if (is_repair) out["isRepair"] = true;
  out["ts"] = ts;
  if (!node.empty()) out["node"] = node;
  return out;
}

std::optional<PendingDevice> PendingDevice::from_json(const json::Object& o) {
  PendingDevice out;
  if (!read_common(o, out)) return std::nullopt;
  out.request_id = json::get_string_or(o, "requestId", "");
  out.silent = json::get_bool(o, "silent").value_or(false);
  out.is_repair = json::get_bool(o, "isRepair").value_or(false);
  out.ts = json::get_int(o, "ts").value_or(0);
  if (out.request_id.empty()) return std::nullopt;
  return out;
}

void DeviceBook::load_paired(const json::Object& object) {
  if (auto device = PairedDevice::from_json(object)) {
    const std::string id = device->device_id;
    paired_[id] = std::move(*device);
  }
}

void DeviceBook::load_pending(const json::Object& object) {
  if (auto request = PendingDevice::from_json(object)) {
    const std::string id = request->request_id;
    pending_[id] = std::move(*request);
  }
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
  if (it == pending_.end() || now - it->second.ts > base::kPendingPairingMs) return nullptr;
  return &it->second;
}

std::vector<const PairedDevice*> DeviceBook::paired() const {
  std::vector<const PairedDevice*> out;
  for (const auto& [id, device] : paired_) out.push_back(&device);
  std::stable_sort(out.begin(), out.end(), [](auto* a, auto* b) { return a->approved_at > b->approved_at; });
  return out;
}

std::vector<const PendingDevice*> DeviceBook::pending(std::int64_t now) const {
  std::vector<const PendingDevice*> out;
  for (const auto& [id, request] : pending_) {
    if (now - request.ts <= base::kPendingPairingMs) out.push_back(&request);
  }
  std::stable_sort(out.begin(), out.end(), [](auto* a, auto* b) { return a->ts > b->ts; });
  return out;
}

DeviceBook::Requested DeviceBook::request(PendingDevice wanted, std::int64_t now) {
  wanted.ts = now;
  wanted.is_repair = paired_.contains(wanted.device_id);
  Requested result;
  for (auto it = pending_.begin(); it != pending_.end(); ++it) {
    PendingDevice& old = it->second;
    if (old.device_id != wanted.device_id) continue;
    const bool live = now - old.ts <= base::kPendingPairingMs;
    if (live && old.public_key == wanted.public_key && old.role == wanted.role &&
        protocol::normal_form(old.scopes) == protocol::normal_form(wanted.scopes)) {
      wanted.request_id = old.request_id;
      old = wanted;
      result.request = std::move(wanted);
      return result;
    }
    if (live && old.public_key == wanted.public_key) {
      wanted.roles = protocol::merged(old.roles, wanted.roles);
      wanted.scopes = protocol::merged(old.scopes, wanted.scopes);
      wanted.silent = wanted.silent && old.silent;
    }
    result.replaced_id = old.request_id;
    pending_.erase(it);
    break;
  }
  wanted.request_id = base::uuid4();
  pending_[wanted.request_id] = wanted;
  result.request = std::move(wanted);
  result.created = true;
  return result;
}

PairedDevice& DeviceBook::admit(const PendingDevice& wanted, std::int64_t now) {
  PairedDevice& device = paired_[wanted.device_id];
  const bool same_key = device.public_key == wanted.public_key;
  if (device.device_id.empty() || !same_key) {
    device = PairedDevice{};
    device.device_id = wanted.device_id;
    device.public_key = wanted.public_key;
    device.created_at = now;
  }
  device.display_name = wanted.display_name;
  device.platform = wanted.platform;
  device.device_family = wanted.device_family;
  device.client_id = wanted.client_id;
  device.client_mode = wanted.client_mode;
  device.remote_ip = wanted.remote_ip;
  device.role = wanted.role;
  device.roles = protocol::merged(device.roles, wanted.roles.empty() ? std::vector<std::string>{wanted.role} : wanted.roles);
  device.approved_scopes = protocol::merged(device.approved_scopes, wanted.scopes);
  device.scopes = device.approved_scopes;
  if (!wanted.node.empty()) device.node = wanted.node;
  device.approved_at = now;
  DeviceToken token;
  token.token = base::random_token();
  // A node's token never carries operator scopes, whatever else the device was approved for (spec: cli 30.27).
  token.scopes = wanted.role == protocol::kRoleNode
                     ? protocol::Scopes{}
                     : protocol::normal_form(wanted.scopes.empty() ? device.approved_scopes : wanted.scopes);
  token.created_at = now;
  device.tokens[wanted.role] = std::move(token);
  return device;
}

PairedDevice* DeviceBook::approve(const std::string& request_id, std::int64_t now) {
  const PendingDevice* found = find_pending(request_id, now);
  if (!found) return nullptr;
  const PendingDevice request = *found;
  pending_.erase(request_id);
  return &admit(request, now);
}

std::optional<PendingDevice> DeviceBook::reject(const std::string& request_id, std::int64_t now) {
  const PendingDevice* found = find_pending(request_id, now);
  if (!found) return std::nullopt;
  PendingDevice request = *found;
  pending_.erase(request_id);
  return request;
}

const DeviceToken* DeviceBook::token_for(const std::string& device_id, const std::string& role,
                                         const protocol::Scopes& scopes, std::int64_t now, bool& changed) {
  changed = false;
  PairedDevice* device = edit(device_id);
  if (!device) return nullptr;
  if (!protocol::covers(role, device->approved_scopes, scopes)) return nullptr;
  const auto it = device->tokens.find(role);
  if (it != device->tokens.end() && !it->second.revoked_at &&
      (role == protocol::kRoleNode || protocol::covers(role, it->second.scopes, scopes))) {
    return &it->second;
  }
  changed = true;
  DeviceToken token;
  token.token = base::random_token();
  token.created_at = now;
  if (role != protocol::kRoleNode) token.scopes = protocol::normal_form(scopes.empty() ? device->approved_scopes : scopes);
  return &(device->tokens[role] = std::move(token));
}

bool DeviceBook::token_valid(const std::string& device_id, const std::string& role, const protocol::Scopes& scopes,
                             std::string_view presented) const {
  const PairedDevice* device = find(device_id);
  if (!device || presented.empty()) return false;
  const auto it = device->tokens.find(role);
  if (it == device->tokens.end() || it->second.revoked_at) return false;
  if (!crypto::secret_equal(it->second.token, presented)) return false;
  return protocol::covers(role, it->second.scopes, scopes);
}

}  // namespace openclaw::auth
