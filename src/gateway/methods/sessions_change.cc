// sessions.patch, reset, delete, compact.
#include "base/strings.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/chat_send.h"
#include "gateway/methods/session_patch.h"
#include "gateway/methods/session_rows.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;

constexpr int kQuiesceMs = 15'000;
constexpr std::int64_t kCompactLines = 400;

// The canonical key, or the refusal of a request that may not change sessions.
tl::expected<std::string, protocol::WireError> key_of(const State& state, const json::Object& params) {
  const std::string given(base::trim(json::get_string_or(params, "key", "")));
  if (given.empty()) return invalid_request("key required");
  return canonical_session_key(state, given);
}

std::optional<protocol::WireError> web_refusal(const CallContext& caller, const char* what) {
  if (caller.client.mode != "webchat" || caller.client.id == "openclaw-control-ui") return std::nullopt;
  return protocol::WireError{std::string(protocol::kInvalidRequest),
                             fmt::format("webchat clients cannot {} sessions; use chat.send for session-scoped updates", what), nullptr, {}, {}};
}

tl::unexpected<protocol::WireError> still_active(const std::string& key) {
  return unavailable(fmt::format("Session {} is still active; try again in a moment.", key));
}

// An archived transcript as a client can name it.
std::string archive_name(const State& state, const std::string& session_id) { return sessions_path(state) + "#" + session_id; }

base::Task<MethodResult> patch(State& state, CallContext caller, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  if (!state.store_problem.empty()) co_return unavailable(state.store_problem);
  auto key = key_of(state, params);
  if (!key) co_return tl::unexpected(std::move(key).error());
  if (auto refused = web_refusal(caller, "patch")) co_return tl::unexpected(std::move(*refused));
  auto changed = co_await patch_session(state, *key, std::move(params));
  if (!changed) co_return tl::unexpected(std::move(changed).error());
  announce_session(state, *key, "patch");
  const auto model = SessionRows(state).model_of(changed->record);
  json::Object resolved;
  resolved["modelProvider"] = model.provider;
  resolved["model"] = model.name;
  json::Object out;
  out["ok"] = true;
  out["path"] = sessions_path(state);
  out["key"] = *key;
  out["entry"] = entry_json(changed->record);
  out["resolved"] = std::move(resolved);
  co_return Reply(std::move(out));
}

base::Task<MethodResult> reset(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  if (!state.store_problem.empty()) co_return unavailable(state.store_problem);
  auto key = key_of(state, params);
  if (!key) co_return tl::unexpected(std::move(key).error());
  auto renewed = co_await reset_session(state, *key);
  if (!renewed) co_return tl::unexpected(std::move(renewed).error());
  announce_session(state, *key, json::get_string_or(params, "reason", "reset"));
  json::Object out;
  out["ok"] = true;
  out["key"] = *key;
  out["entry"] = entry_json(*renewed);
  co_return Reply(std::move(out));
}

base::Task<MethodResult> remove(State& state, CallContext caller, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  if (!state.store_problem.empty()) co_return unavailable(state.store_problem);
  auto key = key_of(state, params);
  if (!key) co_return tl::unexpected(std::move(key).error());
  if (auto refused = web_refusal(caller, "delete")) co_return tl::unexpected(std::move(*refused));
  if (*key == session::main_session_key(state.settings.default_agent, key_settings(state))) {
    co_return invalid_request(fmt::format("Cannot delete the main session ({}).", *key));
  }
  const bool archive = json::get_bool(params, "deleteTranscript").value_or(true);
  const bool quiet = co_await state.runtime->quiesce(*key, "rpc", kQuiesceMs);
  if (!quiet) co_return still_active(*key);
  const auto* record = state.runtime->session(*key);
  const std::string session_id = record ? record->session_id : std::string();
  auto deleted = co_await state.runtime->delete_session(*key, archive);
  if (!deleted && deleted.error().kind == base::ErrorKind::busy) co_return still_active(*key);
  if (!deleted) co_return unavailable("Error: " + deleted.error().message);
  json::Array archived;
  if (*deleted && archive) archived.emplace_back(archive_name(state, session_id));
  if (*deleted) announce_session(state, *key, "delete");
  json::Object out;
  out["ok"] = true;
  out["key"] = *key;
  out["deleted"] = *deleted;
  out["archived"] = std::move(archived);
  co_return Reply(std::move(out));
}

base::Task<MethodResult> compact(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  if (!state.store_problem.empty()) co_return unavailable(state.store_problem);
  auto key = key_of(state, params);
  if (!key) co_return tl::unexpected(std::move(key).error());
  json::Object out;
  out["ok"] = true;
  out["key"] = *key;
  out["compacted"] = false;
  if (!state.runtime->session(*key)) {
    out["reason"] = "no sessionId";
    co_return Reply(std::move(out));
  }
  const bool quiet = co_await state.runtime->quiesce(*key, "rpc", kQuiesceMs);
  if (!quiet) co_return still_active(*key);
  auto cut = co_await state.runtime->cut_session(*key, json::get_int(params, "maxLines").value_or(kCompactLines));
  if (!cut && cut.error().kind == base::ErrorKind::busy) co_return still_active(*key);
  if (!cut) co_return unavailable("Error: " + cut.error().message);
  if (cut->kept == 0) {
    out["reason"] = "no transcript";
    co_return Reply(std::move(out));
  }
  if (cut->moved > 0) {
    out["compacted"] = true;
    out["archived"] = archive_name(state, cut->archive_id);
    json::Object more;
    more["compacted"] = true;
    announce_session(state, *key, "compact", std::move(more));
  }
  out["kept"] = cut->kept;
  co_return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"sessions.patch", nullptr, patch},
    {"sessions.reset", nullptr, reset},
    {"sessions.delete", nullptr, remove},
    {"sessions.compact", nullptr, compact},
};

}  // namespace

std::span<const Binding> session_change_bindings() { return kBindings; }

}  // namespace openclaw::gateway
