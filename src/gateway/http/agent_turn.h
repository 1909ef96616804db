// One agent turn on behalf of an HTTP request: which agent, session and model, and what came of it. For
// /v1/chat/completions and /v1/responses (OpenClaw protocol 8.2, 8.3). On the loop's thread.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/routes.h"

namespace openclaw::gateway {

// ---- checks that routes share

// The value of a header, trimmed; empty when absent.
std::string header_text(const net::HttpRequest& request, std::string_view lower_name);
// The digest of the secret that the request showed; what it did not show has one too.
std::string subject_of(const net::HttpRequest& request);
// Judges the bearer again (the body has arrived since) and asks for a scope; an empty one for none. False when refused,
// and then the answer is on its way. On /sessions/* a shared secret has no scopes.
enum class SecretScopes : std::uint8_t { all, none };
bool admitted(State& state, const ExchangePtr& exchange, std::string_view scope, SecretScopes secret = SecretScopes::all);
void refuse_scope(State& state, const ExchangePtr& exchange, std::string_view scope);
inline void refuse_request(State& state, const ExchangePtr& exchange, std::string_view text) {
  send(state, exchange, http_error(400, text, "invalid_request_error"));
}
inline void refuse_internal(State& state, const ExchangePtr& exchange) {
  send(state, exchange, http_error(500, "internal error", "api_error"));
}

// ---- agents and models

// The agent that a model name means ("openclaw", "openclaw/<id>", "openclaw:<id>", "agent:<id>"); it need not exist.
std::optional<std::string> agent_of_model(const State& state, std::string_view model);

struct TurnTarget {
  std::string agent_id, session_key;
  std::string given_session;  // x-openclaw-session-key
  std::string model;          // of x-openclaw-model; empty = the session's
};
// The message of an error is the text of the 400. `prefix` is openai or openresponses.
base::Result<TurnTarget> turn_target(State& state, const net::HttpRequest& request, std::string_view model, std::string_view user,
                                     std::string_view prefix);
// The session of a request that names none.
std::string made_up_session(const TurnTarget& target, std::string_view user, std::string_view prefix);

// ---- the turn

// kind, session, limits; the caller adds the message.
agent::RunRequest turn_request(const State& state, const TurnTarget& target, std::string run_id);

struct PendingCall {
  std::string id, name, arguments;
};
struct TurnResult {
  bool ok = false;   // false: the run could not be made or saved
  std::string text;  // empty when there is none
  std::vector<PendingCall> calls;  // of the client's own tools
  std::int64_t input_tokens = 0, output_tokens = 0;
};
// Submits, hands over every new piece of text, waits for the end. `on_text` and `on_accepted` may be empty. The run goes
// on when the client has left.
using OnText = std::function<void(std::string piece)>;
base::Task<TurnResult> run_turn(State* state, agent::RunRequest request, OnText on_text, std::function<void()> on_accepted);

// ---- event streams

void start_events(State& state, const ExchangePtr& exchange);
std::string data_event(const json::Object& data);                        // "data: {...}\n\n"
std::string named_event(std::string_view name, const json::Object& data);  // "event: name\ndata: {...}\n\n"
inline constexpr char kDoneEvent[] = "data: [DONE]\n\n";

}  // namespace openclaw::gateway
