// The second half of the handshake: hello-ok, presence, and the node's entry in the registry.
#include "base/limits.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/version.h"
#include "gateway/connection.h"
#include "protocol/frame.h"
#include "session/keys.h"
#include "store/records.h"

namespace openclaw::gateway {
namespace {

const std::string& features_json() {
  static const std::string text = [] {
    json::Array methods, events;
    for (const auto& row : protocol::methods()) {
      if (row.advertised) methods.emplace_back(row.name);
    }
    for (const auto& row : protocol::events()) events.emplace_back(row.name);
    json::Object out;
    out["methods"] = std::move(methods);
    out["events"] = std::move(events);
    return json::write(out);
  }();
  return text;
}

std::string snapshot_json(State& state, const protocol::Scopes& scopes) {
  std::string out = fmt::format(R"({{"presence":{},"health":{},"stateVersion":{{"presence":{},"health":{}}},"uptimeMs":{})",
                                state.presence.json(state.clock.wall_ms()), *state.health.text, state.presence.version(),
                                state.health.version, state.clock.steady_ms() - state.started_at);
  const auto& s = state.settings;
  const session::KeySettings keys{s.default_agent, s.main_key, s.session_scope == "global"};
  json::Object defaults;
  defaults["defaultAgentId"] = s.default_agent;
  defaults["mainKey"] = s.main_key;
  defaults["mainSessionKey"] = session::main_session_key(s.default_agent, keys);
  defaults["scope"] = s.session_scope;
  out += ",\"sessionDefaults\":" + json::write(defaults);
  if (protocol::has(scopes, protocol::kAdmin)) {
    out += fmt::format(",\"configPath\":{},\"stateDir\":{},\"authMode\":\"{}\"", protocol::quote(s.config_path),
                       protocol::quote(s.state_dir), s.auth.mode);
  }
  out += '}';
  return out;
}

std::string auth_json(const auth::PairedDevice& device, const std::string& role) {
  const auto it = device.tokens.find(role);
  if (it == device.tokens.end() || it->second.revoked_at) return {};
  json::Object out;
  out["deviceToken"] = it->second.token;
  out["role"] = role;
  out["scopes"] = json::strings(it->second.scopes);
  out["issuedAtMs"] = it->second.rotated_at.value_or(it->second.created_at);
  return json::write(out);
}

}  // namespace

void Connection::welcome(const std::string& request_id, const protocol::ConnectParams& params, const auth::Admission& admission) {
  const std::int64_t now = state_.clock.wall_ms();
  phase_ = Phase::ready;
  leave_preauth();
  upgrade_->timer.cancel();
  upgrade_.reset();
  socket_->set_max_message(base::kMaxPayload);

  session_ = std::make_shared<Session>();
  session_->connection_id = connection_id_;
  session_->socket = socket_;
  session_->client = params.client;
  session_->role = admission.role;
  session_->scopes = admission.scopes;
  session_->device_id = admission.device_id;
  if (!remote_is_local_) session_->remote_ip = remote_ip_;
  session_->tool_events = protocol::has(params.caps, "tool-events");
  session_->connected_at = now;
  caller_.connection_id = connection_id_;
  caller_.device_id = admission.device_id;
  caller_.role = admission.role;
  caller_.client = params.client;
  caller_.scopes = admission.scopes;
  caller_.tool_events = session_->tool_events;

  if (params.client.mode != "cli") {
    presence_key_ = base::lower_ascii(!admission.device_id.empty()           ? admission.device_id
                                      : !params.client.instance_id.empty() ? params.client.instance_id
                                                                           : connection_id_);
    session::PresenceEntry entry;
    entry.host = params.client.display_name.empty() ? params.client.id : params.client.display_name;
    if (!remote_is_local_) entry.ip = remote_ip_;
    entry.version = params.client.version;
    entry.platform = params.client.platform;
    entry.device_family = params.client.device_family;
    entry.model_identifier = params.client.model_identifier;
    entry.mode = params.client.mode;
    entry.device_id = admission.device_id;
    entry.instance_id = admission.device_id.empty() ? params.client.instance_id : admission.device_id;
    entry.roles = {admission.role};
    entry.scopes = admission.scopes;
    entry.text = "Node: " + entry.host + " · mode " + entry.mode;
    state_.presence.connected(presence_key_, std::move(entry), now);
  }

  std::string payload = fmt::format(
      R"({{"type":"hello-ok","protocol":{},"server":{{"version":"{}","connId":"{}"}},"features":{},"snapshot":{})",
      admission.protocol, base::kWireVersion, connection_id_, features_json(), snapshot_json(state_, admission.scopes));
  if (const auto* device = admission.device_id.empty() ? nullptr : state_.devices.find(admission.device_id)) {
    if (const std::string text = auth_json(*device, admission.role); !text.empty()) payload += ",\"auth\":" + text;
  }
  payload += fmt::format(R"(,"policy":{{"maxPayload":{},"maxBufferedBytes":{},"tickIntervalMs":{}}}}})", base::kMaxPayload,
                         base::kMaxBuffered, base::kTickIntervalMs);
  socket_->send({nullptr, protocol::response_text(request_id, payload)});
  state_.hub.add(session_);
  base::log_debug("gateway", fmt::format("{} ({}) connected as {} by {}", params.client.id, params.client.mode, admission.role, admission.method));
  if (admission.role == protocol::kRoleNode) join_nodes(params);
  refresh_health(state_);
}

void Connection::join_nodes(const protocol::ConnectParams& params) {
  const std::string platform = nodes::platform_of(params.client.platform, params.client.device_family);
  nodes::LiveNode node;
  node.node_id = session_->device_id;
  node.connection_id = connection_id_;
  node.display_name = params.client.display_name;
  node.platform = params.client.platform;
  node.version = params.client.version;
  node.client_id = params.client.id;
  node.client_mode = params.client.mode;
  node.device_family = params.client.device_family;
  node.model_identifier = params.client.model_identifier;
  node.remote_ip = session_->remote_ip;
  node.path_env = params.path_env;
  node.caps = params.caps;
  node.declared = params.commands;
  node.commands = state_.settings.node_policy.filter(platform, params.commands);
  node.permissions = params.permissions;
  node.connected_at = session_->connected_at;
  node.send = [weak = std::weak_ptr<Session>(session_)](std::string_view event, const json::Object& payload) {
    if (auto session = weak.lock()) Hub::send_to(*session, event, json::write(payload));
  };
  if (auto* device = state_.devices.edit(session_->device_id)) {
    if (!node.display_name.empty() && json::get_string_or(device->node, "renamed", "").empty()) device->display_name = node.display_name;
    device->node["version"] = node.version;
    device->node["caps"] = json::strings(node.caps);
    device->node["commands"] = json::strings(params.commands);
    device->node["pathEnv"] = node.path_env;
    device->node["lastConnectedAtMs"] = node.connected_at;
    if (!node.permissions.empty()) device->node["permissions"] = node.permissions;
    // What a node last declared may be a moment late on disk; nothing waits for it.
    auto store_later = [](std::shared_ptr<Connection> self, std::string id) -> base::Task<void> {
      auto written = co_await self->store_device(id);
      if (!written) base::log_warn("gateway", "node record not stored: " + written.error().message);
    };
    base::spawn(state_.loop, store_later(shared_from_this(), session_->device_id), "store node");
  }
  state_.nodes.add(std::move(node));
  Hub::send_to(*session_, "voicewake.changed", R"({"triggers":["openclaw","claude","computer"]})");
  base::log_info("node", fmt::format("{} connected ({})", params.client.display_name.empty() ? params.client.id : params.client.display_name,
                                     session_->device_id.substr(0, 12)));
}

}  // namespace openclaw::gateway
