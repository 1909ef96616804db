#include "auth/credentials.h"

#include "auth/server_auth.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

Outcome refused(std::string text) {
  json::Object out;
  out["ok"] = false;
  out["error"] = std::move(text);
  return got(std::move(out));
}

Outcome outcome(const base::Result<auth::Credentials>& found, bool with_warning) {
  if (!found) return refused(found.error().message + "\n" + found.error().hint);
  json::Object out;
  out["ok"] = true;
  out["token"] = text_or_null(found->token);
  out["password"] = text_or_null(found->password);
  if (with_warning) out["warning"] = text_or_null(found->warning);
  return got(std::move(out));
}

// What the operations share. References are resolved from the case's environment.
struct Scene {
  base::Env env;
  json::Value config;
  auth::CredentialRequest request;

  Scene(const json::Object& in, auth::Surface surface) : env(env_of(in)), config(config_of(in)) {
    request.surface = surface;
    request.env = &env;
    request.config = &config;
    request.config_path = "/cfg/openclaw.json";
    request.resolve = [this](const auth::SecretRef& wanted) { return env.non_blank(wanted.id); };
    if (const auto* given = json::get_object(in, "explicit")) {
      request.token = text_of(*given, "token");
      request.password = text_of(*given, "password");
    }
    if (json::find(in, "token")) request.token = text_of(in, "token");
    if (json::find(in, "password")) request.password = text_of(in, "password");
    if (const auto mode = json::get_string(in, "mode")) request.remote_mode = *mode == "remote";
  }
  Scene(const Scene&) = delete;
};

Outcome select(const json::Object& in) {
  const json::Object none;
  const auto* given = json::get_object(in, "options");
  const json::Object& options = given ? *given : none;
  if (json::find(options, "remoteTokenPrecedence") || json::find(options, "remotePasswordPrecedence")) {
    return skipped("no command has this order of precedence");
  }
  // "Remote only" is the rule of probes, which warn where the bare selection refuses.
  const bool strict = text_of(options, "remoteTokenFallback") == "remote-only";
  Scene scene(in, strict ? auth::Surface::probe : auth::Surface::call);
  scene.request.resolve = nullptr;
  if (text_of(in, "urlOverrideSource") == "env") scene.request.url_override = auth::UrlOverride::env;
  const auto found = auth::credential_ladder(scene.request);
  if (found && !found->warning.empty()) return refused(found->warning);
  return outcome(found, false);
}

Outcome call(const json::Object& in) {
  const Scene scene(in, auth::Surface::call);
  return outcome(auth::select_credentials(scene.request), false);
}

Outcome probe(const json::Object& in) {
  const Scene scene(in, auth::Surface::probe);
  return outcome(auth::select_credentials(scene.request), true);
}

Outcome node_host(const json::Object& in) {
  const Scene scene(in, auth::Surface::node_host);
  return outcome(auth::select_credentials(scene.request), false);
}

std::optional<std::string> text_in(const json::Object* object, std::string_view key) {
  return object ? json::get_string(*object, key) : std::nullopt;
}

// Two plain sources: the gateway asks the configuration first, its clients the environment.
Outcome values(const json::Object& in) {
  const base::Env env = env_of(in);
  json::Object out;
  out["ok"] = true;
  if (text_of(in, "tokenPrecedence") == "config-first") {
    auth::ServerAuthInput input;
    input.config_token = json::get_string(in, "configToken");
    input.config_password = json::get_string(in, "configPassword");
    const auto found = auth::select_server_auth(input, env);
    out["token"] = text_or_null(found.token);
    out["password"] = text_or_null(found.password);
    return got(std::move(out));
  }
  json::Object secrets, gateway;
  secrets["token"] = text_of(in, "configToken");
  secrets["password"] = text_of(in, "configPassword");
  gateway["auth"] = std::move(secrets);
  const json::Value config = one("gateway", std::move(gateway));
  auth::CredentialRequest request;
  request.env = &env;
  request.config = &config;
  return outcome(auth::select_credentials(request), false);
}

Outcome server(const json::Object& in) {
  const auto* configured = json::get_object(in, "auth");
  const auto* flags = json::get_object(in, "override");
  json::Object gateway, tailscale;
  gateway["auth"] = configured ? *configured : json::Object();
  if (const auto mode = json::get_string(in, "tailscaleMode")) tailscale["mode"] = *mode;
  gateway["tailscale"] = std::move(tailscale);
  auth::ServerAuthInput input;
  input.config_mode = text_in(configured, "mode");
  input.config_token = text_in(configured, "token");
  input.config_password = text_in(configured, "password");
  input.flag_mode = text_in(flags, "mode");
  input.flag_token = text_in(flags, "token");
  input.flag_password = text_in(flags, "password");
  input.extras = auth::read_auth_extras(one("gateway", std::move(gateway)));
  const auto found = auth::select_server_auth(input, env_of(in));
  json::Object out;
  out["ok"] = true;
  out["mode"] = found.mode;
  out["modeSource"] = found.mode_source;
  out["token"] = text_or_null(found.token);
  out["password"] = text_or_null(found.password);
  out["allowTailscale"] = found.allow_tailscale;
  return got(std::move(out));
}

const Area kArea("credentials", {{"select", select},
                                 {"call", call},
                                 {"probe", probe},
                                 {"node_host", node_host},
                                 {"values", values},
                                 {"server", server}});

}  // namespace
}  // namespace openclaw::vectors
