#include "gateway/http/agent_turn.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "crypto/crypto.h"
#include "gateway/methods/agent_lookup.h"
#include "gateway/methods/session_rows.h"
#include "gateway/methods/system_lines.h"

namespace openclaw::gateway {
namespace {

constexpr std::size_t kMaxKeyText = 512;  // of a session or a user that a request names

bool lists_agent(const State& state, const std::string& id) {
  const auto known = configured_agents(state);
  return id == state.settings.default_agent || std::find(known.begin(), known.end(), id) != known.end();
}

base::Result<std::string> chosen_agent(const State& state, const net::HttpRequest& request, std::string_view model) {
  const auto of_model = agent_of_model(state, model);
  if (!of_model || !lists_agent(state, *of_model)) {
    return base::fail(base::ErrorKind::invalid, "Invalid `model`. Use `openclaw` or `openclaw/<agentId>`.");
  }
  for (const auto* name : {"x-openclaw-agent-id", "x-openclaw-agent"}) {
    const auto given = header_text(request, name);
    if (given.empty()) continue;
    const auto id = session::normalize_agent_id(given);
    if (!lists_agent(state, id)) return base::fail(base::ErrorKind::invalid, fmt::format("Unknown agent '{}' in `{}`.", id, name));
    return id;
  }
  return *of_model;
}

// With agents.defaults.models set only these models, and the agent's own, may be asked for.
bool lists_model(State& state, const std::string& agent_id, const agent::ModelTarget& wanted) {
  const auto* listed = state.config.get_object("agents.defaults.models");
  if (!listed || listed->empty()) return true;
  const auto ref = wanted.provider + "/" + wanted.model;
  if (listed->contains(ref)) return true;
  const auto own = state.models->current_model(agent_id);
  return own && own->provider == wanted.provider && own->model == wanted.model;
}

base::Result<std::string> chosen_model(State& state, const net::HttpRequest& request, const std::string& agent_id) {
  const auto given = header_text(request, "x-openclaw-model");
  if (given.empty()) return std::string();
  const auto slash = given.find('/');
  if (slash == 0 || slash == std::string::npos || slash + 1 == given.size()) {
    return base::fail(base::ErrorKind::invalid, "Invalid `x-openclaw-model`.");
  }
  const auto target = state.models->named_model(agent_id, given);
  if (!target || !lists_model(state, agent_id, *target)) {
    return base::fail(base::ErrorKind::invalid, fmt::format("Model '{}' is not allowed for agent '{}'.", given, agent_id));
  }
  return given;
}

// Turns the events of a run into the pieces of its text.
class TextPieces {
 public:
  std::string of(const agent::AgentEvent& event) {
    if (event.stream != "assistant") return {};
    auto delta = json::get_string_or(event.data, "delta", "");
    const auto* text = json::find(event.data, "text");
    // The text of an event is that of its round with the model: a new round begins a new paragraph.
    const bool new_round = text && text->is_string() && text->get_string().size() == delta.size();
    if (new_round && !sent_.empty() && !delta.empty()) delta.insert(0, "\n\n");
    sent_ += delta;
    return delta;
  }
  // What is missing of the whole text.
  std::string rest(const std::string& whole) const { return whole.starts_with(sent_) ? whole.substr(sent_.size()) : std::string(); }

