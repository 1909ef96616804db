// What clients see while a run is going on (OpenClaw methods 13).
#include "agent/agent_limits.h"
#include "agent/reply_text.h"
#include "agent/runtime_impl.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/strings.h"

namespace openclaw::agent {

using base::Task;

namespace {

json::Object chat_message(const std::string& text, std::int64_t now) {
  json::Object block;
  block["type"] = "text";
  block["text"] = text;
  json::Array content;
  content.push_back(std::move(block));
  json::Object out;
  out["role"] = "assistant";
  out["content"] = std::move(content);
  out["timestamp"] = now;
  return out;
}

Task<void> save_partial_task(store::Store* store, RunPtr run, std::string text) {
  auto job = [id = run->request.run_id, body = std::move(text)](store::Db& db) {
    return store::save_partial(db, id, body);
  };
  auto saved = co_await store->write(std::move(job));
  if (!saved && !run->finishing)
    base::log_warn("agent", "run " + run->request.run_id + ": " + saved.error().message);
}

}  // namespace

void Runtime::Impl::emit_agent(Run& run, std::string_view stream, json::Object data) {
  AgentEvent event;
  event.run_id = run.request.run_id;
  event.session_key = run.request.session_key;
  event.stream = stream;
  event.seq = ++run.seq;
  event.ts = parts.clock.wall_ms();
  event.data = std::move(data);
  parts.events.agent(event);
}

void Runtime::Impl::emit_chat(Run& run, std::string_view state, std::optional<std::string> text,
                              std::string_view error, std::string_view stop_reason) {
  if (!run.has_chat_events()) return;
  ChatEvent event;
  event.run_id = run.request.run_id;
  const bool as_given = state == "aborted" && !run.request.given_key.empty();
  event.session_key = as_given ? run.request.given_key : run.request.session_key;
  event.state = state;
  event.seq = run.seq;
  if (text) event.message = chat_message(*text, parts.clock.wall_ms());
  event.error_message = error;
  event.stop_reason = stop_reason;
  parts.events.chat(event);
}

std::string Runtime::Impl::shown_text(const Run& run) const {
  std::string out;
  for (const auto& text : run.payloads) out = join_texts(out, text);
  return join_texts(out, run.round_shown);
}

void Runtime::Impl::on_text(const RunPtr& run, std::string_view delta) {
  if (run->stopped()) return;
  run->round_text += delta;
  auto shown = visible_text(run->round_text);
  if (shown.size() <= run->round_shown.size()) return;
  json::Object data;
  data["text"] = shown;
  data["delta"] = shown.substr(run->round_shown.size());
  run->round_shown = std::move(shown);
  emit_agent(*run, "assistant", std::move(data));
  const auto now = parts.clock.steady_ms();
  if (run->chat_sent_at < 0 || now - run->chat_sent_at >= base::kChatDeltaMs) flush_chat(*run);
  if (now - run->partial_saved_at >= kPartialSaveMs) save_partial_later(run);
}

void Runtime::Impl::flush_chat(Run& run) {
  auto text = shown_text(run);
  if (text.empty() || text == run.chat_sent) return;
  run.chat_sent_at = parts.clock.steady_ms();
  emit_chat(run, "delta", text);
  run.chat_sent = std::move(text);
}

void Runtime::Impl::announce_user(Run& run) {
  if (!run.announced_later) return;
  const auto message = std::move(*run.announced_later);
  run.announced_later.reset();
  parts.events.session_message(run.request.session_key, message);
}

void Runtime::Impl::save_partial_later(const RunPtr& run) {
  run->partial_saved_at = parts.clock.steady_ms();
  base::spawn(parts.loop, save_partial_task(&parts.store, run, shown_text(*run)), "save partial reply");
}

}  // namespace openclaw::agent
