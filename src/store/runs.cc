#include "store/runs.h"

#include "store/document.h"

#include <fmt/format.h>

namespace openclaw::store {

using base::ErrorKind;

namespace {

std::string state_text(RunState state) {
  switch (state) {
    case RunState::accepted:
      return "accepted";
    case RunState::running:
      return "running";
    case RunState::done:
      break;
  }
  return "done";
}

RunState state_from(const std::string& text) {
  if (text == "accepted") return RunState::accepted;
  return text == "running" ? RunState::running : RunState::done;
}

// Columns in the order of the SELECTs below.
base::Result<RunRecord> read_run(const Row& row) {
  RunRecord run;
  run.run_id = row.text(0);
  run.kind = row.text(1);
  run.session_key = row.text(2);
  run.state = state_from(row.text(3));
  const std::string where = "run " + run.run_id;
  OC_TRY_ASSIGN(run.request, read_object(row.text(4), where));
  run.partial_text = row.text(5);
  if (!row.is_null(6)) {
    OC_TRY_ASSIGN(run.result, read_value(row.text(6), where));
  }
  run.created_at = row.integer(7);
  run.started_at = row.integer(8);
  run.ended_at = row.integer(9);
  return run;
}

// After an UPDATE of an unfinished run: says why it met none.
base::Result<> require_touched(Db& db, const std::string& run_id) {
  if (db.changes() > 0) return {};
  OC_TRY_ASSIGN(const auto run, find_run(db, run_id));
  if (!run) return base::fail(ErrorKind::not_found, "no run " + run_id);
  return base::fail(ErrorKind::failed, "run " + run_id + " has already ended");
}

}  // namespace

base::Result<> insert_run(Db& db, const RunRecord& run) {
  const bool has_result = run.state == RunState::done;
  OC_TRY(
      db.run("INSERT INTO runs (run_id, kind, session_key, state, request, partial_text, result, created_at, "
             "started_at, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id) DO NOTHING",
             {run.run_id, run.kind, run.session_key, state_text(run.state), json::write(run.request),
              run.partial_text, has_result ? Bind(json::write(run.result)) : Bind(nullptr), run.created_at,
              run.started_at, run.ended_at}));
  if (db.changes() == 0) return base::fail(ErrorKind::busy, "run " + run.run_id + " exists already");
  return {};
}

base::Result<std::optional<RunRecord>> find_run(Db& db, const std::string& run_id) {
  std::optional<base::Result<RunRecord>> found;
  OC_TRY(db.each(
      "SELECT run_id, kind, session_key, state, request, partial_text, result, created_at, started_at, "
      "ended_at FROM runs WHERE run_id = ?",
      {run_id}, [&](const Row& row) {
        found.emplace(read_run(row));
        return false;
      }));
  if (!found) return std::optional<RunRecord>();
  if (!*found) return tl::unexpected(std::move(*found).error());
  return std::optional<RunRecord>(std::move(**found));
}

base::Result<> mark_run_started(Db& db, const std::string& run_id, std::int64_t now) {
  OC_TRY(db.run("UPDATE runs SET state = 'running', started_at = ? WHERE run_id = ? AND state <> 'done'",
                {now, run_id}));
  return require_touched(db, run_id);
}

base::Result<> save_partial(Db& db, const std::string& run_id, const std::string& text) {
  OC_TRY(db.run("UPDATE runs SET partial_text = ? WHERE run_id = ? AND state <> 'done'", {text, run_id}));
  return require_touched(db, run_id);
}

base::Result<> finish_run(Db& db, const std::string& run_id, const json::Value& result, std::int64_t now) {
  OC_TRY(
      db.run("UPDATE runs SET state = 'done', result = ?, ended_at = ? WHERE run_id = ? AND state <> 'done'",
             {json::write(result), now, run_id}));
  return require_touched(db, run_id);
}

base::Result<std::vector<RunRecord>> unfinished_runs(Db& db) {
  std::vector<RunRecord> out;
  base::Result<> damage;
  OC_TRY(db.each(
      "SELECT run_id, kind, session_key, state, request, partial_text, result, created_at, started_at, "
      "ended_at FROM runs WHERE state <> 'done' ORDER BY created_at, rowid",
      {}, [&](const Row& row) {
        auto run = read_run(row);
        if (!run) {
          damage = tl::unexpected(std::move(run).error());
          return false;
        }
        out.push_back(std::move(*run));
        return true;
      }));
  OC_TRY(damage);
  return out;
}

base::Result<std::optional<json::Value>> find_idempotent(Db& db, const std::string& key) {
  std::optional<std::string> text;
  OC_TRY(db.each("SELECT result FROM idempotency WHERE key = ?", {key}, [&](const Row& row) {
    text = row.text(0);
    return false;
  }));
  if (!text) return std::optional<json::Value>();
  auto value = read_value(*text, "the stored result of " + key);
  if (!value) return tl::unexpected(std::move(value).error());
  return std::optional<json::Value>(std::in_place, std::move(*value));
}

base::Result<> put_idempotent(Db& db, const std::string& key, const json::Value& result, std::int64_t now) {
  return db.run(
      "INSERT INTO idempotency (key, result, created_at) VALUES (?, ?, ?) "
      "ON CONFLICT (key) DO UPDATE SET result = excluded.result, created_at = excluded.created_at",
      {key, json::write(result), now});
}

base::Result<> prune_idempotent(Db& db, std::int64_t now, IdempotencyBound bound) {
  const std::int64_t oldest = now - bound.age_ms;
  OC_TRY(db.run("DELETE FROM idempotency WHERE created_at < ?", {oldest}));
  OC_TRY(
      db.run("DELETE FROM idempotency WHERE rowid IN "
             "(SELECT rowid FROM idempotency ORDER BY created_at DESC, rowid DESC LIMIT -1 OFFSET ?)",
             {bound.entries}));
  OC_TRY(db.run("DELETE FROM runs WHERE state = 'done' AND ended_at < ?", {oldest}));
  return db.run(
      "DELETE FROM runs WHERE rowid IN (SELECT rowid FROM runs WHERE state = 'done' "
      "ORDER BY ended_at DESC, rowid DESC LIMIT -1 OFFSET ?)",
      {bound.entries});
}

}  // namespace openclaw::store
