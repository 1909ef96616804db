#include "auth/setup_code.h"

#include "auth/server_auth.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "net/address.h"

#include <fmt/format.h>

namespace openclaw::auth {
namespace {

using base::ErrorKind;

// A URL and a token of 43 characters make about 150; nothing legitimate comes near this.
constexpr std::size_t kMaxCode = 4096;

tl::unexpected<base::Error> refuse(std::string message, std::string hint = {}) {
  return base::fail(ErrorKind::config, std::move(message), std::move(hint));
}

std::string text_at(const json::Value& config, std::string_view path) {
  const auto* value = json::find_path(config, path);
  if (!value || !value->is_string()) return {};
  return std::string(base::trim(std::string_view(value->get_string())));
}

// ws[s]://host[:port] of a URL with any path; http means ws. A bare host gets `scheme`. Nothing when it is
// neither.
std::optional<std::string> gateway_url(std::string_view given, std::string_view scheme) {
  const std::string_view text = base::trim(given);
  if (text.empty()) return std::nullopt;
  // "host:1234" reads as a URL of the scheme "host", so a port needs the scheme in front.
  if (text.find("://") == std::string_view::npos) {
    if (text.find(':') != std::string_view::npos) return std::nullopt;
    return gateway_url(fmt::format("{}://{}", scheme, text), scheme);
  }
  const auto url = net::parse_url(text);
  if (!url) return std::nullopt;
  return fmt::format("{}://{}", url->tls ? "wss" : "ws", url->host_port());
}

struct Slot {
  const char* path;
  const char* env_name;
};
constexpr Slot kToken{"gateway.auth.token", "OPENCLAW_GATEWAY_TOKEN"};
constexpr Slot kPassword{"gateway.auth.password", "OPENCLAW_GATEWAY_PASSWORD"};

bool plainly_set(const SetupRequest& r, const Slot& slot) {
  if (r.env->non_blank(slot.env_name)) return true;
  const auto* value = json::find_path(*r.config, slot.path);
  return value && !secret_ref_of(*value) && !text_at(*r.config, slot.path).empty();
}

// Is the secret there? A reference counts when it resolves.
base::Result<bool> has_secret(const SetupRequest& r, const Slot& slot) {
  if (plainly_set(r, slot)) return true;
  const auto* value = json::find_path(*r.config, slot.path);
  const auto ref = value ? secret_ref_of(*value) : std::nullopt;
  if (!ref) return false;
  const auto resolved = r.resolve ? r.resolve(*ref) : std::nullopt;
  if (resolved && !base::trim(*resolved).empty()) return true;
  return refuse(fmt::format("{} is a secret reference that cannot be resolved here ({}:{}:{})", slot.path,
                            ref->source, ref->provider, ref->id));
}

base::Result<std::string> auth_label(const SetupRequest& r) {
  const std::string mode = text_at(*r.config, "gateway.auth.mode");
  for (const auto& [name, slot] : {std::pair("token", kToken), std::pair("password", kPassword)}) {
    if (mode != name) continue;
    OC_TRY_ASSIGN(const bool set, has_secret(r, slot));
    if (set) return mode;
    return refuse(fmt::format("Gateway auth is set to {0}, but no {0} is configured.", name),
                  fmt::format("openclaw config set {} <secret>", slot.path));
  }
  // A reference that cannot decide is not resolved.
  if (plainly_set(r, kToken)) return "token";
  if (plainly_set(r, kPassword)) return "password";
  OC_TRY_ASSIGN(const bool token, has_secret(r, kToken));
  if (token) return "token";
  OC_TRY_ASSIGN(const bool password, has_secret(r, kPassword));
  if (password) return "password";
  return refuse("Gateway auth is not configured (no token or password).",
                "openclaw config set gateway.auth.token <secret>");
}

base::Result<BindUrl> find_url(const SetupRequest& r) {
  const auto* tls = json::find_path(*r.config, "gateway.tls.enabled");
  const bool secure = r.force_secure || (tls && tls->is_bool() && tls->get_bool());
  const char* scheme = secure ? "wss" : "ws";
  if (!base::trim(r.public_url).empty()) {
    if (auto url = gateway_url(r.public_url, scheme))
      return BindUrl{std::move(*url), "plugins.entries.device-pair.config.publicUrl"};
    return refuse("Configured publicUrl is invalid.", "write it as wss://host or wss://host:port");
  }
  auto remote = gateway_url(text_at(*r.config, "gateway.remote.url"), scheme);
  if (r.prefer_remote_url && remote) return BindUrl{std::move(*remote), "gateway.remote.url"};
  const std::string tailscale = text_at(*r.config, "gateway.tailscale.mode");
  if (tailscale == "serve" || tailscale == "funnel") {
    if (r.tailnet_host) return BindUrl{"wss://" + *r.tailnet_host, "gateway.tailscale.mode=" + tailscale};
    return refuse(
        fmt::format(
            "gateway.tailscale.mode is {}, but `tailscale status` gives no MagicDNS name of this host.",
            tailscale),
        "tailscale status");
  }
  if (remote) return BindUrl{std::move(*remote), "gateway.remote.url"};
  OC_TRY_ASSIGN(
      auto bound,
      bind_url(text_at(*r.config, "gateway.bind"), text_at(*r.config, "gateway.customBindHost"), scheme,
               r.port, net::pick_tailnet(r.interfaces).ipv4, net::pick_private_ipv4(r.interfaces)));
  if (bound) return std::move(*bound);
  return refuse(
      "Gateway is only bound to loopback. Set gateway.bind=lan, enable tailscale serve, or configure "
      "plugins.entries.device-pair.config.publicUrl.",
      "openclaw config set gateway.bind lan");
}

}  // namespace

std::string encode_setup_payload(const json::Object& payload) {
  return base::base64url_encode(json::write(payload));
}

std::string encode_setup_code(const SetupCode& code) {
  json::Object payload;
  payload["url"] = code.url;
  payload["bootstrapToken"] = code.bootstrap_token;
  return encode_setup_payload(payload);
}

base::Result<SetupCode> decode_setup_code(std::string_view given) {
  const std::string_view text = base::trim(given);
  const auto bad = [](std::string_view why) {
    return base::fail(ErrorKind::invalid, fmt::format("this is no setup code: {}", why),
                      "make a fresh one: openclaw qr");
  };
  if (text.empty() || text.size() > kMaxCode) return bad(text.empty() ? "it is empty" : "it is too long");
  const auto bytes = base::base64_decode_any(text);
  if (!bytes) return bad("it is not base64url");
  const auto payload = json::parse(*bytes);
  const auto* object = payload ? payload->if_object() : nullptr;
  if (!object) return bad("it does not hold a JSON object");
  SetupCode out;
  out.bootstrap_token = std::string(base::trim(json::get_string_or(*object, "bootstrapToken", "")));
  if (out.bootstrap_token.empty()) return bad("it has no bootstrapToken");
  auto url = gateway_url(json::get_string_or(*object, "url", ""), "wss");
  if (!url) return bad("its url is not ws://host:port or wss://host:port");
  out.url = std::move(*url);
  return out;
}

base::Result<std::optional<BindUrl>> bind_url(std::string_view bind, std::string_view custom_host,
                                              std::string_view scheme, int port,
                                              const std::optional<std::string>& tailnet_ip,
                                              const std::optional<std::string>& lan_ip) {
  const auto found = [&](std::string_view host) {
    return std::optional(
        BindUrl{fmt::format("{}://{}:{}", scheme, host, port), fmt::format("gateway.bind={}", bind)});
  };
  if (bind == "custom") {
    const std::string_view host = base::trim(custom_host);
    if (host.empty()) return refuse("gateway.bind=custom requires gateway.customBindHost.");
    return found(host);
  }
  if (bind == "tailnet") {
    if (!tailnet_ip) return refuse("gateway.bind=tailnet set, but no tailnet IP was found.", "tailscale up");
    return found(*tailnet_ip);
  }
  if (bind == "lan") {
    if (!lan_ip) return refuse("gateway.bind=lan set, but no private LAN IP was found.");
    return found(*lan_ip);
  }
  return std::optional<BindUrl>();
}

base::Result<SetupTarget> resolve_setup(const SetupRequest& request) {
  if (ambiguous_auth_mode(*request.config)) {
    return refuse(
        "gateway.auth.token and gateway.auth.password are both configured, but gateway.auth.mode is unset. "
        "Set gateway.auth.mode to token or password.",
        "openclaw config set gateway.auth.mode token");
  }
  OC_TRY_ASSIGN(auto label, auth_label(request));
  OC_TRY_ASSIGN(auto url, find_url(request));
  return SetupTarget{std::move(url.url), std::move(label), std::move(url.source)};
}

}  // namespace openclaw::auth
