// How devices and requests are stored and listed.
#include "auth/devices.h"

namespace openclaw::auth {
namespace {

void put_text(json::Object& object, std::string_view key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

json::Object common(const auto& device, bool with_scopes) {
  json::Object out;
  out["deviceId"] = device.device_id;
  put_text(out, "publicKey", device.public_key);
  put_text(out, "displayName", device.display_name);
  put_text(out, "platform", device.platform);
  put_text(out, "deviceFamily", device.device_family);
  put_text(out, "clientId", device.client_id);
  put_text(out, "clientMode", device.client_mode);
  put_text(out, "role", device.role);
  if (!device.roles.empty()) out["roles"] = json::strings(device.roles);
  if (with_scopes) out["scopes"] = json::strings(device.scopes);
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
  return !device.device_id.empty();
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

std::optional<DeviceToken> read_token(const json::Value& value) {
  const auto* t = value.if_object();
  if (!t) return std::nullopt;
  DeviceToken token;
  token.token = json::get_string_or(*t, "token", "");
  token.scopes = json::string_list(json::find(*t, "scopes"));
  token.created_at = json::get_int(*t, "createdAtMs").value_or(0);
  token.rotated_at = json::get_int(*t, "rotatedAtMs");
  token.revoked_at = json::get_int(*t, "revokedAtMs");
  token.last_used_at = json::get_int(*t, "lastUsedAtMs");
  if (token.token.empty()) return std::nullopt;
  return token;
}

json::Object approval_json(const NodeApproval& approval) {
  json::Object out;
  out["token"] = approval.token;
  out["commands"] = json::strings(approval.commands);
  out["createdAtMs"] = approval.created_at;
  out["approvedAtMs"] = approval.approved_at;
  return out;
}

NodeApproval read_approval(const json::Object& o) {
  NodeApproval out;
  out.token = json::get_string_or(o, "token", "");
  out.commands = json::string_list(json::find(o, "commands"));
  out.created_at = json::get_int(o, "createdAtMs").value_or(0);
  out.approved_at = json::get_int(o, "approvedAtMs").value_or(0);
  return out;
}

}  // namespace

json::Object PairedDevice::to_json() const {
  json::Object out = common(*this, true);
  out["approvedScopes"] = json::strings(approved_scopes);
  json::Object all;
  for (const auto& [role_name, token] : tokens) all[role_name] = token_json(role_name, token, true);
  out["tokens"] = std::move(all);
  out["createdAtMs"] = created_at;
  out["approvedAtMs"] = approved_at;
  if (!node.empty()) out["node"] = node;
  if (approval)
    out["approval"] = approval_json(*approval);
  else if (protocol::has(roles, protocol::kRoleNode))
    out["approval"] = nullptr;
  return out;
}

json::Object PairedDevice::to_public_json() const {
  json::Object out = common(*this, true);
  out["createdAtMs"] = created_at;
  out["approvedAtMs"] = approved_at;
  json::Array list;
  for (const auto& [role_name, token] : tokens) list.emplace_back(token_json(role_name, token, false));
  if (!list.empty()) out["tokens"] = std::move(list);
  return out;
}

std::optional<PairedDevice> PairedDevice::from_json(const json::Object& o) {
  PairedDevice out;
  if (!read_common(o, out)) return std::nullopt;
  out.approved_scopes = json::string_list(json::find(o, "approvedScopes"));
  if (out.approved_scopes.empty()) out.approved_scopes = out.scopes;
  if (const auto* tokens = json::get_object(o, "tokens")) {
    for (const auto& [role, value] : *tokens) {
      if (auto token = read_token(value)) out.tokens.emplace(std::string(role), std::move(*token));
    }
  }
  out.created_at = json::get_int(o, "createdAtMs").value_or(0);
  out.approved_at = json::get_int(o, "approvedAtMs").value_or(0);
  if (const auto* approval = json::get_object(o, "approval")) {
    out.approval = read_approval(*approval);
  } else if (!o.contains("approval") && !out.node.empty() && protocol::has(out.roles, protocol::kRoleNode)) {
    // Written by a version of ours that approved a node with everything it declared.
    out.approval = NodeApproval{
        {}, json::string_list(json::find(out.node, "commands")), out.created_at, out.approved_at};
  }
  if (out.public_key.empty() && !out.approval) return std::nullopt;
  return out;
}

json::Object PendingDevice::to_json() const {
  json::Object out = to_public_json();
  if (commands_only) out["commandsOnly"] = true;
  if (!node.empty()) out["node"] = node;
  return out;
}

json::Object PendingDevice::to_public_json() const {
  json::Object out;
  out["requestId"] = request_id;
  for (auto& [key, value] : common(*this, has_scopes)) out[key] = value;
  out["silent"] = silent;
  out["isRepair"] = is_repair;
  out["ts"] = ts;
  return out;
}

std::optional<PendingDevice> PendingDevice::from_json(const json::Object& o) {
  PendingDevice out;
  if (!read_common(o, out)) return std::nullopt;
  out.request_id = json::get_string_or(o, "requestId", "");
  out.has_scopes = json::get_array(o, "scopes") != nullptr;
  out.silent = json::get_bool(o, "silent").value_or(false);
  out.is_repair = json::get_bool(o, "isRepair").value_or(false);
  out.commands_only = json::get_bool(o, "commandsOnly").value_or(false);
  out.ts = json::get_int(o, "ts").value_or(0);
  if (out.request_id.empty()) return std::nullopt;
  return out;
}

}  // namespace openclaw::auth
