#include "auth/connect_policy.h"
#include "base/strings.h"
#include "crypto/crypto.h"
#include "gateway/parts.h"

namespace openclaw::gateway {
namespace {

constexpr char kJson[] = "application/json; charset=utf-8";

// On every response (OpenClaw protocol 8.1).
void secure(net::HttpResponse& response) {
  response.extra.emplace_back("X-Content-Type-Options", "nosniff");
  response.extra.emplace_back("Referrer-Policy", "no-referrer");
  response.extra.emplace_back("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
}

net::HttpResponse text(int status, std::string body) {
  net::HttpResponse out;
  out.status = status;
  out.body = std::move(body);
  return out;
}

bool local_direct(const net::HttpRequest& request) {
  if (!request.peer.loopback) return false;
  for (const auto& [name, value] : request.headers) {
    if (auth::is_forwarding_header(name)) return false;
  }
  return true;
}

bool authenticated(const State& state, const net::HttpRequest& request) {
  if (state.settings.auth.mode == "none") return true;
  const std::string* header = request.header("authorization");
  if (!header || header->size() < 8 || !base::equals_ignore_case(header->substr(0, 7), "bearer ")) return false;
  const std::string_view secret = base::trim(std::string_view(*header).substr(7));
  const std::string& expected = state.settings.auth.mode == "password" ? state.settings.auth.password : state.settings.auth.token;
  return !secret.empty() && crypto::secret_equal(secret, expected);
}

net::HttpResponse ready(const State& state, const net::HttpRequest& request) {
  const bool is_ready = state.store_ready.is_set() && state.store_problem.empty();
  json::Object body;
  body["ready"] = is_ready;
  if (local_direct(request) || authenticated(state, request)) {
    json::Array failing;
    if (!is_ready) failing.emplace_back("store");
    body["failing"] = std::move(failing);
    body["uptimeMs"] = state.clock.steady_ms() - state.started_at;
  }
  net::HttpResponse out;
  out.status = is_ready ? 200 : 503;
  out.content_type = kJson;
  out.body = json::write(body);
  return out;
}

net::HttpResponse route(State& state, const net::HttpRequest& request) {
  const bool live = request.path == "/health" || request.path == "/healthz";
  const bool readiness = request.path == "/ready" || request.path == "/readyz";
  if (!live && !readiness) return text(404, "Not Found");
  if (request.method != "GET" && request.method != "HEAD") {
    auto out = text(405, "Method Not Allowed");
    out.extra.emplace_back("Allow", "GET, HEAD");
    return out;
  }
  net::HttpResponse out;
  if (readiness) {
    out = ready(state, request);
  } else {
    out.content_type = kJson;
    out.body = R"({"ok":true,"status":"live"})";
  }
  out.extra.emplace_back("Cache-Control", "no-store");
  return out;
}

}  // namespace

net::HttpResponse http_route(State& state, const net::HttpRequest& request) {
  net::HttpResponse out = route(state, request);
  secure(out);
  return out;
}

}  // namespace openclaw::gateway
