#include "client/connect_params.h"

#include "base/encoding.h"
#include "base/strings.h"
#include "base/version.h"
#include "client/target.h"
#include "protocol/scopes.h"

#include <cstdlib>

namespace openclaw::client {
namespace {

using base::ErrorKind;

constexpr char kPlatform[] = "linux";
constexpr std::int64_t kClockTolerance = 600'000;
constexpr int kDefaultTickMs = 30'000;

constexpr int kResumeVersion = 1;

GatewayName parse_gateway(const json::Object& payload) {
  const auto* gateway = json::get_object(payload, "gateway");
  if (!gateway) return {};
  return {json::get_string_or(*gateway, "id", ""), json::get_string_or(*gateway, "label", "")};
}

std::optional<ResumeOffer> parse_offer(const json::Object& payload) {
  const auto* resume = json::get_object(payload, "resume");
  if (!resume || json::get_int(*resume, "v") != kResumeVersion) return std::nullopt;
  ResumeOffer out;
  out.epoch = json::get_string_or(*resume, "epoch", "");
  out.oldest = json::get_int(*resume, "oldest").value_or(0);
  out.newest = json::get_int(*resume, "newest").value_or(0);
  if (out.epoch.empty() || out.newest < 0) return std::nullopt;
  return out;
}

json::Object auth_object(const SelectedAuth& auth) {
  json::Object out;
  if (!auth.token.empty()) out["token"] = auth.token;
  if (!auth.bootstrap_token.empty()) out["bootstrapToken"] = auth.bootstrap_token;
  if (!auth.device_token.empty()) out["deviceToken"] = auth.device_token;
  if (!auth.password.empty()) out["password"] = auth.password;
  return out;
}

json::Object device_proof(const ConnectOptions& options, const std::vector<std::string>& scopes,
                          const Challenge& challenge, const std::string& token, std::int64_t now_ms) {
  auth::SignedFields fields;
  fields.device_id = options.identity->device_id;
  fields.client_id = options.client_id;
  fields.client_mode = options.client_mode;
  fields.role = options.role;
  fields.scopes = scopes;
  fields.signed_at = std::llabs(challenge.ts - now_ms) <= kClockTolerance ? challenge.ts : now_ms;
  fields.token = token;
  fields.nonce = challenge.nonce;
  fields.platform = kPlatform;
  json::Object device;
  device["id"] = fields.device_id;
  device["publicKey"] = options.identity->public_key_text();
  device["signature"] =
      base::base64url_encode(crypto::ed25519_sign(options.identity->key, auth::signature_payload_v3(fields)));
  device["signedAt"] = fields.signed_at;
  device["nonce"] = fields.nonce;
  return device;
}

bool is_auth_detail(const std::string& code) {
  return code.starts_with("AUTH_") || code.starts_with("DEVICE_") || code.starts_with("PAIRING_") ||
         code.starts_with("CONTROL_UI_") || code == "MISSING_SCOPE";
}

}  // namespace

std::optional<Challenge> parse_challenge(const json::Value* payload) {
  const auto* object = payload ? payload->if_object() : nullptr;
  if (!object) return std::nullopt;
  Challenge out;
  out.nonce = json::get_string_or(*object, "nonce", "");
  out.ts = json::get_int(*object, "ts").value_or(0);
  if (base::trim(out.nonce).empty()) return std::nullopt;
  out.gateway = parse_gateway(*object);
  out.resume = parse_offer(*object);
  return out;
}

base::Result<> check_gateway(const ConnectOptions& options, const GatewayName& gateway) {
  if (options.gateway_id.empty() || options.gateway_id == gateway.id) return {};
  const std::string address = options.url.scheme + "://" + options.url.host_port();
  const std::string source = options.gateway_id_source.empty() ? "gateway.remote.gatewayId" : options.gateway_id_source;
  std::string found = "a gateway that does not say who it is";
  if (!gateway.id.empty()) found = "gateway " + gateway.id;
  if (!gateway.label.empty()) found += " (" + gateway.label + ")";
  return base::fail(ErrorKind::config,
                    "wrong gateway at " + address + ": expected gateway " + options.gateway_id + " (" + source +
                        "), found " + found,
                    "No credential was sent.\nFix: correct the address or the tunnel; if this is the right gateway, "
                    "set " + source + (gateway.id.empty() ? " to nothing." : " to " + gateway.id + "."));
}

std::optional<ResumePoint> resume_point(const ConnectOptions& options, const Challenge& challenge) {
  if (!challenge.resume || !(options.resumable || options.resume_after)) return std::nullopt;
  if (options.resume_after) return options.resume_after;
  return ResumePoint{challenge.resume->epoch, challenge.resume->newest};
}

AuthSources auth_sources(const ConnectOptions& options) {
  AuthSources out;
  out.token = options.token;
  out.password = options.password;
  out.bootstrap_token = options.bootstrap_token;
  out.stored_token = options.device_token;
  out.retrying = options.add_device_token;
  return out;
}

SelectedAuth selected_auth(const ConnectOptions& options) {
  return select_auth(auth_sources(options), is_trusted_endpoint(options.url, options.tls_fingerprint));
}

std::vector<std::string> requested_scopes(const ConnectOptions& options, bool uses_stored_token) {
  const auto& held = options.device_token_scopes;
  if (!uses_stored_token || held.empty() || options.role != protocol::kRoleOperator) return options.scopes;
  std::vector<std::string> out;
  for (const auto& scope : options.scopes) {
    if (protocol::covers(options.role, held, {scope})) out.push_back(scope);
  }
  return out.empty() ? held : out;
}

json::Object connect_params(const ConnectOptions& options, const Challenge& challenge, std::int64_t now_ms) {
  json::Object client;
  client["id"] = options.client_id;
  if (!options.display_name.empty()) client["displayName"] = options.display_name;
  client["version"] = base::kReferenceVersion;
  client["platform"] = kPlatform;
  client["mode"] = options.client_mode;
  if (!options.instance_id.empty()) client["instanceId"] = options.instance_id;
  json::Object params;
  params["minProtocol"] = 3;
  params["maxProtocol"] = 4;
  params["client"] = std::move(client);
  params["caps"] = json::strings(options.caps);
  if (!options.commands.empty()) params["commands"] = json::strings(options.commands);
  if (!options.permissions.empty()) params["permissions"] = options.permissions;
  if (!options.path_env.empty()) params["pathEnv"] = options.path_env;
  const SelectedAuth sent = selected_auth(options);
  const auto scopes = requested_scopes(options, sent.uses_stored);
  params["role"] = options.role;
  params["scopes"] = json::strings(scopes);
  if (json::Object auth = auth_object(sent); !auth.empty()) params["auth"] = std::move(auth);
  if (options.identity) params["device"] = device_proof(options, scopes, challenge, sent.signature_token, now_ms);
  if (const auto point = resume_point(options, challenge)) {
    json::Object resume;
    resume["v"] = kResumeVersion;
    resume["epoch"] = point->epoch;
    resume["after"] = point->eid;
    params["resume"] = std::move(resume);
  }
  return params;
}

base::Result<Hello> parse_hello(json::Value payload) {
  auto* object = payload.if_object();
  if (!object || json::get_string_or(*object, "type", "") != "hello-ok") {
    return base::fail(ErrorKind::invalid, "the gateway answered connect with something other than hello-ok");
  }
  Hello hello;
  hello.protocol = static_cast<int>(json::get_int(*object, "protocol").value_or(0));
  if (hello.protocol < 3 || hello.protocol > 4) {
    return base::fail(ErrorKind::invalid,
                      fmt::format("the gateway chose protocol {}, which was not offered", hello.protocol));
  }
  if (const auto* auth = json::get_object(*object, "auth"))
    hello.device_token = json::get_string(*auth, "deviceToken");
  hello.gateway = parse_gateway(*object);
  if (const auto* resume = json::get_object(*object, "resume")) {
    hello.resume_gap = json::get_bool(*resume, "gap").value_or(false);
  }
  hello.payload = std::move(*object);
  return hello;
}

int tick_interval_ms(const Hello& hello) {
  const auto* policy = json::get_object(hello.payload, "policy");
  const auto tick = policy ? json::get_int(*policy, "tickIntervalMs") : std::nullopt;
  return tick && *tick >= 1000 && *tick <= 600'000 ? static_cast<int>(*tick) : kDefaultTickMs;
}

LinkFailure open_failure(base::Error error, int timeout_ms) {
  LinkFailure failure;
  if (error.kind == ErrorKind::timeout) {
    failure = timeout_failure(timeout_ms);
    failure.error.hint = error.message;
    return failure;
  }
  failure.error = std::move(error);
  if (!failure.error.message.starts_with("gateway unreachable")) {
    failure.error = std::move(failure.error).within("gateway unreachable");
  }
  return failure;
}

LinkFailure timeout_failure(int timeout_ms) {
  return LinkFailure{
      base::Error{ErrorKind::timeout, fmt::format("gateway timeout after {}ms", timeout_ms), {}, 0},
      {},
      0,
      {}};
}

LinkFailure refusal_failure(protocol::WireError refusal) {
  LinkFailure failure;
  failure.error = protocol::to_error(refusal);
  failure.refusal = std::move(refusal);
  if (is_auth_detail(failure.detail_code())) failure.error.kind = ErrorKind::auth;
  return failure;
}

LinkFailure closed_failure(int code, const std::string& reason, bool established) {
  LinkFailure failure;
  failure.error.kind = established ? ErrorKind::closed : ErrorKind::unreachable;
  if (code == 1008)
    failure.error.kind = ErrorKind::auth;  // policy: what the gateway says to credentials it refuses
  failure.error.message = closed_text(code, reason);
  failure.error.code = code;
  failure.close_code = code;
  failure.close_reason = reason;
  return failure;
}

}  // namespace openclaw::client
