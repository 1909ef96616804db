// Sessions and their messages. Functions run on the store thread inside a job, so that several of them make
// one transaction. Message bodies are transcript messages of docs/TRANSCRIPTS.md (role user, assistant,
// toolResult).
#pragma once
#include "json/json.h"
#include "store/db.h"

#include <string>
#include <vector>

namespace openclaw::store {

struct SessionRecord {
  std::string key;         // canonical, e.g. agent:main:main
  std::string session_id;  // uuid of the current transcript
  std::string agent_id;
  std::int64_t updated_at = 0;  // Unix ms
  json::Object entry;           // further fields of a SessionRow (status, startedAt, model, lastChannel, ...)
};

struct MessageRecord {
  std::string id;        // 8 hex digits, unique within the session
  std::int64_t seq = 0;  // 1, 2, 3 ... within the session
  std::int64_t ts = 0;
  json::Object body;
};

base::Result<std::vector<SessionRecord>> load_sessions(Db& db);  // newest first
base::Result<> put_session(Db& db, const SessionRecord& session);
// Appends with the next seq and a fresh id.
base::Result<MessageRecord> append_message(Db& db, const std::string& session_id, json::Object body,
                                           std::int64_t ts);
// The newest `limit` messages, oldest first. 0 = all.
base::Result<std::vector<MessageRecord>> load_messages(Db& db, const std::string& session_id,
                                                       std::int64_t limit);
base::Result<std::int64_t> count_messages(Db& db, const std::string& session_id);

}  // namespace openclaw::store
