#include "auth/server_auth.h"

#include "auth/authorize.h"
#include "auth/origin.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

// Lets everything through and writes down what was asked.
class Trace final : public auth::Limiter {
 public:
  Check check(std::string_view key, std::string_view scope, std::int64_t) override {
    return note("check", key, scope);
  }
  void fail(std::string_view key, std::string_view scope, std::int64_t) override { note("fail", key, scope); }
  void reset(std::string_view key, std::string_view scope) override { note("reset", key, scope); }
  json::Array calls;

 private:
  Check note(std::string_view what, std::string_view key, std::string_view scope) {
    json::Array call;
    call.emplace_back(what);
    call.emplace_back(text_or_null(std::string(key)));
    call.emplace_back(scope);
    calls.emplace_back(std::move(call));
    return {};
  }
};

auth::ServerAuth auth_of(const json::Object& in) {
  static const json::Object kNone;
  const auto* given = json::get_object(in, "auth");
  const json::Object& from = given ? *given : kNone;
  auth::ServerAuth out;
  out.mode = text_of(from, "mode");
  out.token = text_of(from, "token");
  out.password = text_of(from, "password");
  out.allow_tailscale = flag_of(from, "allowTailscale");
  if (const auto* proxy = json::get_object(from, "trustedProxy")) {
    out.trusted_proxy = auth::TrustedProxyAuth{
        text_of(*proxy, "userHeader"), list_of(*proxy, "requiredHeaders"), list_of(*proxy, "allowUsers")};
  }
  out.trusted_proxies = list_of(in, "trustedProxies");
  out.allow_real_ip_fallback = flag_of(in, "allowRealIpFallback");
  return out;
}

auth::Headers headers_of(const json::Object& request) {
  auth::Headers out;
  const auto* headers = json::get_object(request, "headers");
  if (!headers) return out;
  for (const auto& [name, value] : *headers) {
    out.emplace_back(std::string(std::string_view(name)), std::string(std::string_view(value.as_string())));
  }
  return out;
}

bool origin_allowed(const json::Object& in) {
  const auto* policy = json::get_object(in, "browserOriginPolicy");
  if (!policy) return true;
  auth::OriginRule rule;
  rule.allowed = list_of(*policy, "allowedOrigins");
  return auth::check_origin(text_of(*policy, "origin"), text_of(*policy, "requestHost"), false, rule).ok;
}

Outcome authorize(const json::Object& in) {
  const auth::ServerAuth server = auth_of(in);
  auth::Presented presented;
  if (const auto* given = json::get_object(in, "connectAuth")) {
    presented.token = text_of(*given, "token");
    presented.password = text_of(*given, "password");
  }
  const auto* request = json::get_object(in, "request");
  const auto facts =
      request ? auth::request_facts(text_of(*request, "remoteAddress"), headers_of(*request), server)
              : auth::RequestFacts{};
  auth::AuthorizeInput input;
  input.surface = text_of(in, "surface") == "ws-control-ui" ? auth::RequestSurface::websocket
                                                            : auth::RequestSurface::http;
  if (const auto* whois = json::get_object(in, "whois")) {
    input.whois = auth::WhoisIdentity{text_of(*whois, "login"), text_of(*whois, "name")};
  }
  input.browser_origin_allowed = origin_allowed(in);
  const std::string scope = text_of(in, "rateLimitScope");
  if (!scope.empty()) input.limit_scope = scope;
  Trace trace;
  if (flag_of(in, "traceLimiter")) input.limiter = &trace;
  const auto verdict = auth::authorize(server, presented, facts, input);
  json::Object out;
  out["ok"] = verdict.ok;
  out["method"] = text_or_null(verdict.method);
  out["reason"] = text_or_null(verdict.reason);
  out["user"] = text_or_null(verdict.user);
  if (flag_of(in, "traceLimiter")) out["limiter"] = std::move(trace.calls);
  return got(std::move(out));
}

Outcome local_direct(const json::Object& in) {
  return got(one("localDirect", auth::is_local_direct(text_of(in, "remoteAddress"), headers_of(in))));
}

Outcome ambiguous_mode(const json::Object& in) {
  return got(one("ambiguous", auth::ambiguous_auth_mode(config_of(in))));
}

Outcome hooks_token_distinct(const json::Object& in) {
  const auto checked =
      auth::check_hooks_token(auth::read_auth_extras(config_of(in)).hooks_token, auth_of(in));
  json::Object out;
  out["ok"] = checked.has_value();
  if (!checked) out["error"] = checked.error().message;
  return got(std::move(out));
}

const Area kArea("server-auth", {{"authorize", authorize},
                                 {"local_direct", local_direct},
                                 {"ambiguous_mode", ambiguous_mode},
                                 {"hooks_token_distinct", hooks_token_distinct}});

}  // namespace
}  // namespace openclaw::vectors
