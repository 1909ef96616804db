// The schema and its steps. A step, once released, is never edited: a change is a new step.
#include "store/db.h"

#include <fmt/format.h>

#include <iterator>

namespace openclaw::store {

using base::ErrorKind;

namespace {

constexpr std::int64_t kApplicationId = 0x4f434e56;  // "OCNV" in the file header: a database of ours

// Message bodies are large and read in order, so `messages` keeps its rowid and finds rows through the keys.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE sessions (
  key TEXT NOT NULL PRIMARY KEY,
  session_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  entry TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
  session_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  id TEXT NOT NULL,
  ts INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (session_id, seq),
  UNIQUE (session_id, id)
) STRICT;

CREATE TABLE runs (
  run_id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  session_key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('accepted', 'running', 'done')),
  request TEXT NOT NULL,
  partial_text TEXT NOT NULL DEFAULT '',
  result TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER NOT NULL DEFAULT 0,
  ended_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runs_unfinished ON runs (created_at) WHERE state <> 'done';
CREATE INDEX runs_finished ON runs (ended_at) WHERE state = 'done';

CREATE TABLE idempotency (
  key TEXT NOT NULL PRIMARY KEY,
  result TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE records (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE channel_offsets (
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (channel, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  lane TEXT NOT NULL,
  payload TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  next_at INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  poisoned INTEGER NOT NULL DEFAULT 0 CHECK (poisoned IN (0, 1))
) STRICT;
CREATE INDEX outbox_account ON outbox (channel, account, poisoned, id);
)sql";

// Transcripts that a session has left behind (reset, delete, compact), and the order in which usage is counted.
constexpr const char* kVersion2 = R"sql(
CREATE TABLE archives (
  session_id TEXT NOT NULL PRIMARY KEY,
  session_key TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('reset', 'deleted', 'bak')),
  archived_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX archives_session ON archives (session_key);
CREATE INDEX messages_time ON messages (ts);
)sql";

// What the scheduler did, one row a finished run; jobs and approvals that wait are small documents in `records`.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE cron_runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL,
  ts INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX cron_runs_job ON cron_runs (job_id, id);
CREATE INDEX cron_runs_time ON cron_runs (ts, id);
)sql";

constexpr const char* kSteps[] = {kVersion1, kVersion2, kVersion3};  // kSteps[n] leads from version n to n + 1
constexpr std::int64_t kVersion = std::size(kSteps);

}  // namespace

base::Result<> Db::check_identity() {
  OC_TRY_ASSIGN(const std::int64_t version, number("PRAGMA user_version"));
  OC_TRY_ASSIGN(const std::int64_t application, number("PRAGMA application_id"));
  OC_TRY_ASSIGN(const std::int64_t tables, number("SELECT count(*) FROM sqlite_schema"));
  if (version == 0 && application == 0 && tables == 0) return {};
  if (application != kApplicationId)
    return base::fail(ErrorKind::invalid,
                      fmt::format("{} is a SQLite database, but not one that this program wrote", path()),
                      fmt::format("move it away to start with an empty database: mv {0} {0}.old", path()));
  if (version > kVersion)
    return base::fail(
        ErrorKind::invalid,
        fmt::format("{} was written by a newer version of openclaw: its schema is version {}, this "
                    "program knows up to version {}",
                    path(), version, kVersion),
        "install the newer version again, or set the file aside");
  return {};
}

base::Result<> Db::migrate() {
  OC_TRY(check_identity());
  for (;;) {
    OC_TRY_ASSIGN(const std::int64_t version, number("PRAGMA user_version"));
    if (version >= kVersion) return {};
    OC_TRY(execute("cannot begin a migration", "BEGIN IMMEDIATE"));
    auto migrated = step(version);
    if (migrated) continue;
    (void)execute("cannot roll back", "ROLLBACK");
    return tl::unexpected(std::move(migrated).error().within(
        fmt::format("cannot bring the database from version {} to {}", version, version + 1)));
  }
}

base::Result<> Db::step(std::int64_t version) {
  OC_TRY_ASSIGN(const std::int64_t now, number("PRAGMA user_version"));
  if (now != version) return execute("cannot commit", "COMMIT");  // another process was faster
  // Both header fields are part of the transaction: a crash leaves the old version or the new one.
  const std::string script = fmt::format("{} PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT;",
                                         kSteps[version], kApplicationId, version + 1);
  return execute("migration step", script.c_str());
}

}  // namespace openclaw::store
