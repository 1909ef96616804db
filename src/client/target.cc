#include "client/target.h"

#include "base/strings.h"
#include "config/config.h"

namespace openclaw::client {
namespace {

std::string config_text(const json::Value* config, std::string_view path) {
  const json::Value* value = config ? json::find_path(*config, path) : nullptr;
  if (!value || !value->is_string()) return {};
  const auto& text = value->get_string();
  return std::string(base::trim(std::string_view(text.data(), text.size())));
}

Target local_target(const TargetRequest& request, Target target) {
  const json::Value* tls = request.config ? json::find_path(*request.config, "gateway.tls.enabled") : nullptr;
  const bool secure = tls && tls->is_bool() && tls->get_bool();
  target.url =
      fmt::format("{}://127.0.0.1:{}", secure ? "wss" : "ws", gateway_port(request.env, request.config));
  target.source = "local loopback";
  target.bind = config_text(request.config, "gateway.bind");
  if (target.bind.empty()) target.bind = "loopback";
  if (secure && target.tls_fingerprint.empty()) target.tls_fingerprint = request.local_cert_fingerprint;
  return target;
}

// A typed URL is the typist's mistake, any other one the configuration's.
base::ErrorKind blame(const Target& target) {
  return target.url_override == auth::UrlOverride::cli ? base::ErrorKind::usage : base::ErrorKind::config;
}

// The URL without user info, which may be a secret and is not sent anyway.
std::string without_user_info(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const std::size_t start = scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", start), url.size());
  const std::size_t at = url.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < start) return std::string(url);
  return std::string(url.substr(0, start)) + std::string(url.substr(at + 1));
}

tl::unexpected<base::Error> plaintext_refused(const Target& target, const net::Url& url) {
  std::string hint =
      "Both credentials and chat data would be exposed to network interception.\n"
      "Source: " +
      target.source +
      "\n"
      "Config: " +
      target.config_path +
      "\n"
      "Fix: Use wss:// for remote gateway URLs.\n"
      "Safe remote access defaults:\n"
      "- keep gateway.bind=loopback and use an SSH tunnel (ssh -N -L 18789:127.0.0.1:18789 user@" +
      url.host +
      ")\n"
      "- or use Tailscale Serve/Funnel for HTTPS remote access\n";
  if (!target.private_plaintext) {
    hint += "Break-glass (trusted private networks only): set OPENCLAW_ALLOW_INSECURE_PRIVATE_WS=1\n";
  }
  hint += "Doctor: openclaw doctor --fix";
  return base::fail(
      blame(target),
      "SECURITY ERROR: Gateway URL \"" + target.url + "\" uses plaintext ws:// to a non-loopback address.",
      std::move(hint));
}

}  // namespace

int gateway_port(const base::Env* env, const json::Value* config) {
  static const base::Env kNoEnv;
  static const json::Value kNoConfig = json::Object();
  return config::gateway_port(config ? *config : kNoConfig, env ? *env : kNoEnv);
}

Target pick_target(const TargetRequest& request) {
  Target target;
  target.config_path = request.config_path;
  target.private_plaintext = request.env && request.env->is_one("OPENCLAW_ALLOW_INSECURE_PRIVATE_WS");
  target.tls_fingerprint = std::string(base::trim(request.tls_fingerprint));
  const bool remote = config_text(request.config, "gateway.mode") == "remote";
  const bool flag_pin = !target.tls_fingerprint.empty();
  const auto use_remote_pin = [&] {
    if (remote && !flag_pin)
      target.tls_fingerprint = config_text(request.config, "gateway.remote.tlsFingerprint");
  };
  if (const auto typed = base::trim(request.url); !typed.empty()) {
    // A pin belongs to the configured host, not to a typed one.
    target.url = without_user_info(typed);
    target.source = "cli --url";
    target.url_override = auth::UrlOverride::cli;
    return target;
  }
  if (request.local_only) return local_target(request, std::move(target));
  if (const auto from_env = request.env ? request.env->non_blank("OPENCLAW_GATEWAY_URL") : std::nullopt) {
    target.url = without_user_info(*from_env);
    target.source = "env OPENCLAW_GATEWAY_URL";
    target.url_override = auth::UrlOverride::env;
    use_remote_pin();
    return target;
  }
  if (!remote) return local_target(request, std::move(target));
  if (const auto url = config_text(request.config, "gateway.remote.url"); !url.empty()) {
    target.url = without_user_info(url);
    target.source = "config gateway.remote.url";
    use_remote_pin();
    return target;
  }
  target = local_target(request, std::move(target));
  target.source = "missing gateway.remote.url (fallback local)";
  target.misconfigured = true;
  target.warning =
      "gateway.mode=remote but gateway.remote.url is missing; set gateway.remote.url or switch "
      "gateway.mode=local.";
  return target;
}

base::Result<net::Url> checked_url(const Target& target) {
  if (target.misconfigured) {
    return base::fail(
        base::ErrorKind::config, "gateway remote mode misconfigured: gateway.remote.url missing",
        "Config: " + target.config_path + "\nFix: set gateway.remote.url, or set gateway.mode=local.");
  }
  return checked_overview_url(target);
}

base::Result<net::Url> checked_overview_url(const Target& target) {
  auto url = net::parse_url(target.url);
  if (!url) {
    return base::fail(blame(target),
                      base::replace_all(url.error().message, "invalid URL", "invalid gateway URL"),
                      "Source: " + target.source + "\nConfig: " + target.config_path +
                          "\nFix: give a URL like wss://gateway.example.com or ws://127.0.0.1:18789.");
  }
  if (!net::plaintext_allowed(*url, target.private_plaintext)) return plaintext_refused(target, *url);
  if (!url->tls && !target.tls_fingerprint.empty()) {
    return base::fail(blame(target),
                      "a TLS fingerprint is given but \"" + target.url + "\" is a plaintext URL",
                      "Source: " + target.source + "\nFix: use wss://, or drop the fingerprint.");
  }
  return url;
}

std::string connection_details(const Target& target) {
  std::string out =
      "Gateway target: " + target.url + "\nSource: " + target.source + "\nConfig: " + target.config_path;
  if (!target.bind.empty()) out += "\nBind: " + target.bind;
  if (!target.warning.empty()) out += "\nWarn: " + target.warning;
  return out;
}

std::string closed_text(int code, const std::string& reason) {
  const char* hint = code == 1006   ? " abnormal closure (no close frame)"
                     : code == 1000 ? " normal closure"
                                    : "";
  return fmt::format("gateway closed ({}{}): {}", code, hint, reason.empty() ? "no close reason" : reason);
}

}  // namespace openclaw::client
