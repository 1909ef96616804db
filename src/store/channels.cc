#include "store/channels.h"

#include "store/document.h"

#include <fmt/format.h>

namespace openclaw::store {

using base::ErrorKind;

namespace {

base::Result<> require_touched(const Db& db, std::int64_t id) {
  if (db.changes() > 0) return {};
  return base::fail(ErrorKind::not_found, fmt::format("no outgoing message {}", id));
}

}  // namespace

base::Result<std::optional<std::int64_t>> load_offset(Db& db, const std::string& channel,
                                                      const std::string& account) {
  std::optional<std::int64_t> offset;
  OC_TRY(db.each("SELECT position FROM channel_offsets WHERE channel = ? AND account = ?", {channel, account},
                 [&](const Row& row) {
                   offset = row.integer(0);
                   return false;
                 }));
  return offset;
}

base::Result<> put_offset(Db& db, const std::string& channel, const std::string& account,
                          std::int64_t offset) {
  return db.run(
      "INSERT INTO channel_offsets (channel, account, position) VALUES (?, ?, ?) "
      "ON CONFLICT (channel, account) DO UPDATE SET position = excluded.position",
      {channel, account, offset});
}

base::Result<std::int64_t> push_outbox(Db& db, const OutboxRecord& record) {
  OC_TRY(db.run(
      "INSERT INTO outbox (channel, account, lane, payload, attempts, created_at, next_at, last_error) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {record.channel, record.account, record.lane, json::write(record.payload),
       static_cast<std::int64_t>(record.attempts), record.created_at, record.next_at, record.last_error}));
  return db.last_insert_id();
}

base::Result<std::vector<OutboxRecord>> load_outbox(Db& db, const std::string& channel,
                                                    const std::string& account) {
  std::vector<OutboxRecord> out;
  base::Result<> damage;
  OC_TRY(
      db.each("SELECT id, lane, payload, attempts, created_at, next_at, last_error FROM outbox "
              "WHERE channel = ? AND account = ? AND poisoned = 0 ORDER BY id",
              {channel, account}, [&](const Row& row) {
                OutboxRecord record;
                record.id = row.integer(0);
                record.channel = channel;
                record.account = account;
                record.lane = row.text(1);
                auto payload = read_object(row.text(2), fmt::format("outgoing message {}", record.id));
                if (!payload) {
                  damage = tl::unexpected(std::move(payload).error());
                  return false;
                }
                record.payload = std::move(*payload);
                record.attempts = static_cast<int>(row.integer(3));
                record.created_at = row.integer(4);
                record.next_at = row.integer(5);
                record.last_error = row.text(6);
                out.push_back(std::move(record));
                return true;
              }));
  OC_TRY(damage);
  return out;
}

base::Result<> outbox_delivered(Db& db, std::int64_t id) {
  OC_TRY(db.run("DELETE FROM outbox WHERE id = ?", {id}));
  return require_touched(db, id);
}

base::Result<> outbox_retry(Db& db, std::int64_t id, std::int64_t next_at, const std::string& error) {
  OC_TRY(
      db.run("UPDATE outbox SET attempts = attempts + 1, next_at = ?, last_error = ? "
             "WHERE id = ? AND poisoned = 0",
             {next_at, error, id}));
  return require_touched(db, id);
}

base::Result<> outbox_poisoned(Db& db, std::int64_t id, const std::string& error) {
  OC_TRY(
      db.run("UPDATE outbox SET attempts = attempts + 1, last_error = ?, poisoned = 1 "
             "WHERE id = ? AND poisoned = 0",
             {error, id}));
  OC_TRY(require_touched(db, id));
  return db.run(
      "DELETE FROM outbox WHERE id IN (SELECT o.id FROM outbox o JOIN outbox p ON p.id = ? "
      "WHERE o.channel = p.channel AND o.account = p.account AND o.poisoned = 1 "
      "ORDER BY o.id DESC LIMIT -1 OFFSET ?)",
      {id, kPoisonedKept});
}

}  // namespace openclaw::store
