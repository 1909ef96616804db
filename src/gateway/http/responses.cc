// POST /v1/responses (OpenClaw protocol 8.3): whole answers and event streams, functions of the client, follow-ups by
// previous_response_id.
#include <fmt/format.h>

#include "base/random.h"
#include "gateway/http/agent_turn.h"
#include "gateway/http/json_body.h"
#include "gateway/http/openai.h"
#include "gateway/http/responses_body.h"

namespace openclaw::gateway {
namespace {

constexpr std::string_view kNoResponse = "No response from OpenClaw.";

struct Answer {
  std::string id, message_id, model;
  TurnTarget target;
  std::string subject;
};

json::Object usage_of(std::int64_t input, std::int64_t output) {
  json::Object out;
  out["input_tokens"] = input;
  out["output_tokens"] = output;
  out["total_tokens"] = input + output;
  return out;
}

json::Object text_part(std::string_view text) {
  json::Object out;
  out["type"] = "output_text";
  out["text"] = text;
  return out;
}

json::Object message_item(const Answer& answer, std::string_view text, std::string_view status) {
  json::Array content;
  content.push_back(text_part(text));
  json::Object out;
  out["type"] = "message";
  out["id"] = answer.message_id;
  out["role"] = "assistant";
  out["content"] = std::move(content);
  out["status"] = status;
  return out;
}

json::Object call_item(const PendingCall& call) {
  json::Object out;
  out["type"] = "function_call";
  out["id"] = "call_" + base::uuid4();
  out["call_id"] = call.id;
  out["name"] = call.name;
  out["arguments"] = call.arguments;
  return out;
}

json::Object response_object(const State& state, const Answer& answer, std::string_view status, json::Array output, json::Object usage) {
  json::Object out;
  out["id"] = answer.id;
  out["object"] = "response";
  out["created_at"] = state.clock.wall_ms() / 1000;
  out["status"] = status;
  out["model"] = answer.model;
  out["output"] = std::move(output);
  out["usage"] = std::move(usage);
  return out;
}

json::Object failed_response(const State& state, const Answer& answer) {
  json::Object error;
  error["code"] = "api_error";
  error["message"] = "internal error";
  auto out = response_object(state, answer, "failed", {}, usage_of(0, 0));
  out["error"] = std::move(error);
  return out;
}

// The text that a message item shows: a turn that ends in calls may say nothing.
std::string shown_text(const TurnResult& result) {
  return result.text.empty() && result.calls.empty() ? std::string(kNoResponse) : result.text;
}

std::function<void()> remember(State* state, const Answer& answer) {
  return [state, answer] {
    ResponseSession session{answer.target.session_key, answer.target.agent_id, answer.subject, answer.target.given_session};
    state->http.responses.put(answer.id, std::move(session), state->clock.steady_ms());
  };
}

// ---- whole

base::Task<void> answer_whole(State* state, ExchangePtr exchange, agent::RunRequest request, Answer answer) {
  OnText no_text;
  auto accepted = remember(state, answer);
  const auto result = co_await run_turn(state, std::move(request), std::move(no_text), std::move(accepted));
  if (!result.ok) {
    send(*state, exchange, http_json(500, failed_response(*state, answer)));
    co_return;
  }
  json::Array output;
  if (const auto text = shown_text(result); !text.empty()) output.push_back(message_item(answer, text, "completed"));
  for (const auto& call : result.calls) output.push_back(call_item(call));
  const auto* status = result.calls.empty() ? "completed" : "incomplete";
  send(*state, exchange,
       http_json(200, response_object(*state, answer, status, std::move(output), usage_of(result.input_tokens, result.output_tokens))));
}

// ---- streamed

// An event of the stream: its name is its type.
json::Object typed(std::string_view type) {
  json::Object out;
  out["type"] = type;
  return out;
}

void emit(const ExchangePtr& exchange, const json::Object& event) {
  exchange->write(named_event(json::get_string_or(event, "type", ""), event));
}

json::Object item_event(std::string_view type, int index, json::Object item) {
  auto out = typed(type);
  out["output_index"] = index;
  out["item"] = std::move(item);
  return out;
}

json::Object content_event(std::string_view type, const Answer& answer) {
  auto out = typed(type);
  out["item_id"] = answer.message_id;
  out["output_index"] = 0;
  out["content_index"] = 0;
  return out;
}

void emit_response(const ExchangePtr& exchange, std::string_view type, json::Object response) {
  auto out = typed(type);
  out["response"] = std::move(response);
  emit(exchange, out);
}

void emit_start(const State& state, const ExchangePtr& exchange, const Answer& answer) {
  emit_response(exchange, "response.created", response_object(state, answer, "in_progress", {}, usage_of(0, 0)));
  emit_response(exchange, "response.in_progress", response_object(state, answer, "in_progress", {}, usage_of(0, 0)));
  emit(exchange, item_event("response.output_item.added", 0, message_item(answer, "", "in_progress")));
  auto part = content_event("response.content_part.added", answer);
  part["part"] = text_part("");
  emit(exchange, part);
}

void emit_delta(const ExchangePtr& exchange, const Answer& answer, std::string_view text) {
  auto delta = content_event("response.output_text.delta", answer);
  delta["delta"] = text;
  emit(exchange, delta);
}

void emit_end(const State& state, const ExchangePtr& exchange, const Answer& answer, const TurnResult& result) {
  const auto text = shown_text(result);
  if (result.text.empty() && !text.empty()) emit_delta(exchange, answer, text);
  auto done = content_event("response.output_text.done", answer);
  done["text"] = text;
  emit(exchange, done);
  auto part = content_event("response.content_part.done", answer);
  part["part"] = text_part(text);
  emit(exchange, part);
  json::Array output;
  output.push_back(message_item(answer, text, "completed"));
  emit(exchange, item_event("response.output_item.done", 0, message_item(answer, text, "completed")));
  int index = 1;
  for (const auto& call : result.calls) {
    auto item = call_item(call);
    emit(exchange, item_event("response.output_item.added", index, item));
    emit(exchange, item_event("response.output_item.done", index, item));
    output.push_back(std::move(item));
    ++index;
  }
  const auto* status = result.calls.empty() ? "completed" : "incomplete";
  emit_response(exchange, "response.completed",
                response_object(state, answer, status, std::move(output), usage_of(result.input_tokens, result.output_tokens)));
}

base::Task<void> answer_stream(State* state, ExchangePtr exchange, agent::RunRequest request, Answer answer) {
  start_events(*state, exchange);
  emit_start(*state, exchange, answer);
  OnText on_text = [exchange, answer](std::string piece) { emit_delta(exchange, answer, piece); };
  auto accepted = remember(state, answer);
  const auto result = co_await run_turn(state, std::move(request), std::move(on_text), std::move(accepted));
  if (result.ok) {
    emit_end(*state, exchange, answer, result);
  } else {
    emit_response(exchange, "response.failed", failed_response(*state, answer));
  }
  exchange->write(kDoneEvent);
  exchange->finish();
}

// The session of the answer that the request follows up; another caller, agent or session header makes it a new one.
void follow_up(State& state, const std::string& previous, const std::string& subject, TurnTarget& target) {
  if (previous.empty()) return;
  const auto* earlier = state.http.responses.find(previous, state.clock.steady_ms());
  if (!earlier || earlier->subject != subject || earlier->agent_id != target.agent_id) return;
  if (earlier->session_header != target.given_session) return;
  target.session_key = earlier->session_key;
}

}  // namespace

void serve_responses(State& state, ExchangePtr exchange) {
  if (!admitted(state, exchange, protocol::kWrite)) return;
  const auto& request = exchange->request();
  const auto parsed = json_value(request.body);
  if (!parsed) return refuse_request(state, exchange, parsed.error().message);
  auto body = decode_responses(*parsed);
  if (!body) return refuse_request(state, exchange, body.error().message);
  auto target = turn_target(state, request, body->model, body->user, "openresponses");
  if (!target) return refuse_request(state, exchange, target.error().message);
  Answer answer{"resp_" + base::uuid4(), "msg_" + base::uuid4(), body->model, {}, subject_of(request)};
  follow_up(state, body->previous_response_id, answer.subject, *target);
  answer.target = *target;
  auto turn = turn_request(state, *target, answer.id);
  turn.message = std::move(body->message);
  turn.extra_system_prompt = std::move(body->instructions);
  turn.images = std::move(body->images);
  turn.client_tools = std::move(body->tools);
  turn.max_tokens = body->max_output_tokens;
  base::spawn(state.loop, (body->stream ? answer_stream : answer_whole)(&state, std::move(exchange), std::move(turn), std::move(answer)),
              "response");
}

}  // namespace openclaw::gateway
