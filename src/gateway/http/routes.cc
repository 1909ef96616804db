#include "gateway/http/routes.h"

#include "auth/authorize.h"
#include "base/log.h"
#include "base/strings.h"

namespace openclaw::gateway {
namespace {

std::span<const HttpRoute> (*const kFamilies[])() = {hook_routes,    openai_routes,     tool_routes,
                                                     session_routes, control_ui_routes, probe_routes};

const HttpRoute* find_route(const State& state, const net::HttpRequest& head) {
  for (const auto family : kFamilies) {
    for (const auto& route : family()) {
      if (route.matches(state, head)) return &route;
    }
  }
  return nullptr;
}

bool allowed_method(const HttpRoute& route, std::string_view method) {
  for (const auto& allowed : base::split(route.methods, ',')) {
    if (base::trim(allowed) == method) return true;
  }
  return false;
}

net::HttpResponse finished(const State& state, net::HttpResponse response) {
  secure_headers(state, response);
  return response;
}

}  // namespace

net::HttpResponse http_json(int status, const json::Value& body) { return {status, kJsonType, json::write(body), {}}; }
net::HttpResponse http_text(int status, std::string body) { return {status, kTextType, std::move(body), {}}; }

net::HttpResponse http_error(int status, std::string_view message, std::string_view type) {
  json::Object error;
  error["message"] = message;
  error["type"] = type;
  json::Object body;
  body["error"] = std::move(error);
  return http_json(status, body);
}

void secure_headers(const State& state, net::HttpResponse& response) {
  response.extra.emplace_back("X-Content-Type-Options", "nosniff");
  response.extra.emplace_back("Referrer-Policy", "no-referrer");
  response.extra.emplace_back("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
  if (const auto hsts = state.config.get_string("gateway.http.securityHeaders.strictTransportSecurity")) {
    response.extra.emplace_back("Strict-Transport-Security", *hsts);
  }
}

void send(State& state, const ExchangePtr& exchange, net::HttpResponse response) {
  exchange->respond(finished(state, std::move(response)));
}

bool local_direct(const State& state, const net::HttpRequest& request) {
  return auth::request_facts(request.peer.address, request.headers, state.settings.auth).local_direct;
}

net::HttpPlan http_plan(State& state, const net::HttpRequest& head) {
  net::HttpPlan plan;
  const HttpRoute* route = find_route(state, head);
  if (!route) {
    plan.answer = finished(state, http_text(404, "Not Found"));
    return plan;
  }
  if (route->plan) {
    route->plan(state, head, plan);
    if (plan.answer) secure_headers(state, *plan.answer);
    secure_headers(state, plan.too_large);
    secure_headers(state, plan.too_slow);
    return plan;
  }
  if (!allowed_method(*route, head.method)) {
    auto refusal = http_text(405, "Method Not Allowed");
    refusal.extra.emplace_back("Allow", std::string(route->methods));
    plan.answer = finished(state, std::move(refusal));
    return plan;
  }
  if (route->auth == HttpAuth::bearer) {
    // Before the body: a stranger cannot make the gateway hold megabytes.
    if (auto caller = http_caller(state, head); !caller.ok) {
      plan.answer = finished(state, std::move(caller.refusal));
      plan.answer_delay_ms = caller.delay_ms;
      return plan;
    }
  }
  plan.body_limit = route->body_limit;
  if (route->errors == HttpErrors::openai) {
    plan.too_large = http_error(413, "Payload too large", "invalid_request_error");
    plan.too_slow = http_error(408, "Request body timeout", "invalid_request_error");
  }
  secure_headers(state, plan.too_large);
  secure_headers(state, plan.too_slow);
  return plan;
}

void http_serve(State& state, ExchangePtr exchange) {
  const HttpRoute* route = find_route(state, exchange->request());
  if (!route) return send(state, exchange, http_text(404, "Not Found"));
  route->serve(state, std::move(exchange));
}

}  // namespace openclaw::gateway
