// One run: rounds of a model call and the tool calls it asks for.
#include "agent/agent_limits.h"
#include "agent/failure.h"
#include "agent/reply_text.h"
#include "agent/runtime_impl.h"
#include "agent/system_prompt.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"

#include <fmt/format.h>

#include <algorithm>

namespace openclaw::agent {

using base::Result;
using base::Task;

namespace {

// A tool of the caller's hides one of ours of the same name.
std::vector<ToolSpec> tool_specs(const RunRequest& request) {
  auto out = request.client_tools;
  for (const auto& tool : builtin_tools()) {
    const auto same = [&](const ToolSpec& spec) { return spec.name == tool.spec.name; };
    if (std::none_of(request.client_tools.begin(), request.client_tools.end(), same)) out.push_back(tool.spec);
  }
  return out;
}

bool is_client_tool(const RunRequest& request, const std::string& name) {
  return std::any_of(request.client_tools.begin(), request.client_tools.end(),
                     [&](const ToolSpec& spec) { return spec.name == name; });
}

// Stands in the transcript for the result that the caller brings with its next message.
ToolResult delegated(const std::string& name) {
  json::Object body;
  body["status"] = "pending";
  body["tool"] = name;
  body["message"] = "The caller executes this tool and sends the result with its next message.";
  ToolResult out;
  out.text = json::write(body);
  return out;
}

// A tool call runs as a task of its own, so that an aborted run need not wait for it.
struct ToolSlot {
  explicit ToolSlot(base::Loop& loop) : ended(loop) {}
  base::Event ended;
  std::optional<ToolResult> result;
};

Task<void> tool_task(std::shared_ptr<ToolSlot> slot, const Tool* tool, ToolContext context,
                     json::Object arguments) {
  auto result = co_await tool->run(std::move(context), std::move(arguments));
  slot->result = std::move(result);
  slot->ended.set();
}

ToolResult unknown_tool(const std::string& name) {
  json::Object body;
  body["status"] = "error";
  body["tool"] = name;
  body["error"] = fmt::format("Tool {} not found", name);
  ToolResult out;
  out.text = json::write_pretty(body);
  out.is_error = true;
  return out;
}

// The `error` of a failure JSON, else nothing.
std::string failure_in(const ToolResult& result) {
  const auto parsed = json::parse(result.text);
  const auto* body = parsed ? parsed->if_object() : nullptr;
  if (!body || json::get_string_or(*body, "status", "") != "error")
    return result.is_error ? result.text : std::string();
  return json::get_string_or(*body, "error", "failed");
}

json::Object tool_result_data(const ToolCall& call, const Tool* tool, const json::Object& message) {
  json::Object data;
  data["phase"] = "result";
  data["name"] = call.name;
  data["toolCallId"] = call.id;
  const auto meta = tool && tool->meta ? tool->meta(call.arguments) : std::string();
  if (!meta.empty()) data["meta"] = meta;
  data["isError"] = message.at("isError");
  json::Object result;
  result["content"] = message.at("content");
  if (const auto* details = json::find(message, "details")) result["details"] = *details;
  data["result"] = std::move(result);
  return data;
}

RunOutcome failed(std::string error, std::string user_text) {
  RunOutcome out;
  out.failure = RunFailure{std::move(error), std::move(user_text)};
  return out;
}

RunOutcome failed_before_reply(const std::string& error) {
  ModelFailure failure;
  failure.text = error;
  return failed(error, failure_text(failure, {}));
}

}  // namespace

Task<void> Runtime::Impl::run_task(std::shared_ptr<Impl> self, RunPtr run) {
  auto begun = co_await self->begin(run);
  Result<RunOutcome> outcome = RunOutcome{};
  if (!begun) {
    outcome = tl::unexpected(std::move(begun).error());
  } else if (!run->stopped()) {
    outcome = co_await self->converse(run);
  }
  run->deadline.cancel();
  co_await self->end_run(run, std::move(outcome));
  self->release(run);
}

Task<Result<>> Runtime::Impl::begin(RunPtr run) {
  auto* session = sessions.find(run->request.session_key);
  if (!session)
    co_return base::fail(base::ErrorKind::failed, "session " + run->request.session_key + " is gone");
  run->started_at = parts.clock.wall_ms();
  run->partial_saved_at = parts.clock.steady_ms();
  session_started(*session, run->started_at);
  if (run->request.thinking.empty()) run->request.thinking = json::get_string_or(session->entry, "thinkingLevel", "");
  auto job = [id = run->request.run_id, row = *session, now = run->started_at](store::Db& db) -> Result<> {
    OC_TRY(store::mark_run_started(db, id, now));
    return store::put_session(db, row);
  };
  auto written = co_await parts.store.write(std::move(job));
  if (!written) co_return tl::unexpected(std::move(written).error());
  if (run->stopped()) co_return Result<>{};
  arm_deadline(run);
  json::Object data;
  data["phase"] = "start";
  data["startedAt"] = run->started_at;
  emit_agent(*run, "lifecycle", std::move(data));
  parts.events.session_changed(run->request.session_key, "start", {}, run->request.run_id);
  announce_user(*run);
  co_return Result<>{};
}

// The session's own model; the agent's when that cannot be used, and then clients are told.
Result<ModelTarget> Runtime::Impl::choose_model(Run& run) {
  auto usual = parts.models.current_model(run.request.agent_id);
  const auto* session = sessions.find(run.request.session_key);
  if (!run.request.model.empty()) return parts.models.named_model(run.request.agent_id, run.request.model);
  const auto model = session ? json::get_string_or(session->entry, "modelOverride", "") : std::string();
  if (model.empty()) return usual;
  const auto provider = json::get_string_or(session->entry, "providerOverride", "");
  auto chosen = parts.models.named_model(run.request.agent_id, provider.empty() ? model : provider + "/" + model);
  if (chosen || !usual) return chosen;
  base::log_warn("agent", fmt::format("run {}: {}; using {}/{}", run.request.run_id, chosen.error().message,
                                      usual->provider, usual->model));
  json::Object attempt;
  attempt["provider"] = provider;
  attempt["model"] = model;
  attempt["error"] = chosen.error().message;
  attempt["reason"] = "model_not_found";
  json::Array attempts;
  attempts.push_back(std::move(attempt));
  json::Object data;
  data["phase"] = "fallback";
  data["selectedProvider"] = provider;
  data["selectedModel"] = model;
  data["activeProvider"] = usual->provider;
  data["activeModel"] = usual->model;
  data["reasonSummary"] = "model not found";
  data["attemptSummaries"] = json::strings({provider + "/" + model + " model not found"});
  data["attempts"] = std::move(attempts);
  emit_agent(run, "lifecycle", std::move(data));
  return usual;
}

Provider* Runtime::Impl::provider_for(const std::string& api) {
  auto& slot = providers[api];
  if (!slot) slot = parts.provider_factory ? parts.provider_factory(api) : make_provider(parts.loop, api);
  return slot.get();
}

Task<Result<>> Runtime::Impl::load_context(RunPtr run) {
  auto job = [id = run->session_id](store::Db& db) { return store::load_messages(db, id, 0); };
  auto messages = co_await parts.store.read(std::move(job));
  if (!messages) co_return tl::unexpected(std::move(messages).error());
  std::set<std::string> not_begun;
  for (const auto& other : waiting) {
    if (other->request.session_key == run->request.session_key) not_begun.insert(other->message_id);
  }
  const auto window = static_cast<std::size_t>(std::max<std::int64_t>(run->target.context_window, 1'000));
  run->context = model_context(*messages, not_begun, run->message_id, window * kContextBytesPerToken);
  co_return Result<>{};
}

// The error of the Result means that the store failed; everything else is in RunOutcome.
Task<Result<RunOutcome>> Runtime::Impl::converse(RunPtr run) {
  auto target = choose_model(*run);
  if (!target) {
    const auto& error = target.error();
    co_return failed_before_reply(error.hint.empty() ? error.message : error.message + " " + error.hint);
  }
  run->target = std::move(*target);
  if (run->request.max_tokens > 0) run->target.max_tokens = std::min(run->target.max_tokens, run->request.max_tokens);
  if (!provider_for(run->target.api))
    co_return failed_before_reply(
        fmt::format("model {}/{} uses the api \"{}\", which this gateway does not speak",
                    run->target.provider, run->target.model, run->target.api));
  auto loaded = co_await load_context(run);
  if (!loaded) co_return tl::unexpected(std::move(loaded).error());

  for (int round = 0; round < base::kMaxToolRounds; ++round) {
    run->round_text.clear();
    run->round_shown.clear();
    auto reply = co_await call_model(run);
    if (run->stopped()) co_return RunOutcome{};
    if (!reply) co_return failed(reply.error().text, failure_text(reply.error(), run->target.provider));
    run->usage.any = true;
    run->usage.last = reply->usage;
    run->usage.sum.input += reply->usage.input;
    run->usage.sum.output += reply->usage.output;
    run->usage.sum.cache_read += reply->usage.cache_read;
    run->usage.sum.cache_write += reply->usage.cache_write;
    if (tool_calls(reply->content).empty()) {
      RunOutcome out;
      out.reply = std::move(*reply);
      co_return out;
    }
    auto done = co_await tool_round(run, std::move(*reply));
    if (!done) co_return tl::unexpected(std::move(done).error());
    if (run->stopped()) co_return RunOutcome{};
    if (!run->client_calls.empty()) {
      RunOutcome out;
      out.delegated = true;
      co_return out;
    }
  }
  const auto text =
      fmt::format("The agent stopped after {} rounds of tool calls without an answer.", base::kMaxToolRounds);
  co_return failed(text, "⚠️ " + text);
}

Task<ModelResult<ModelReply>> Runtime::Impl::call_model(RunPtr run) {
  auto* provider = provider_for(run->target.api);
  for (int attempt = 0;; ++attempt) {
    ModelRequest request;
    request.target = run->target;
    request.system = system_prompt(run->request, run->target);
    request.messages = run->context;
    request.tools = tool_specs(run->request);
    request.idle_timeout_ms = run->target.idle_timeout_ms;
    request.cancel = run->cancel.token();
    ModelSink sink;
    sink.on_text = [self = this, run](std::string_view delta) { self->on_text(run, delta); };
    auto reply = co_await provider->complete(std::move(request), std::move(sink));
    if (reply || run->stopped()) co_return reply;
    const auto& failure = reply.error();
    if (attempt >= kMaxModelRetries || !run->round_text.empty() || !retryable(failure)) co_return reply;
    const auto wait = retry_delay_ms(failure, attempt, base::random_below(1u << 30));
    base::log_info("agent",
                   fmt::format("run {}: {}; trying again in {} ms", run->request.run_id, failure.text, wait));
    auto pause = std::make_shared<base::Event>(parts.loop);
    const auto registration = run->cancel.token().on_cancel([pause] { pause->set(); });
    co_await pause->wait_for(base::Millis(wait));
    if (run->stopped()) co_return reply;
  }
}

void Runtime::Impl::close_round(Run& run, const std::string& text) {
  auto clean = final_text(text);
  run.round_text.clear();
  run.round_shown.clear();
  if (!clean.empty()) run.payloads.push_back(std::move(clean));
}

Task<Result<store::MessageRecord>> Runtime::Impl::append(RunPtr run, json::Object body) {
  auto job = [id = run->session_id, body = std::move(body), now = parts.clock.wall_ms()](
                 store::Db& db) mutable { return store::append_message(db, id, std::move(body), now); };
  auto written = co_await parts.store.write(std::move(job));
  if (written) {
    auto for_model = written->body;
    for_model.stable_erase("details");
    run->context.push_back(std::move(for_model));
  }
  co_return written;
}

Task<Result<>> Runtime::Impl::tool_round(RunPtr run, ModelReply reply) {
  close_round(*run, text_of(reply.content));
  flush_chat(*run);
  if (reply.stop_reason.empty()) reply.stop_reason = "toolUse";
  auto calls = tool_calls(reply.content);
  auto body = assistant_message(run->target, reply, reply.usage, parts.clock.wall_ms());
  auto written = co_await append(run, std::move(body));
  if (!written) co_return tl::unexpected(std::move(written).error());
  parts.events.session_message(run->request.session_key, *written);
  for (auto& call : calls) {
    if (run->stopped()) break;
    auto called = co_await call_tool(run, std::move(call));
    if (!called) co_return tl::unexpected(std::move(called).error());
  }
  co_return Result<>{};
}

Task<Result<>> Runtime::Impl::call_tool(RunPtr run, ToolCall call) {
  json::Object start;
  start["phase"] = "start";
  start["name"] = call.name;
  start["toolCallId"] = call.id;
  start["args"] = call.arguments;
  emit_agent(*run, "tool", std::move(start));

  const bool callers = is_client_tool(run->request, call.name);
  const auto* tool = callers ? nullptr : find_tool(call.name);
  ToolResult result = callers ? delegated(call.name) : unknown_tool(call.name);
  if (callers) run->client_calls.push_back(call);
  if (tool) {
    ToolContext context;
    context.host = &parts.tools;
    context.session_key = run->request.session_key;
    context.agent_id = run->request.agent_id;
    context.run_id = run->request.run_id;
    context.cancel = run->cancel.token();
    auto slot = std::make_shared<ToolSlot>(parts.loop);
    base::spawn(parts.loop, tool_task(slot, tool, std::move(context), call.arguments), "agent tool");
    const auto registration = run->cancel.token().on_cancel([slot] { slot->ended.set(); });
    co_await slot->ended.wait();
    if (!slot->result) co_return Result<>{};  // aborted; the context gets a synthetic result
    result = std::move(*slot->result);
  }
  run->tool_failure = failure_in(result);
  auto body = tool_result_message(call.id, call.name, result, parts.clock.wall_ms());
  auto written = co_await append(run, std::move(body));
  if (!written) co_return tl::unexpected(std::move(written).error());
  if (!run->stopped()) emit_agent(*run, "tool", tool_result_data(call, tool, written->body));
  co_return Result<>{};
}

}  // namespace openclaw::agent
