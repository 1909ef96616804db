#include "base/strings.h"
#include "client/connect.h"
#include "client/connect_params.h"
#include "client/select_auth.h"
#include "client/target.h"
#include "protocol/method_scopes.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

struct Scene {
  base::Env env;
  json::Value config;
  client::CallSettings settings;
  client::TargetRequest request;

  explicit Scene(const json::Object& in) : env(env_of(in)), config(config_of(in)) {
    settings.env = &env;
    settings.config = &config;
    settings.config_path = "/cfg/openclaw.json";
    settings.url = text_of(in, "url");
    settings.token = text_of(in, "token");
    settings.password = text_of(in, "password");
    settings.tls_fingerprint = text_of(in, "tlsFingerprint");
    request.url = settings.url;
    request.tls_fingerprint = settings.tls_fingerprint;
    request.env = &env;
    request.config = &config;
    request.config_path = settings.config_path;
    request.local_cert_fingerprint = text_of(in, "localCertFingerprint");
  }
  Scene(const Scene&) = delete;
};

Outcome refusal(const base::Error& error) {
  json::Object out;
  out["ok"] = false;
  out["error"] = error.message + "\n" + error.hint;
  return got(std::move(out));
}

Outcome call(const json::Object& in) {
  const Scene scene(in);
  const client::Target target = client::pick_target(scene.request);
  const auto url = client::checked_url(target);
  if (!url) return refusal(url.error());
  const auto credentials = client::credentials_of(scene.settings, target);
  if (!credentials) return refusal(credentials.error());
  json::Object out;
  out["ok"] = true;
  out["url"] = target.url;
  out["token"] = text_or_null(credentials->token);
  out["password"] = text_or_null(credentials->password);
  out["tlsFingerprint"] = text_or_null(target.tls_fingerprint);
  return got(std::move(out));
}

Outcome details(const json::Object& in) {
  const Scene scene(in);
  const client::Target target = client::pick_target(scene.request);
  const auto url = client::checked_overview_url(target);
  if (!url) return refusal(url.error());
  json::Object out;
  out["ok"] = true;
  out["url"] = target.url;
  out["urlSource"] = target.source;
  out["bindDetail"] = target.bind.empty() ? json::Value(nullptr) : json::Value("Bind: " + target.bind);
  out["remoteFallbackNote"] = text_or_null(target.warning);
  return got(std::move(out));
}

Outcome details_message(const json::Object& in) {
  const Scene scene(in);
  json::Object out;
  out["ok"] = true;
  out["message"] = client::connection_details(client::pick_target(scene.request));
  return got(std::move(out));
}

// What a command prints: the failure, and below it where it was aimed at.
Outcome shown(const client::LinkFailure& failure, const json::Object& in) {
  return got(one("text", json::Value(failure.error.message + "\n" + text_of(in, "details"))));
}

Outcome close_error(const json::Object& in) {
  const int code = static_cast<int>(json::get_int(in, "code").value_or(0));
  return shown(client::closed_failure(code, text_of(in, "reason"), true), in);
}

Outcome timeout_error(const json::Object& in) {
  return shown(client::timeout_failure(static_cast<int>(json::get_int(in, "timeoutMs").value_or(0))), in);
}

Outcome call_timeout(const json::Object& in) {
  const std::int64_t given = json::get_int(in, "timeoutMs").value_or(0);
  json::Object out;
  out["timeoutMs"] = given;
  out["safeTimerTimeoutMs"] = client::timer_ms(given);
  return got(std::move(out));
}

// Scopes that a caller inside the program asks for; the command line always asks for the five.
Outcome scopes(const json::Object& in) {
  std::optional<protocol::Scopes> given;
  if (json::find(in, "scopes")) given = list_of(in, "scopes");
  json::Object out;
  out["ok"] = true;
  out["scopes"] = json::strings(protocol::scopes_for_call(text_of(in, "method"), given));
  return got(std::move(out));
}

const Area kArea("url-override", {{"call", call},
                                  {"scopes", scopes},
                                  {"details", details},
                                  {"details_message", details_message},
                                  {"close_error", close_error},
                                  {"timeout_error", timeout_error},
                                  {"call_timeout", call_timeout}});

}  // namespace
}  // namespace openclaw::vectors