 private:
  std::string sent_;
};

void read_result(const json::Value& final, TurnResult& out) {
  const auto* object = final.if_object();
  out.ok = object && json::get_string_or(*object, "status", "") == "ok";
  const auto* payloads = json::find_path(final, "result.payloads");
  if (payloads && payloads->is_array()) {
    for (const auto& payload : payloads->get_array()) {
      const auto text = payload.is_object() ? json::get_string_or(payload.get_object(), "text", "") : std::string();
      if (text.empty()) continue;
      if (!out.text.empty()) out.text += "\n\n";
      out.text += text;
    }
  }
  if (const auto* usage = json::find_path(final, "result.meta.agentMeta.usage"); usage && usage->is_object()) {
    const auto count = [&](std::string_view name) { return json::get_int(usage->get_object(), name).value_or(0); };
    out.input_tokens = count("input") + count("cacheRead") + count("cacheWrite");
    out.output_tokens = count("output");
  }
  const auto* calls = json::find_path(final, "result.meta.pendingToolCalls");
  if (!calls || !calls->is_array()) return;
  for (const auto& call : calls->get_array()) {
    if (!call.is_object()) continue;
    const auto& fields = call.get_object();
    out.calls.push_back(PendingCall{json::get_string_or(fields, "id", ""), json::get_string_or(fields, "name", ""),
                                    json::get_string_or(fields, "arguments", "")});
  }
}

}  // namespace

std::string header_text(const net::HttpRequest& request, std::string_view lower_name) {
  const auto* value = request.header(lower_name);
  return value ? std::string(base::trim(*value)) : std::string();
}

std::string subject_of(const net::HttpRequest& request) { return crypto::sha256_hex(header_text(request, "authorization")); }

void refuse_scope(State& state, const ExchangePtr& exchange, std::string_view scope) {
  json::Object error;
  error["type"] = "forbidden";
  error["message"] = "missing scope: " + std::string(scope);
  json::Object body;
  body["ok"] = false;
  body["error"] = std::move(error);
  send(state, exchange, http_json(403, body));
}

bool admitted(State& state, const ExchangePtr& exchange, std::string_view scope, SecretScopes secret) {
  auto caller = http_caller(state, exchange->request());
  if (!caller.ok) {
    send(state, exchange, std::move(caller.refusal));
    return false;
  }
  if (caller.shared_secret && secret == SecretScopes::none) caller.scopes.clear();
  if (scope.empty() || protocol::allows(caller.scopes, scope)) return true;
  refuse_scope(state, exchange, scope);
  return false;
}

std::optional<std::string> agent_of_model(const State& state, std::string_view model) {
  const auto name = base::lower_ascii(base::trim(model));
  if (name == "openclaw" || name == "openclaw/default") return state.settings.default_agent;
  for (const std::string_view prefix : {"openclaw/", "openclaw:", "agent:"}) {
    if (!name.starts_with(prefix)) continue;
    const auto id = name.substr(prefix.size());
    if (!session::valid_agent_id(id)) return std::nullopt;
    return id;
  }
  return std::nullopt;
}

std::string made_up_session(const TurnTarget& target, std::string_view user, std::string_view prefix) {
  const auto name = user.empty() ? fmt::format("{}:{}", prefix, base::uuid4()) : fmt::format("{}-user:{}", prefix, user);
  return session::store_key(target.agent_id, name);
}

base::Result<TurnTarget> turn_target(State& state, const net::HttpRequest& request, std::string_view model, std::string_view user,
                                     std::string_view prefix) {
  TurnTarget out;
  OC_TRY_ASSIGN(out.agent_id, chosen_agent(state, request, model));
  OC_TRY_ASSIGN(out.model, chosen_model(state, request, out.agent_id));
  if (user.size() > kMaxKeyText) return base::fail(base::ErrorKind::invalid, "Invalid `user`.");
  out.given_session = header_text(request, "x-openclaw-session-key");
  if (out.given_session.empty()) {
    out.session_key = made_up_session(out, user, prefix);
    return out;
  }
  if (out.given_session.size() > kMaxKeyText || session::classify_key(out.given_session) == session::KeyShape::malformed_agent) {
    return base::fail(base::ErrorKind::invalid, "Invalid `x-openclaw-session-key`.");
  }
  out.session_key = canonical_session_key(state, session::store_key(out.agent_id, out.given_session, state.settings.main_key));
  if (const auto parsed = session::parse_key(out.session_key); parsed && !lists_agent(state, parsed->agent_id)) {
    return base::fail(base::ErrorKind::invalid, "Invalid `x-openclaw-session-key`.");
  }
  return out;
}

agent::RunRequest turn_request(const State& state, const TurnTarget& target, std::string run_id) {
  agent::RunRequest out;
  out.run_id = std::move(run_id);
  out.kind = "http";
  out.session_key = target.session_key;
  out.given_key = target.session_key;
  out.agent_id = session::agent_of_key(target.session_key);
  out.model = target.model;
  out.timeout_ms = default_run_timeout_ms(state);
  out.origin["chatType"] = "direct";
  return out;
}

base::Task<TurnResult> run_turn(State* state, agent::RunRequest request, OnText on_text, std::function<void()> on_accepted) {
  TurnResult out;
  if (!state->store_ready.is_set()) co_await state->store_ready.wait();
  if (!state->store_problem.empty()) {
    base::log_error("gateway", "an HTTP request cannot be served: " + state->store_problem);
    co_return out;
  }
  const std::string run_id = request.run_id;
  const auto pieces = std::make_shared<TextPieces>();
  RunObservers::Watch watch;
  if (on_text) {
    watch = state->observers.follow_run(run_id, [pieces, on_text](const agent::AgentEvent& event) {
      if (auto piece = pieces->of(event); !piece.empty()) on_text(std::move(piece));
    });
  }
  std::function<base::Result<>(store::Db&)> also;
  add_lines(*state, request, also);
  auto submitted = co_await state->runtime->submit(std::move(request), std::move(also));
  if (!submitted) {
    base::log_error("gateway", "an HTTP request cannot be served: " + submitted.error().message);
    co_return out;
  }
  if (on_accepted) on_accepted();
  const auto final = co_await state->runtime->wait_final(run_id);
  watch.reset();
  if (!final) co_return out;  // the gateway is stopping
  read_result(*final, out);
  if (on_text && out.ok) {
    if (auto rest = pieces->rest(out.text); !rest.empty()) on_text(std::move(rest));
  }
  co_return out;
}

void start_events(State& state, const ExchangePtr& exchange) {
  net::HttpResponse head{200, "text/event-stream; charset=utf-8", {}, {}};
  head.extra.emplace_back("Cache-Control", "no-cache");
  secure_headers(state, head);
  exchange->start(std::move(head));
}

std::string data_event(const json::Object& data) { return "data: " + json::write(data) + "\n\n"; }
std::string named_event(std::string_view name, const json::Object& data) {
  return fmt::format("event: {}\ndata: {}\n\n", name, json::write(data));
}

}  // namespace openclaw::gateway
