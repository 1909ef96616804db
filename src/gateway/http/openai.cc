// /v1/models and POST /v1/chat/completions (OpenClaw protocol 8.3). Switched on by
// gateway.http.endpoints.chatCompletions.enabled and .responses.enabled; when off the paths belong to later routes.
#include <fmt/format.h>

#include <algorithm>

#include "base/random.h"
#include "gateway/http/agent_turn.h"
#include "gateway/http/chat_body.h"
#include "gateway/http/json_body.h"
#include "gateway/http/openai.h"
#include "gateway/methods/agent_lookup.h"

namespace openclaw::gateway {
namespace {

constexpr std::string_view kModels = "/v1/models";
constexpr std::size_t kMaxBody = 20u << 20;
constexpr std::string_view kNoResponse = "No response from OpenClaw.";

bool enabled(const State& state, std::string_view endpoint) {
  return state.config.get_bool(fmt::format("gateway.http.endpoints.{}.enabled", endpoint)).value_or(false);
}
bool is_chat(const State& state, const net::HttpRequest& head) {
  return head.path == "/v1/chat/completions" && enabled(state, "chatCompletions");
}
bool is_responses(const State& state, const net::HttpRequest& head) {
  return head.path == "/v1/responses" && enabled(state, "responses");
}
bool is_models(const State& state, const net::HttpRequest& head) {
  if (head.path != kModels && !head.path.starts_with("/v1/models/")) return false;
  return enabled(state, "chatCompletions") || enabled(state, "responses");
}

// ---- models

json::Object model_object(std::string_view id) {
  json::Object out;
  out["id"] = id;
  out["object"] = "model";
  out["created"] = 0;
  out["owned_by"] = "openclaw";
  out["permission"] = json::Array{};
  return out;
}

std::vector<std::string> model_ids(const State& state) {
  std::vector<std::string> out{"openclaw", "openclaw/default"};
  for (const auto& id : configured_agents(state)) out.push_back("openclaw/" + id);
  return out;
}

void one_model(State& state, const ExchangePtr& exchange, std::string_view encoded) {
  if (encoded.empty()) return refuse_request(state, exchange, "Missing model id.");
  const auto id = url_decode(encoded);
  if (!id) return refuse_request(state, exchange, "Invalid model id encoding.");
  if (!agent_of_model(state, *id)) return refuse_request(state, exchange, "Invalid model id.");
  const auto ids = model_ids(state);
  if (std::find(ids.begin(), ids.end(), *id) == ids.end()) {
    return send(state, exchange, http_error(404, fmt::format("Model '{}' not found.", *id), "invalid_request_error"));
  }
  send(state, exchange, http_json(200, model_object(*id)));
}

void models(State& state, ExchangePtr exchange) {
  if (!admitted(state, exchange, protocol::kRead)) return;
  const auto& path = exchange->request().path;
  if (path != kModels) return one_model(state, exchange, std::string_view(path).substr(kModels.size() + 1));
  json::Array data;
  for (const auto& id : model_ids(state)) data.push_back(model_object(id));
  json::Object body;
  body["object"] = "list";
  body["data"] = std::move(data);
  send(state, exchange, http_json(200, body));
}

// ---- chat completions

struct ChatAnswer {
  std::string id, model;
  std::int64_t created = 0;  // seconds
  bool stream_usage = false;
};

json::Object usage_of(const TurnResult& result) {
  json::Object out;
  out["prompt_tokens"] = result.input_tokens;
  out["completion_tokens"] = result.output_tokens;
  out["total_tokens"] = result.input_tokens + result.output_tokens;
  return out;
}

json::Object completion(const ChatAnswer& answer, const TurnResult& result) {
  json::Object message;
  message["role"] = "assistant";
  message["content"] = result.text.empty() ? std::string(kNoResponse) : result.text;
  json::Object choice;
  choice["index"] = 0;
  choice["message"] = std::move(message);
  choice["finish_reason"] = "stop";
  json::Array choices;
  choices.push_back(std::move(choice));
  json::Object body;
  body["id"] = answer.id;
  body["object"] = "chat.completion";
  body["created"] = answer.created;
  body["model"] = answer.model;
  body["choices"] = std::move(choices);
  body["usage"] = usage_of(result);
  return body;
}

json::Object chunk(const ChatAnswer& answer) {
  json::Object out;
  out["id"] = answer.id;
  out["object"] = "chat.completion.chunk";
  out["created"] = answer.created;
  out["model"] = answer.model;
  return out;
}

std::string role_chunk(const ChatAnswer& answer) {
  json::Object delta;
  delta["role"] = "assistant";
  json::Object choice;
  choice["index"] = 0;
  choice["delta"] = std::move(delta);
  json::Array choices;
  choices.push_back(std::move(choice));
  auto out = chunk(answer);
  out["choices"] = std::move(choices);
  return data_event(out);
}

// Text, the end, or both.
std::string text_chunk(const ChatAnswer& answer, std::string_view text, bool last) {
  json::Object delta;
  if (!text.empty()) delta["content"] = text;
  json::Object choice;
  choice["index"] = 0;
  choice["delta"] = std::move(delta);
  choice["finish_reason"] = last ? json::Value("stop") : json::Value(nullptr);
  json::Array choices;
  choices.push_back(std::move(choice));
  auto out = chunk(answer);
  out["choices"] = std::move(choices);
  return data_event(out);
}

std::string usage_chunk(const ChatAnswer& answer, const TurnResult& result) {
  auto out = chunk(answer);
  out["choices"] = json::Array{};
  out["usage"] = usage_of(result);
  return data_event(out);
}

base::Task<void> answer_whole(State* state, ExchangePtr exchange, agent::RunRequest request, ChatAnswer answer) {
  OnText no_text;
  std::function<void()> nothing;
  const auto result = co_await run_turn(state, std::move(request), std::move(no_text), std::move(nothing));
  if (!result.ok) {
    refuse_internal(*state, exchange);
    co_return;
  }
  send(*state, exchange, http_json(200, completion(answer, result)));
}

base::Task<void> answer_stream(State* state, ExchangePtr exchange, agent::RunRequest request, ChatAnswer answer) {
  start_events(*state, exchange);
  exchange->write(role_chunk(answer));
  OnText on_text = [exchange, answer](std::string piece) { exchange->write(text_chunk(answer, piece, false)); };
  std::function<void()> nothing;
  const auto result = co_await run_turn(state, std::move(request), std::move(on_text), std::move(nothing));
  if (!result.ok) {
    exchange->write(text_chunk(answer, "Error: internal error", true));
  } else {
    if (result.text.empty()) exchange->write(text_chunk(answer, kNoResponse, false));
    exchange->write(text_chunk(answer, {}, true));
    // Strict clients ask for it; without their asking there is none, as in the reference.
    if (answer.stream_usage) exchange->write(usage_chunk(answer, result));
  }
  exchange->write(kDoneEvent);
  exchange->finish();
}

void chat_completions(State& state, ExchangePtr exchange) {
  if (!admitted(state, exchange, protocol::kWrite)) return;
  const auto& request = exchange->request();
  const auto parsed = json_body(request.body);
  if (!parsed) return refuse_request(state, exchange, parsed.error().message);
  const auto envelope = chat_envelope(*parsed);
  const auto target = turn_target(state, request, envelope.model, envelope.user, "openai");
  if (!target) return refuse_request(state, exchange, target.error().message);
  auto body = decode_chat(*parsed);
  if (!body) return refuse_request(state, exchange, body.error().message);
  ChatAnswer answer{"chatcmpl_" + base::uuid4(), body->model, state.clock.wall_ms() / 1000, body->stream_usage};
  auto turn = turn_request(state, *target, answer.id);
  turn.message = std::move(body->message);
  turn.extra_system_prompt = std::move(body->instructions);
  turn.images = std::move(body->images);
  base::spawn(state.loop, (body->stream ? answer_stream : answer_whole)(&state, std::move(exchange), std::move(turn), std::move(answer)),
              "chat completion");
}

constexpr HttpRoute kRoutes[] = {
    {is_models, "GET", HttpAuth::bearer, 0, HttpErrors::openai, models},
    {is_responses, "POST", HttpAuth::bearer, kMaxBody, HttpErrors::openai, serve_responses},
    {is_chat, "POST", HttpAuth::bearer, kMaxBody, HttpErrors::openai, chat_completions},
};

}  // namespace

std::span<const HttpRoute> openai_routes() { return kRoutes; }

}  // namespace openclaw::gateway
