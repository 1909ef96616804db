// The HTTP surface of the gateway (OpenClaw protocol 8): one row a route, in the order in which they are tried.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/state.h"
#include "net/server.h"

namespace openclaw::gateway {

using ExchangePtr = std::shared_ptr<net::HttpExchange>;

inline constexpr char kJsonType[] = "application/json; charset=utf-8";
inline constexpr char kTextType[] = "text/plain; charset=utf-8";

// What a request must prove before its body is read.
enum class HttpAuth : std::uint8_t { none, bearer };
// The dialect of a refusal that is made before the handler sees the request.
enum class HttpErrors : std::uint8_t { text, openai };

struct HttpRoute {
  // Is this the route, given the method too where routes share a path?
  bool (*matches)(const State& state, const net::HttpRequest& head);
  std::string_view methods;       // "GET, HEAD": others are answered with 405 and this as Allow
  HttpAuth auth = HttpAuth::none;
  std::size_t body_limit = 0;     // bytes
  HttpErrors errors = HttpErrors::text;
  void (*serve)(State& state, ExchangePtr exchange);
  // For routes with an order of checks of their own: replaces those of method, auth, limit and errors above.
  void (*plan)(State& state, const net::HttpRequest& head, net::HttpPlan& plan) = nullptr;
};

// Who a bearer is: what judged it, and the operator scopes it has (protocol 8.2).
struct HttpCaller {
  bool ok = false;
  bool shared_secret = false;
  protocol::Scopes scopes;
  net::HttpResponse refusal;  // when not ok
  int delay_ms = 0;           // how long the refusal is held back
};
HttpCaller http_caller(State& state, const net::HttpRequest& request);
bool local_direct(const State& state, const net::HttpRequest& request);

net::HttpPlan http_plan(State& state, const net::HttpRequest& head);
void http_serve(State& state, ExchangePtr exchange);

// Answers, with the headers that every response carries.
net::HttpResponse http_json(int status, const json::Value& body);
net::HttpResponse http_text(int status, std::string body);
net::HttpResponse http_error(int status, std::string_view message, std::string_view type);  // {"error":{message,type}}
void send(State& state, const ExchangePtr& exchange, net::HttpResponse response);
void secure_headers(const State& state, net::HttpResponse& response);

std::span<const HttpRoute> hook_routes();
std::span<const HttpRoute> openai_routes();
std::span<const HttpRoute> tool_routes();
std::span<const HttpRoute> session_routes();
std::span<const HttpRoute> control_ui_routes();
std::span<const HttpRoute> probe_routes();

}  // namespace openclaw::gateway
