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

base::Result<std::vector<MessageRecord>> load_ends(Db& db, const std::string& session_id, std::int64_t head, std::int64_t tail) {
  std::vector<MessageRecord> out;
  base::Result<> damage;
  OC_TRY(db.each(
      "SELECT id, seq, ts, body FROM messages WHERE session_id = ?1 AND (seq IN (SELECT seq FROM messages WHERE "
      "session_id = ?1 ORDER BY seq LIMIT ?2) OR seq IN (SELECT seq FROM messages WHERE session_id = ?1 ORDER BY seq "
      "DESC LIMIT ?3)) ORDER BY seq",
      {session_id, head, tail}, [&](const Row& row) {
        MessageRecord message;
        message.id = row.text(0);
        message.seq = row.integer(1);
        message.ts = row.integer(2);
        auto body = read_object(row.text(3), fmt::format("message {} of session {}", message.seq, session_id));
        if (!body) {
          damage = tl::unexpected(std::move(body).error());
          return false;
        }
        message.body = std::move(*body);
        out.push_back(std::move(message));
        return true;
      }));
  OC_TRY(damage);
  return out;
}

base::Result<> delete_session(Db& db, const std::string& key) {
  return db.run("DELETE FROM sessions WHERE key = ?", {key});
}

base::Result<> put_archive(Db& db, const ArchiveRecord& archive) {
  return db.run(
      "INSERT INTO archives (session_id, session_key, agent_id, reason, archived_at) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (session_id) DO UPDATE SET session_key = excluded.session_key, agent_id = "
      "excluded.agent_id, reason = excluded.reason, archived_at = excluded.archived_at",
      {archive.session_id, archive.session_key, archive.agent_id, archive.reason, archive.archived_at});
}

base::Result<std::vector<ArchiveRecord>> load_archives(Db& db, const std::string& session_key) {
  std::vector<ArchiveRecord> out;
  OC_TRY(db.each(
      "SELECT session_id, session_key, agent_id, reason, archived_at FROM archives WHERE session_key = ? "
      "ORDER BY archived_at, session_id",
      {session_key}, [&](const Row& row) {
        out.push_back(ArchiveRecord{row.text(0), row.text(1), row.text(2), row.text(3), row.integer(4)});
        return true;
      }));
  return out;
}

base::Result<std::int64_t> cut_transcript(Db& db, const std::string& session_id, std::int64_t keep,
                                          const ArchiveRecord& archive) {
  OC_TRY(
      db.run("UPDATE messages SET session_id = ? WHERE session_id = ? AND seq < "
             "(SELECT min(seq) FROM (SELECT seq FROM messages WHERE session_id = ? ORDER BY seq DESC LIMIT ?))",
             {archive.session_id, session_id, session_id, keep}));
  const std::int64_t moved = db.changes();
  if (moved > 0) OC_TRY(put_archive(db, archive));
  return moved;
}

base::Result<std::vector<ScannedMessage>> scan_messages(Db& db, const MessageScan& scan, std::int64_t limit) {
  std::vector<ScannedMessage> out;
  base::Result<> damage;
  const auto read = [&](const Row& row) {
    ScannedMessage found;
    found.row = row.integer(0);
    found.session_id = row.text(1);
    found.message.id = row.text(2);
    found.message.seq = row.integer(3);
    found.message.ts = row.integer(4);
    auto body =
        read_object(row.text(5), fmt::format("message {} of session {}", found.message.seq, found.session_id));
    if (!body) {
      damage = tl::unexpected(std::move(body).error());
      return false;
    }
    found.message.body = std::move(*body);
    out.push_back(std::move(found));
    return true;
  };
  // Without the `+` the planner may walk the messages of everybody in that time.
  const std::string_view all =
      "SELECT rowid, session_id, id, seq, ts, body FROM messages WHERE ts >= ? AND ts < ? AND (ts, rowid) > (?, ?) "
      "ORDER BY ts, rowid LIMIT ?";
  const std::string_view one =
      "SELECT seq, session_id, id, seq, ts, body FROM messages WHERE session_id = ? AND seq > ? AND +ts >= ? "
      "AND +ts < ? ORDER BY seq LIMIT ?";
  if (scan.session_id.empty()) {
    OC_TRY(db.each(all, {scan.from, scan.to, scan.after_ts, scan.after_row, limit}, read));
  } else {
    OC_TRY(db.each(one, {scan.session_id, scan.after_row, scan.from, scan.to, limit}, read));
  }
  OC_TRY(damage);
  return out;
}

}  // namespace openclaw::store
