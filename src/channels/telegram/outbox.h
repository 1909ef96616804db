// Sends what is in the outbox. Records of one lane go out one after the other, lanes independently; a record
// leaves the store when Telegram has taken it or will never take it (retry.h says which). A long text is
// several messages; how many of them are out is known only to this process, so after a crash in between the
// record starts over: the store has no place for progress, and a repeated piece is better than a missing one.
// A record with `receipt` in its payload has its fate written under that idempotency key when it is settled:
// {"delivered":true,"messageId","chatId"} or {"delivered":false,"error"}. Loop thread.
#pragma once
#include "base/clock.h"
#include "base/task.h"
#include "channels/gate.h"
#include "channels/telegram/api.h"
#include "channels/telegram/retry.h"
#include "store/channels.h"
#include "store/store.h"

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace openclaw::channels::telegram {

class Outbox : public std::enable_shared_from_this<Outbox> {
 public:
  // `bad_token` is told once when Telegram refuses the token; sending has ended then, the records stay.
  Outbox(base::Loop& loop, const base::Clock& clock, store::Store& store, std::shared_ptr<Api> api,
         int chunk_limit, std::function<void(std::string)> bad_token);
  Outbox(const Outbox&) = delete;

  void start();  // loads what is pending
  void wake();   // a record was pushed
  base::Task<void> settled(std::int64_t record, int timeout_ms);
  // The message on the wire gets a moment to end; everything else stays for the next start.
  base::Task<void> stop();

  std::int64_t pending() const { return static_cast<std::int64_t>(known_.size()); }
  std::int64_t poisoned() const { return poisoned_; }  // since the start of this process
  std::optional<std::int64_t> last_sent_at() const { return last_sent_at_; }

 private:
  using Self = std::shared_ptr<Outbox>;
  struct Lane {
    std::deque<store::OutboxRecord> queue;
    bool running = false;
  };
  struct Piece {
    store::OutboxRecord record;
    OutgoingText text;
    std::size_t number = 0, count = 0;
  };
  enum class Step { sent, settled, stopped };

  static base::Task<void> feed(Self self, Gate::Pass pass);
  static base::Task<void> run_lane(Self self, std::string name, Gate::Pass pass);
  base::Task<bool> load();
  void accept(std::vector<store::OutboxRecord> records);
  base::Task<bool> deliver(store::OutboxRecord record);
  base::Task<Step> send_piece(Piece piece, int attempts);
  base::Task<void> pace(std::string chat);
  base::Task<ApiResult<std::int64_t>> send_now(OutgoingText text);
  base::Task<void> settle(store::OutboxRecord record, std::optional<std::string> poison);
  base::Task<void> note_retry(std::int64_t id, int wait_ms, std::string reason);
  bool ending() const { return stopping_ || halted_; }

  base::Loop& loop_;
  const base::Clock& clock_;
  store::Store& store_;
  std::shared_ptr<Api> api_;
  const int chunk_limit_;
  std::function<void(std::string)> bad_token_;
  Gate gate_;
  base::Event stop_, wake_, slot_;
  base::CancelSource cancel_;
  bool started_ = false, stopping_ = false, halted_ = false;
  std::map<std::string, Lane> lanes_;
  std::set<std::int64_t> known_;                      // in a lane, not settled
  std::map<std::int64_t, std::size_t> progress_;      // pieces of a record that are out
  std::map<std::int64_t, std::int64_t> message_ids_;  // of the last of them
  std::map<std::int64_t, std::shared_ptr<base::Event>> waited_for_;
  std::map<std::string, std::int64_t> chat_free_at_;  // steady ms
  std::int64_t bot_free_at_ = 0;
  int in_flight_ = 0;
  std::int64_t poisoned_ = 0;
  std::optional<std::int64_t> last_sent_at_;
};

}  // namespace openclaw::channels::telegram
