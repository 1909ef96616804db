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

// Both ends of a transcript, for lists: the first `head` and the newest `tail` messages, oldest first, without repeats.
base::Result<std::vector<MessageRecord>> load_ends(Db& db, const std::string& session_id, std::int64_t head, std::int64_t tail);

// The session only; its messages stay under their session_id.
base::Result<> delete_session(Db& db, const std::string& key);

// A transcript that is no longer a session's current one. The messages stay in `messages` under `session_id`.
struct ArchiveRecord {
  std::string session_id;
  std::string session_key, agent_id;
  std::string reason;  // reset, deleted, bak
  std::int64_t archived_at = 0;
};
base::Result<> put_archive(Db& db, const ArchiveRecord& archive);
base::Result<std::vector<ArchiveRecord>> load_archives(Db& db, const std::string& session_key);  // oldest first
// Moves all but the newest `keep` messages under archive.session_id. How many were moved; the record is written only
// when there were any.
base::Result<std::int64_t> cut_transcript(Db& db, const std::string& session_id, std::int64_t keep,
                                          const ArchiveRecord& archive);

// A slice of the messages, of one transcript in its order, of all in order of time; for reading many of them without holding the store for long.
struct MessageScan {
  std::string session_id;                   // empty = of all transcripts, archives too
  std::int64_t from = 0, to = 0;            // Unix ms, `to` excluded
  std::int64_t after_ts = -1, after_row = 0;  // `ts` and `row` of the last message of the slice before
};
struct ScannedMessage {
  std::int64_t row = 0;
  std::string session_id;
  MessageRecord message;
};
base::Result<std::vector<ScannedMessage>> scan_messages(Db& db, const MessageScan& scan, std::int64_t limit);

}  // namespace openclaw::store
