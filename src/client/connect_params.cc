#include "client/connect_params.h"

#include "base/encoding.h"
#include "base/strings.h"
#include "base/version.h"
#include "client/target.h"

#include <cstdlib>

namespace openclaw::client {
namespace {

using base::ErrorKind;

constexpr char kPlatform[] = "linux";
constexpr std::int64_t kClockTolerance = 600'000;
constexpr int kDefaultTickMs = 30'000;

struct SentAuth {
  json::Object object;
  std::string signed_token;
};

// Shared credentials as given; without any, the stored device token in both fields (OpenClaw protocol 5.10).
SentAuth sent_auth(const ConnectOptions& options) {
  SentAuth out;
  const bool shared = !options.token.empty() || !options.password.empty();
  if (!options.token.empty()) {
    out.object["token"] = options.token;
    out.signed_token = options.token;
  }
  if (!options.password.empty()) out.object["password"] = options.password;
  if (!options.device_token.empty() && (!shared || options.add_device_token)) {
    if (!shared) out.object["token"] = options.device_token;
    out.object["deviceToken"] = options.device_token;
    if (out.signed_token.empty()) out.signed_token = options.device_token;
  }
  return out;
}

json::Object device_proof(const ConnectOptions& options, const Challenge& challenge, const std::string& token,
                          std::int64_t now_ms) {
  auth::SignedFields fields;
  fields.device_id = options.identity->device_id;
  fields.client_id = options.client_id;
  fields.client_mode = options.client_mode;
  fields.role = options.role;
  fields.scopes = options.scopes;
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
  return out;
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
  params["role"] = options.role;
  params["scopes"] = json::strings(options.scopes);
  SentAuth sent = sent_auth(options);
  if (!sent.object.empty()) params["auth"] = std::move(sent.object);
  if (options.identity) params["device"] = device_proof(options, challenge, sent.signed_token, now_ms);
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
