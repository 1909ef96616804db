#include "auth/authorize.h"

#include "base/strings.h"
#include "crypto/crypto.h"
#include "net/address.h"
#include "net/proxy_headers.h"

#include <algorithm>
#include <array>

namespace openclaw::auth {
namespace {

constexpr std::array<std::string_view, 5> kForwardingHeaders = {
    "forwarded", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "x-forwarded-host"};

AuthVerdict accepted(std::string method, std::string user = {}) {
  AuthVerdict out;
  out.ok = true;
  out.method = std::move(method);
  out.user = std::move(user);
  return out;
}

AuthVerdict refused(std::string reason) {
  AuthVerdict out;
  out.reason = std::move(reason);
  return out;
}

// Trimmed; nothing when absent or blank.
std::optional<std::string> filled_header(const Headers& headers, std::string_view name) {
  const auto value = header_value(headers, base::lower_ascii(base::trim(name)));
  if (!value || base::trim(*value).empty()) return std::nullopt;
  return std::string(base::trim(*value));
}

AuthVerdict authorize_proxy(const ServerAuth& auth, const RequestFacts& facts, const AuthorizeInput& input) {
  if (!auth.trusted_proxy) return refused("trusted_proxy_config_missing");
  if (auth.trusted_proxies.empty()) return refused("trusted_proxy_no_proxies_configured");
  if (!net::is_trusted_proxy(facts.remote_address, auth.trusted_proxies))
    return refused("trusted_proxy_untrusted_source");
  if (net::is_loopback_ip(facts.remote_address)) return refused("trusted_proxy_loopback_source");
  for (const auto& name : auth.trusted_proxy->required_headers) {
    if (!filled_header(facts.headers, name)) return refused("trusted_proxy_missing_header_" + name);
  }
  const auto user = filled_header(facts.headers, auth.trusted_proxy->user_header);
  if (!user) return refused("trusted_proxy_user_missing");
  const auto& allowed = auth.trusted_proxy->allow_users;
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), *user) == allowed.end()) {
    return refused("trusted_proxy_user_not_allowed");
  }
  if (input.surface == RequestSurface::http && !input.browser_origin_allowed) {
    return refused("trusted_proxy_origin_not_allowed");
  }
  return accepted("trusted-proxy", *user);
}

std::optional<std::string> tailscale_user(const ServerAuth& auth, const RequestFacts& facts,
                                          const AuthorizeInput& input) {
  if (input.surface != RequestSurface::websocket || !input.whois || !whois_address(auth, facts))
    return std::nullopt;
  const auto claimed = filled_header(facts.headers, "tailscale-user-login");
  const std::string_view known = base::trim(input.whois->login);
  if (!claimed || known.empty() || !base::equals_ignore_case(*claimed, known)) return std::nullopt;
  return std::string(known);
}

// Which of the texts the client sent are compared: the mode's own field, and with `either_field` the other
// one too.
struct Candidates {
  std::string_view own, other;
  bool any() const { return !own.empty() || !other.empty(); }
  bool match(std::string_view secret) const {
    const bool first = !own.empty() && crypto::secret_equal(own, secret);
    const bool second = !other.empty() && crypto::secret_equal(other, secret);
    return first || second;
  }
};

Candidates candidates(const Presented& presented, bool password_mode) {
  const std::string_view token = base::trim(presented.token), password = base::trim(presented.password);
  Candidates out;
  out.own = password_mode ? password : token;
  if (presented.either_field) out.other = password_mode ? token : password;
  return out;
}

}  // namespace

std::optional<std::string> header_value(const Headers& headers, std::string_view lower_name) {
  std::optional<std::string> out;
  for (const auto& [name, value] : headers) {
    if (name != lower_name) continue;
    if (out)
      *out += ", " + value;
    else
      out = value;
  }
  return out;
}

bool is_local_direct(std::string_view remote_address, const Headers& headers) {
  if (!net::is_loopback_ip(remote_address)) return false;
  return std::none_of(headers.begin(), headers.end(), [](const auto& header) {
    return std::find(kForwardingHeaders.begin(), kForwardingHeaders.end(), header.first) !=
           kForwardingHeaders.end();
  });
}

RequestFacts request_facts(std::string remote_address, Headers headers, const ServerAuth& auth) {
  RequestFacts out;
  out.local_direct = is_local_direct(remote_address, headers);
  const std::string forwarded = header_value(headers, "x-forwarded-for").value_or("");
  const std::string real_ip = header_value(headers, "x-real-ip").value_or("");
  out.client_ip =
      net::client_ip({remote_address, forwarded, real_ip}, auth.trusted_proxies, auth.allow_real_ip_fallback);
  out.remote_address = std::move(remote_address);
  out.headers = std::move(headers);
  return out;
}

bool client_is_loopback(const RequestFacts& facts) {
  return net::is_loopback_ip(facts.client_ip ? *facts.client_ip : facts.remote_address);
}

std::optional<std::string> whois_address(const ServerAuth& auth, const RequestFacts& facts) {
  // Tailscale Serve is the proxy: it dials from loopback and appends the tailnet address it saw.
  static const std::vector<std::string> kServe = {"127.0.0.1", "::1"};
  if (!auth.allow_tailscale || facts.local_direct) return std::nullopt;
  if (auth.mode != "token" && auth.mode != "password") return std::nullopt;
  if (!net::is_loopback_ip(facts.remote_address)) return std::nullopt;
  for (const std::string_view name : {"tailscale-user-login", "x-forwarded-proto", "x-forwarded-host"}) {
    if (!filled_header(facts.headers, name)) return std::nullopt;
  }
  const auto forwarded = filled_header(facts.headers, "x-forwarded-for");
  return forwarded ? net::rightmost_untrusted_hop(*forwarded, kServe) : std::nullopt;
}

AuthVerdict authorize(const ServerAuth& auth, const Presented& presented, const RequestFacts& facts,
                      const AuthorizeInput& input) {
  if (auth.mode == "trusted-proxy") return authorize_proxy(auth, facts, input);
  if (auth.mode == "none") return accepted("none");
  const std::string key = facts.client_ip ? *facts.client_ip : facts.remote_address;
  if (input.limiter) {
    if (const auto check = input.limiter->check(key, input.limit_scope, input.now_ms); !check.allowed) {
      AuthVerdict out = refused("rate_limited");
      out.retry_after_ms = check.retry_after_ms;
      return out;
    }
  }
  if (auto user = tailscale_user(auth, facts, input)) {
    if (input.limiter) input.limiter->reset(key, input.limit_scope);
    return accepted("tailscale", std::move(*user));
  }
  if (auth.mode != "token" && auth.mode != "password") return refused("unauthorized");
  const bool password_mode = auth.mode == "password";
  const std::string& secret = password_mode ? auth.password : auth.token;
  if (secret.empty()) return refused(auth.mode + "_missing_config");
  const Candidates offered = candidates(presented, password_mode);
  if (!offered.any()) return refused(auth.mode + "_missing");
  if (!offered.match(secret)) {
    if (input.limiter) input.limiter->fail(key, input.limit_scope, input.now_ms);
    return refused(auth.mode + "_mismatch");
  }
  if (input.limiter) input.limiter->reset(key, input.limit_scope);
  return accepted(auth.mode);
}

}  // namespace openclaw::auth
