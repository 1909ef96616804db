// /health, /healthz, /ready, /readyz (OpenClaw protocol 8.5).
#include "gateway/http/routes.h"

namespace openclaw::gateway {
namespace {

bool is_live(const State&, const net::HttpRequest& head) { return head.path == "/health" || head.path == "/healthz"; }
bool is_ready_probe(const State&, const net::HttpRequest& head) { return head.path == "/ready" || head.path == "/readyz"; }

void answer(State& state, const ExchangePtr& exchange, net::HttpResponse response) {
  response.extra.emplace_back("Cache-Control", "no-store");
  send(state, exchange, std::move(response));
}

void live(State& state, ExchangePtr exchange) {
  answer(state, exchange, net::HttpResponse{200, kJsonType, R"({"ok":true,"status":"live"})", {}});
}

void ready(State& state, ExchangePtr exchange) {
  const bool is_ready = state.store_ready.is_set() && state.store_problem.empty();
  json::Object body;
  body["ready"] = is_ready;
  const auto& request = exchange->request();
  if (local_direct(state, request) || http_caller(state, request).ok) {
    json::Array failing;
    if (!is_ready) failing.emplace_back("store");
    body["failing"] = std::move(failing);
    body["uptimeMs"] = state.clock.steady_ms() - state.started_at;
  }
  answer(state, exchange, http_json(is_ready ? 200 : 503, body));
}

constexpr HttpRoute kRoutes[] = {
    {is_live, "GET, HEAD", HttpAuth::none, 0, HttpErrors::text, live},
    {is_ready_probe, "GET, HEAD", HttpAuth::none, 0, HttpErrors::text, ready},
};

}  // namespace

std::span<const HttpRoute> probe_routes() { return kRoutes; }

}  // namespace openclaw::gateway
