// Who sent an HTTP request (OpenClaw protocol 8.2): the same judge and the same limits as for WebSocket connects.
#include "auth/authorize.h"
#include "auth/fair_limiter.h"
#include "base/strings.h"
#include "gateway/http/routes.h"

namespace openclaw::gateway {
namespace {

std::string bearer_of(const net::HttpRequest& request) {
  const std::string* header = request.header("authorization");
  if (!header || header->size() < 8 || !base::equals_ignore_case(header->substr(0, 7), "bearer ")) return {};
  return std::string(base::trim(std::string_view(*header).substr(7)));
}

protocol::Scopes all_operator_scopes() {
  return {std::string(protocol::kAdmin), std::string(protocol::kRead), std::string(protocol::kWrite),
          std::string(protocol::kApprovals), std::string(protocol::kPairing)};
}

// Modes without a secret name the scopes in a header: absent = all, empty = none.
protocol::Scopes scopes_from_header(const net::HttpRequest& request) {
  const std::string* header = request.header("x-openclaw-scopes");
  if (!header) return all_operator_scopes();
  protocol::Scopes out;
  for (const auto& name : base::split(*header, ',')) {
    const auto trimmed = base::trim(name);
    if (!trimmed.empty()) out.emplace_back(trimmed);
  }
  return out;
}

}  // namespace

HttpCaller http_caller(State& state, const net::HttpRequest& request) {
  const auto& settings = state.settings;
  const auto facts = auth::request_facts(request.peer.address, request.headers, settings.auth);
  auth::Presented presented;
  const std::string bearer = bearer_of(request);
  (settings.auth.mode == "password" ? presented.password : presented.token) = bearer;
  auth::AuthorizeInput input;
  auth::FairGate gate(state.limiter, auth::client_is_loopback(facts));
  input.surface = auth::RequestSurface::http;
  input.limiter = &gate;
  input.now_ms = state.clock.steady_ms();
  auto verdict = auth::authorize(settings.auth, presented, facts, input);
  HttpCaller caller;
  caller.ok = verdict.ok;
  if (verdict.ok) {
    caller.shared_secret = verdict.method == "token" || verdict.method == "password";
    caller.scopes = caller.shared_secret ? all_operator_scopes() : scopes_from_header(request);
    return caller;
  }
  if (gate.judgement().refuse_now) {
    verdict.reason = "rate_limited";
    verdict.retry_after_ms = gate.judgement().retry_after_ms;
  }
  caller.delay_ms = static_cast<int>(gate.judgement().delay_ms);
  if (verdict.reason == "rate_limited") {
    caller.refusal = http_error(429, "Too many failed authentication attempts. Please try again later.", "rate_limited");
    caller.refusal.extra.emplace_back("Retry-After", std::to_string((verdict.retry_after_ms.value_or(1000) + 999) / 1000));
  } else {
    caller.refusal = http_error(401, "Unauthorized", "unauthorized");
  }
  return caller;
}

}  // namespace openclaw::gateway
