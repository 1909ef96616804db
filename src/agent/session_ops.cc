// What clients change about sessions. Memory first, then the store, like everything else here: a run that begins in
// between sees the change.
#include "agent/runtime_impl.h"
#include "base/random.h"
#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace openclaw::agent {

using base::ErrorKind;
using base::Result;
using base::Task;

namespace {

tl::unexpected<base::Error> no_session(const std::string& key) {
  return base::fail(ErrorKind::not_found, "session not found: " + key);
}

tl::unexpected<base::Error> active_session(const std::string& key) {
  return base::fail(ErrorKind::busy, fmt::format("Session {} is still active; try again in a moment.", key));
}

// What belongs to the transcript or its runs, not to the conversation.
constexpr std::string_view kRunFields[] = {"status",     "startedAt",   "endedAt",         "runtimeMs",
                                           "cacheRead",  "cacheWrite",  "contextTokens",   "estimatedCostUsd",
                                           "totalTokens", "modelProvider", "model"};

std::string archive_suffix(std::int64_t now) { return base::replace_all(base::iso_time(now), ":", "-"); }

}  // namespace

bool Runtime::Impl::has_runs(const std::string& session_key) const {
  return std::any_of(runs.begin(), runs.end(),
                     [&](const auto& entry) { return entry.second->request.session_key == session_key; });
}

Task<Result<EditedSession>> Runtime::Impl::edit_session(SessionEdit edit) {
  const auto self = shared_from_this();
  const auto* known = sessions.find(edit.key);
  if (!known && !edit.create) co_return no_session(edit.key);
  store::SessionRecord changed;
  if (known) {
    changed = *known;
  } else {
    changed.key = edit.key;
    changed.session_id = base::uuid4();
    changed.agent_id = edit.agent_id;
  }
  auto edited = edit.edit ? edit.edit(changed) : Result<>{};
  if (!edited) co_return tl::unexpected(std::move(edited).error());
  if (edit.touch || !known) changed.updated_at = parts.clock.wall_ms();
  EditedSession out;
  auto& session = sessions.obtain(edit.key, edit.agent_id, out.created);
  session = changed;
  auto job = [changed](store::Db& db) { return store::put_session(db, changed); };
  auto written = co_await parts.store.write(std::move(job));
  if (!written) co_return tl::unexpected(std::move(written).error());
  out.record = std::move(changed);
  co_return out;
}

Task<bool> Runtime::Impl::quiesce(std::string session_key, std::string stop_reason, int timeout_ms) {
  const auto self = shared_from_this();
  const auto until = parts.clock.steady_ms() + timeout_ms;
  while (has_runs(session_key)) {
    std::vector<RunPtr> found;
    for (const auto& [id, run] : runs) {
      if (run->request.session_key == session_key) found.push_back(run);
    }
    for (const auto& run : found) abort(run->request.run_id, stop_reason);
    const RunPtr first = found.front();
    const auto left = until - parts.clock.steady_ms();
    if (left <= 0) co_return false;
    auto& next = first->stored ? first->done : first->accepted;
    const bool ended = co_await next.wait_for(base::Millis(left));
    if (!ended) co_return false;
  }
  co_return true;
}

Task<Result<store::SessionRecord>> Runtime::Impl::renew_session(std::string key) {
  const auto self = shared_from_this();
  if (has_runs(key)) co_return active_session(key);
  auto* session = sessions.find(key);
  if (!session) co_return no_session(key);
  const auto now = parts.clock.wall_ms();
  store::ArchiveRecord archive{session->session_id, key, session->agent_id, "reset", now};
  session->session_id = base::uuid4();
  session->updated_at = now;
  for (const auto field : kRunFields) session->entry.stable_erase(field);
  session->entry["systemSent"] = false;
  session->entry["abortedLastRun"] = false;
  session->entry["inputTokens"] = 0;
  session->entry["outputTokens"] = 0;
  session->entry["totalTokens"] = 0;
  session->entry["totalTokensFresh"] = true;
  auto row = *session;
  auto job = [row, archive](store::Db& db) -> Result<> {
    OC_TRY(store::put_archive(db, archive));
    return store::put_session(db, row);
  };
  auto written = co_await parts.store.write(std::move(job));
  if (!written) co_return tl::unexpected(std::move(written).error());
  co_return row;
}

Task<Result<bool>> Runtime::Impl::delete_session(std::string key, bool archive) {
  const auto self = shared_from_this();
  if (has_runs(key)) co_return active_session(key);
  const auto* session = sessions.find(key);
  if (!session) co_return false;
  store::ArchiveRecord record{session->session_id, key, session->agent_id, "deleted", parts.clock.wall_ms()};
  sessions.erase(key);
  auto job = [record, key, archive](store::Db& db) -> Result<> {
    if (archive) OC_TRY(store::put_archive(db, record));
    return store::delete_session(db, key);
  };
  auto written = co_await parts.store.write(std::move(job));
  if (!written) co_return tl::unexpected(std::move(written).error());
  co_return true;
}

Task<Result<Runtime::Cut>> Runtime::Impl::cut_session(std::string key, std::int64_t keep) {
  const auto self = shared_from_this();
  if (has_runs(key)) co_return active_session(key);
  auto* session = sessions.find(key);
  if (!session) co_return no_session(key);
  const auto now = parts.clock.wall_ms();
  const std::string id = session->session_id;
  store::ArchiveRecord archive{id + ".bak." + archive_suffix(now), key, session->agent_id, "bak", now};
  auto changed = *session;
  changed.updated_at = now;
  for (const auto* field : {"inputTokens", "outputTokens", "totalTokens"}) changed.entry.stable_erase(field);
  changed.entry["totalTokensFresh"] = false;
  auto job = [id, keep, archive, changed](store::Db& db) -> Result<Cut> {
    Cut cut;
    cut.archive_id = archive.session_id;
    OC_TRY_ASSIGN(cut.moved, store::cut_transcript(db, id, keep, archive));
    OC_TRY_ASSIGN(cut.kept, store::count_messages(db, id));
    if (cut.moved > 0) OC_TRY(store::put_session(db, changed));
    return cut;
  };
  auto cut = co_await parts.store.write(std::move(job));
  if (!cut) co_return tl::unexpected(std::move(cut).error());
  if (cut->moved == 0) co_return std::move(*cut);
  // Looked up again: the session may have gone meanwhile, or be another one.
  if (auto* now_there = sessions.find(key); now_there && now_there->session_id == id) {
    for (const auto* field : {"inputTokens", "outputTokens", "totalTokens"}) now_there->entry.stable_erase(field);
    now_there->entry["totalTokensFresh"] = false;
    now_there->updated_at = std::max(now_there->updated_at, now);
  }
  co_return std::move(*cut);
}

Task<Result<store::MessageRecord>> Runtime::Impl::append_note(std::string key, json::Object body,
                                                              std::function<Result<>(store::Db&)> also) {
  const auto self = shared_from_this();
  const auto* session = sessions.find(key);
  if (!session) co_return no_session(key);
  auto job = [id = session->session_id, body = std::move(body), now = parts.clock.wall_ms(),
              also = std::move(also)](store::Db& db) -> Result<store::MessageRecord> {
    OC_TRY_ASSIGN(auto message, store::append_message(db, id, body, now));
    if (also) OC_TRY(also(db));
    return message;
  };
  auto written = co_await parts.store.write(std::move(job));
  if (written) parts.events.session_message(key, *written);
  co_return written;
}

}  // namespace openclaw::agent
