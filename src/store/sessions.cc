#include "store/sessions.h"

#include "base/random.h"
#include "store/document.h"

#include <fmt/format.h>

#include <algorithm>

namespace openclaw::store {

base::Result<std::vector<SessionRecord>> load_sessions(Db& db) {
  std::vector<SessionRecord> out;
  base::Result<> damage;
  OC_TRY(db.each(
      "SELECT key, session_id, agent_id, updated_at, entry FROM sessions ORDER BY updated_at DESC, key", {},
      [&](const Row& row) {
        SessionRecord session;
        session.key = row.text(0);
        session.session_id = row.text(1);
        session.agent_id = row.text(2);
        session.updated_at = row.integer(3);
        auto entry = read_object(row.text(4), "session " + session.key);
        if (!entry) {
          damage = tl::unexpected(std::move(entry).error());
          return false;
        }
        session.entry = std::move(*entry);
        out.push_back(std::move(session));
        return true;
      }));
  OC_TRY(damage);
  return out;
}

base::Result<> put_session(Db& db, const SessionRecord& session) {
  return db.run(
      "INSERT INTO sessions (key, session_id, agent_id, updated_at, entry) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (key) DO UPDATE SET session_id = excluded.session_id, agent_id = excluded.agent_id, "
      "updated_at = excluded.updated_at, entry = excluded.entry",
      {session.key, session.session_id, session.agent_id, session.updated_at, json::write(session.entry)});
}

base::Result<MessageRecord> append_message(Db& db, const std::string& session_id, json::Object body,
                                           std::int64_t ts) {
  MessageRecord message;
  message.ts = ts;
  message.body = std::move(body);
  OC_TRY(db.each("SELECT coalesce(max(seq), 0) + 1 FROM messages WHERE session_id = ?", {session_id},
                 [&](const Row& row) {
                   message.seq = row.integer(0);
                   return false;
                 }));
  const std::string text = json::write(message.body);
  // 32 random bits: in a session of 10,000 messages one try in 400,000 meets an id that is taken.
  constexpr int kTries = 16;
  for (int i = 0; i < kTries; ++i) {
    message.id = base::random_hex(4);
    OC_TRY(
        db.run("INSERT INTO messages (session_id, seq, id, ts, body) VALUES (?, ?, ?, ?, ?) "
               "ON CONFLICT (session_id, id) DO NOTHING",
               {session_id, message.seq, message.id, ts, text}));
    if (db.changes() == 1) return message;
  }
  return base::fail(base::ErrorKind::failed, fmt::format("no free message id in session {}", session_id));
}

base::Result<std::vector<MessageRecord>> load_messages(Db& db, const std::string& session_id,
                                                       std::int64_t limit) {
  std::vector<MessageRecord> out;
  base::Result<> damage;
  OC_TRY(db.each("SELECT id, seq, ts, body FROM messages WHERE session_id = ? ORDER BY seq DESC LIMIT ?",
                 {session_id, limit > 0 ? limit : std::int64_t{-1}}, [&](const Row& row) {
                   MessageRecord message;
                   message.id = row.text(0);
                   message.seq = row.integer(1);
                   message.ts = row.integer(2);
                   auto body = read_object(row.text(3),
                                           fmt::format("message {} of session {}", message.seq, session_id));
                   if (!body) {
                     damage = tl::unexpected(std::move(body).error());
                     return false;
                   }
                   message.body = std::move(*body);
                   out.push_back(std::move(message));
                   return true;
                 }));
  OC_TRY(damage);
  std::reverse(out.begin(), out.end());
  return out;
}

base::Result<std::int64_t> count_messages(Db& db, const std::string& session_id) {
  std::int64_t count = 0;
  OC_TRY(db.each("SELECT count(*) FROM messages WHERE session_id = ?", {session_id}, [&](const Row& row) {
    count = row.integer(0);
    return false;
  }));
  return count;
}

}  // namespace openclaw::store
