#include "protocol/connect.h"

#include "base/strings.h"

#include <array>
#include <span>

namespace openclaw::protocol {
namespace {

constexpr std::string_view kClientIds[] = {
    "webchat-ui", "openclaw-control-ui", "openclaw-tui", "webchat", "cli", "gateway-client", "openclaw-macos",
    "openclaw-ios", "openclaw-android", "node-host", "test", "fingerprint", "openclaw-probe",
    // protocol 4
    "openclaw-browser-copilot", "openclaw-linux", "openclaw-watchos", "openclaw-worker"};
constexpr std::string_view kClientModes[] = {"webchat", "cli",   "ui",   "backend",
                                             "node",    "probe", "test", "worker"};

constexpr Field opt_name(std::string_view name, std::int32_t max) {
  return {.name = name, .type = Type::string, .min_length = 1, .max_length = max};
}

// Of each table the first entries are protocol 3, the rest came with 4.
constexpr Field kClient[] = {
    {.name = "id", .type = Type::string, .required = true, .one_of = kClientIds},
    opt_str("displayName"),
    req_str("version"),
    req_str("platform"),
    opt_str("deviceFamily"),
    opt_str("modelIdentifier"),
    {.name = "mode", .type = Type::string, .required = true, .one_of = kClientModes},
    opt_str("instanceId"),
    opt_name("buildId", 96),
    opt_name("timeZone", 64),
};
constexpr Field kDevice[] = {
    req_str("id"), req_str("publicKey"), req_str("signature"), req_int("signedAt", 0), req_str("nonce"),
};
constexpr Field kAuth[] = {
    opt_text("token"),    opt_text("bootstrapToken"),       opt_text("deviceToken"),
    opt_text("password"), opt_text("approvalRuntimeToken"), opt_text("agentRuntimeIdentityToken")};
constexpr std::size_t kClientFields3 = 8, kAuthFields3 = 4, kFields3 = 14;

constexpr std::array<Field, 17> connect_fields(std::span<const Field> client, std::span<const Field> auth) {
  return {
      req_int("minProtocol", 1),
      req_int("maxProtocol", 1),
      {.name = "client", .type = Type::object, .required = true, .fields = client},
      opt_list("caps", &kNonEmptyItem),
      opt_list("commands", &kNonEmptyItem),
      {.name = "permissions", .type = Type::map, .item = &kBooleanItem},
      opt_text("pathEnv"),
      opt_str("role"),
      opt_list("scopes", &kNonEmptyItem),
      {.name = "device", .type = Type::object, .fields = kDevice},
      {.name = "auth", .type = Type::object, .fields = auth},
      opt_text("locale"),
      opt_text("userAgent"),
      opt_any("resume"),  // ours: sent only to a gateway whose challenge offers it
      opt_any("computerUse"),
      opt_any("workerRuns"),
      opt_any("modelCatalog"),
  };
}
constexpr auto kConnect3 =
    connect_fields(std::span(kClient).first(kClientFields3), std::span(kAuth).first(kAuthFields3));
constexpr auto kConnect4 = connect_fields(kClient, kAuth);
constexpr Schema kSchema3{std::span(kConnect3).first(kFields3)};
constexpr Schema kSchema4{kConnect4};

std::string non_blank(const json::Object& object, std::string_view key) {
  return std::string(base::trim(json::get_string_or(object, key, "")));
}

}  // namespace

std::optional<int> negotiate(int min, int max) {
  if (min > max) return std::nullopt;
  if (min <= 4 && max >= 4) return 4;
  if (min <= 3 && max >= 3) return 3;
  return std::nullopt;
}

const Schema& connect_schema(int protocol) { return protocol >= 4 ? kSchema4 : kSchema3; }

ConnectCheck check_connect(json::Value& value) {
  ConnectCheck out;
  const auto* object = value.if_object();
  const bool lenient = object && json::get_int(*object, "maxProtocol").value_or(0) >= 4;
  if (lenient) out.ignored = drop_unknown(kSchema4, value);
  out.problem = validate(connect_schema(lenient ? 4 : 3), value, lenient ? 4 : 3);
  return out;
}

ConnectParams read_connect(const json::Value& value) {
  const json::Object& o = value.get_object();
  ConnectParams out;
  out.min_protocol =
      static_cast<int>(std::min<std::int64_t>(json::get_int(o, "minProtocol").value_or(0), 1'000'000));
  out.max_protocol =
      static_cast<int>(std::min<std::int64_t>(json::get_int(o, "maxProtocol").value_or(0), 1'000'000));
  const json::Object& c = *json::get_object(o, "client");
  out.client.id = json::get_string_or(c, "id", "");
  out.client.version = json::get_string_or(c, "version", "");
  out.client.platform = json::get_string_or(c, "platform", "");
  out.client.mode = json::get_string_or(c, "mode", "");
  out.client.display_name = json::get_string_or(c, "displayName", "");
  out.client.device_family = json::get_string_or(c, "deviceFamily", "");
  out.client.model_identifier = json::get_string_or(c, "modelIdentifier", "");
  out.client.instance_id = json::get_string_or(c, "instanceId", "");
  out.caps = json::string_list(json::find(o, "caps"));
  out.commands = json::string_list(json::find(o, "commands"));
  if (const auto* permissions = json::get_object(o, "permissions")) out.permissions = *permissions;
  out.path_env = json::get_string_or(o, "pathEnv", "");
  out.role = json::get_string_or(o, "role", kRoleOperator);
  out.scopes = json::string_list(json::find(o, "scopes"));
  if (const auto* resume = json::get_object(o, "resume")) out.resume = *resume;
  if (const auto* d = json::get_object(o, "device")) {
    out.device = DeviceProof{json::get_string_or(*d, "id", ""), json::get_string_or(*d, "publicKey", ""),
                             json::get_string_or(*d, "signature", ""), json::get_string_or(*d, "nonce", ""),
                             json::get_int(*d, "signedAt").value_or(0)};
  }
  if (const auto* a = json::get_object(o, "auth")) {
    out.token = non_blank(*a, "token");
    out.device_token = non_blank(*a, "deviceToken");
    out.bootstrap_token = non_blank(*a, "bootstrapToken");
    out.password = non_blank(*a, "password");
    for (const char* key : {"token", "deviceToken", "bootstrapToken"}) {
      if (auto text = json::get_string(*a, key)) {
        out.signed_token = *text;
        break;
      }
    }
  }
  return out;
}

json::Object write_connect(const ConnectParams& p) {
  json::Object client;
  client["id"] = p.client.id;
  if (!p.client.display_name.empty()) client["displayName"] = p.client.display_name;
  client["version"] = p.client.version;
  client["platform"] = p.client.platform;
  if (!p.client.device_family.empty()) client["deviceFamily"] = p.client.device_family;
  client["mode"] = p.client.mode;
  if (!p.client.instance_id.empty()) client["instanceId"] = p.client.instance_id;
  json::Object out;
  out["minProtocol"] = p.min_protocol;
  out["maxProtocol"] = p.max_protocol;
  out["client"] = std::move(client);
  out["caps"] = json::strings(p.caps);
  if (!p.commands.empty()) out["commands"] = json::strings(p.commands);
  if (!p.permissions.empty()) out["permissions"] = p.permissions;
  if (!p.path_env.empty()) out["pathEnv"] = p.path_env;
  json::Object auth;
  if (!p.token.empty()) auth["token"] = p.token;
  if (!p.bootstrap_token.empty()) auth["bootstrapToken"] = p.bootstrap_token;
  if (!p.device_token.empty()) auth["deviceToken"] = p.device_token;
  if (!p.password.empty()) auth["password"] = p.password;
  if (!auth.empty()) out["auth"] = std::move(auth);
  out["role"] = p.role;
  out["scopes"] = json::strings(p.scopes);
  if (!p.resume.empty()) out["resume"] = p.resume;
  if (p.device) {
    json::Object device;
    device["id"] = p.device->id;
    device["publicKey"] = p.device->public_key;
    device["signature"] = p.device->signature;
    device["signedAt"] = p.device->signed_at;
    device["nonce"] = p.device->nonce;
    out["device"] = std::move(device);
  }
  return out;
}

}  // namespace openclaw::protocol
