// Agent runs and idempotency. A run is accepted in the transaction that acknowledges it, so a crash loses
// neither the message nor the fact that a reply is owed.
#pragma once
#include "base/limits.h"
#include "json/json.h"
#include "store/db.h"

#include <optional>
#include <string>
#include <vector>

namespace openclaw::store {

enum class RunState { accepted, running, done };  // stored as text

struct RunRecord {
  std::string run_id;  // = idempotency key of the request
  std::string kind;    // "chat", "agent" or "channel"
  std::string session_key;
  RunState state = RunState::accepted;
  json::Object request;      // what the runtime needs to start it: message, thinking, reply route ...
  std::string partial_text;  // what had been streamed when last saved
  json::Value result;        // final payload once done
  std::int64_t created_at = 0, started_at = 0, ended_at = 0;
};

// Inserts; ErrorKind::busy when the run id exists.
base::Result<> insert_run(Db& db, const RunRecord& run);
base::Result<std::optional<RunRecord>> find_run(Db& db, const std::string& run_id);
// The three below: not_found for an unknown id, failed for a run that has ended (the first result stands).
base::Result<> mark_run_started(Db& db, const std::string& run_id, std::int64_t now);
base::Result<> save_partial(Db& db, const std::string& run_id, const std::string& text);
base::Result<> finish_run(Db& db, const std::string& run_id, const json::Value& result, std::int64_t now);
base::Result<std::vector<RunRecord>> unfinished_runs(Db& db);  // oldest first

// Results by "<method>:<key>": kept 7 days or 100,000 entries (limits.h).
base::Result<std::optional<json::Value>> find_idempotent(Db& db, const std::string& key);
base::Result<> put_idempotent(Db& db, const std::string& key, const json::Value& result, std::int64_t now);
struct IdempotencyBound {
  std::int64_t age_ms = base::kIdempotencyAgeMs;
  std::int64_t entries = static_cast<std::int64_t>(base::kIdempotencyEntries);
};
// Also forgets finished runs by the same bound: their id is an idempotency key too. Unfinished ones stay.
base::Result<> prune_idempotent(Db& db, std::int64_t now, IdempotencyBound bound = {});

}  // namespace openclaw::store
