#include "auth/setup_code.h"

#include "auth/tailscale_identity.h"
#include "base/random.h"
#include "config/config.h"
#include "interfaces.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

Outcome encode(const json::Object& in) {
  return got(one("code", json::Value(auth::encode_setup_payload(in.at("payload").as_object()))));
}

bool token_format(const std::string& code) {
  const auto decoded = auth::decode_setup_code(code);
  if (!decoded || decoded->bootstrap_token.size() != 43) return false;
  return decoded->bootstrap_token.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos;
}

Outcome resolve_setup(const json::Object& in) {
  const base::Env env = env_of(in);
  const json::Value config = config_of(in);
  auth::SetupRequest request;
  request.env = &env;
  request.config = &config;
  request.port = config::gateway_port(config, env);
  request.public_url = text_of(in, "publicUrl");
  request.prefer_remote_url = flag_of(in, "preferRemoteUrl");
  request.force_secure = flag_of(in, "forceSecure");
  request.interfaces = interfaces_of(in);
  if (const auto* status = json::find(in, "tailscaleStatus"))
    request.tailnet_host = auth::parse_tailnet_host(json::write(*status));
  request.resolve = [&env](const auth::SecretRef& ref) {
    return ref.source == "env" ? env.non_blank(ref.id) : std::nullopt;
  };
  const auto target = auth::resolve_setup(request);
  json::Object out;
  out["ok"] = target.has_value();
  if (!target) {
    out["error"] = target.error().message;
    return got(std::move(out));
  }
  out["url"] = target->url;
  out["tokenFormat"] = token_format(auth::encode_setup_code({target->url, base::random_token()}));
  out["authLabel"] = target->auth_label;
  out["urlSource"] = target->url_source;
  return got(std::move(out));
}

const Area kArea("setup-code", {{"encode", encode}, {"resolve_setup", resolve_setup}});

}  // namespace
}  // namespace openclaw::vectors
