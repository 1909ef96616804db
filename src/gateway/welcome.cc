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

void append_snapshot(std::string& out, State& state, const protocol::Scopes& scopes) {
  out += "{\"presence\":";
  out += state.presence.json(state.clock.wall_ms());
  out += ",\"health\":";
  out += *state.health.text;
  fmt::format_to(std::back_inserter(out), R"(,"stateVersion":{{"presence":{},"health":{}}},"uptimeMs":{})", state.presence.version(),
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
    fmt::format_to(std::back_inserter(out), ",\"configPath\":{},\"stateDir\":{},\"authMode\":\"{}\"", protocol::quote(s.config_path),
                   protocol::quote(s.state_dir), s.auth.mode);
  }
  out += '}';
}

const auth::DeviceToken* live_token(const auth::PairedDevice* device, const std::string& role) {
  if (!device) return nullptr;
  const auto it = device->tokens.find(role);
  return it == device->tokens.end() || it->second.revoked_at ? nullptr : &it->second;
}

json::Object token_json(const std::string& role, const auth::DeviceToken& token) {
  json::Object out;
  out["deviceToken"] = token.token;
  out["role"] = role;
  out["scopes"] = json::strings(token.scopes);
  out["issuedAtMs"] = token.rotated_at.value_or(token.created_at);
  return out;
}

// Sent to both versions; a client of protocol 3 ignores one without a token. Its scopes are those of the token for
// protocol 3 and those of this connection for protocol 4 (protocol 4 A.6, B.8).
json::Object auth_json(const auth::PairedDevice* device, const auth::Admission& admission) {
  json::Object out;
  out["method"] = admission.method;
  out["role"] = admission.role;
  const auth::DeviceToken* token = live_token(device, admission.role);
  out["scopes"] = json::strings(token && admission.protocol < 4 ? token->scopes : admission.scopes);
  if (token) {
    out["deviceToken"] = token->token;
    out["issuedAtMs"] = token->rotated_at.value_or(token->created_at);
  }
  json::Array more;
  for (const auto& role : admission.extra_roles) {
    if (const auto* extra = live_token(device, role)) more.emplace_back(token_json(role, *extra));
  }
  if (!more.empty()) out["deviceTokens"] = std::move(more);
  return out;
}

// Who this gateway is, for clients that pin it (docs/RESUME.md; official ones ignore it).
std::string gateway_json(const State& state) {
  return fmt::format(R"({{"id":"{}","label":{}}})", state.gateway_id, protocol::quote(host_name()));
}

std::optional<ResumePoint> resume_point(const json::Object& wanted) {
  if (json::get_int(wanted, "v") != 1) return std::nullopt;
  return ResumePoint{json::get_string_or(wanted, "epoch", ""), json::get_int(wanted, "after").value_or(-1)};
}

// One client program on one device; without an id of its own a program cannot be told from its twin.
std::string resume_key(const protocol::ConnectParams& params, const auth::Admission& admission, const std::string& connection_id) {
  if (params.client.instance_id.empty()) return connection_id;
  return fmt::format("{}|{}|{}|{}", admission.device_id, admission.role, params.client.id, params.client.instance_id);
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
  session_->protocol = admission.protocol;
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

  // One buffer for the whole frame: the snapshot alone can be a hundred kilobytes.
  std::string hello;
  hello.reserve(16'384 + state_.health.text->size() + state_.presence.json(now).size());
  hello = R"({"type":"res","id":)" + protocol::quote(request_id) + R"(,"ok":true,"payload":{"type":"hello-ok","protocol":)";
  fmt::format_to(std::back_inserter(hello), R"({},"server":{{"version":"{}","connId":"{}"}},"features":)", admission.protocol,
                 base::kWireVersion, connection_id_);
  hello += features_json();
  hello += ",\"snapshot\":";
  append_snapshot(hello, state_, admission.scopes);
  const auto* device = admission.device_id.empty() ? nullptr : state_.devices.find(admission.device_id);
  hello += ",\"auth\":" + json::write(auth_json(device, admission));
  fmt::format_to(std::back_inserter(hello), R"(,"policy":{{"maxPayload":{},"maxBufferedBytes":{},"tickIntervalMs":{}}},"gateway":)",
                 base::kMaxPayload, base::kMaxBuffered, base::kTickIntervalMs);
  hello += gateway_json(state_);
  // What it missed is sent after the hello and before anything that happens later.
  const auto point = resume_point(params.resume);
  if (point) session_->resume_key = resume_key(params, admission, connection_id_);
  const bool gap = point && !state_.hub.log().covers(point->epoch, point->after);
  if (gap) hello += ",\"resume\":{\"gap\":true}";
  else if (point) hello += fmt::format(",\"resume\":{{\"v\":1,\"epoch\":\"{}\",\"newest\":{}}}", state_.hub.log().epoch(), state_.hub.log().newest());
  hello += "}}";
  socket_->send({nullptr, std::move(hello)});
  if (point) state_.hub.resume(*session_, *point);
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
