// Channel offsets and the outbox. The offset of an inbound update is stored in the transaction that stores
// its message; an outbound message is stored in the transaction that stores the reply, and leaves when the
// channel has confirmed or refused it.
#pragma once
#include "json/json.h"
#include "store/db.h"

#include <optional>
#include <string>
#include <vector>

namespace openclaw::store {

struct OutboxRecord {
  std::int64_t id = 0;
  std::string channel, account;
  std::string lane;      // messages of one lane (chat) go out in order
  json::Object payload;  // {to, text, threadId?, replyTo?, runId?}
  int attempts = 0;
  std::int64_t created_at = 0, next_at = 0;
  std::string last_error;
};

base::Result<std::optional<std::int64_t>> load_offset(Db& db, const std::string& channel,
                                                      const std::string& account);
base::Result<> put_offset(Db& db, const std::string& channel, const std::string& account,
                          std::int64_t offset);

base::Result<std::int64_t> push_outbox(Db& db, const OutboxRecord& record);
base::Result<std::vector<OutboxRecord>> load_outbox(Db& db, const std::string& channel,
                                                    const std::string& account);
base::Result<> outbox_delivered(Db& db, std::int64_t id);
base::Result<> outbox_retry(Db& db, std::int64_t id, std::int64_t next_at, const std::string& error);
// Set aside: kept for `channels status` (the newest kPoisonedKept of an account), never sent again.
inline constexpr std::int64_t kPoisonedKept = 200;
base::Result<> outbox_poisoned(Db& db, std::int64_t id, const std::string& error);

}  // namespace openclaw::store
