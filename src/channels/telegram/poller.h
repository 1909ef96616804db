// Long polling. One task: identify the bot, take it out of webhook mode, then ask for updates from the stored
// offset on. An update's message and its offset are committed together before the next update is looked at,
// so order is kept and nothing is acknowledged to Telegram that is not on disk. Every failure but a refused
// token is answered with a wait and a new cycle. Loop thread.
#pragma once
#include "base/clock.h"
#include "base/task.h"
#include "channels/channel.h"
#include "channels/gate.h"
#include "channels/telegram/api.h"
#include "channels/telegram/settings.h"
#include "channels/telegram/update.h"
#include "store/store.h"

#include <memory>
#include <optional>
#include <set>
#include <string>

namespace openclaw::channels::telegram {

class Poller : public std::enable_shared_from_this<Poller> {
 public:
  Poller(base::Loop& loop, const base::Clock& clock, store::Store& store, InboundSink& sink,
         std::shared_ptr<Api> api, TelegramSettings settings);
  Poller(const Poller&) = delete;

  void start();
  base::Task<void> stop();  // ends the poll at once; waits for a commit that is under way
  // From the outbox: the token does not work.
  void token_refused(const std::string& reason);

  bool running() const { return running_; }
  std::optional<std::string> last_error() const { return last_error_; }
  std::optional<std::int64_t> last_start_at() const { return last_start_at_; }
  std::optional<std::int64_t> last_stop_at() const { return last_stop_at_; }
  std::optional<std::int64_t> last_inbound_at() const { return last_inbound_at_; }

 private:
  using Self = std::shared_ptr<Poller>;
  struct End {  // why a cycle ended
    std::string error;
    bool fatal = false;
    int wait_ms = 0;  // Telegram's own wish; else the back-off decides
  };

  static base::Task<void> run(Self self, Gate::Pass pass);
  static base::Task<void> type(Self self, std::string chat, Gate::Pass pass);
  base::Task<End> cycle();
  base::Task<std::optional<End>> prepare();
  base::Task<std::optional<End>> restore_offset();
  base::Task<std::optional<End>> handle(json::Array updates, bool* progress);
  base::Task<base::Result<>> accept(std::int64_t id, InboundMessage message);
  base::Task<base::Result<>> commit_offset();
  base::Task<std::optional<End>> not_stored(std::int64_t id, base::Error error);
  base::Task<void> retry_later(End end);
  End explain(const ApiError& error, const char* method) const;
  bool repeated(std::int64_t id) const;
  void note_refusal(const ParsedMessage& message, const std::string& why);
  std::string offset_account() const;  // offsets belong to a bot, not to the account's current token

  base::Loop& loop_;
  const base::Clock& clock_;
  store::Store& store_;
  InboundSink& sink_;
  std::shared_ptr<Api> api_;
  const TelegramSettings settings_;
  Gate gate_;
  base::Event stop_;
  base::CancelSource cancel_;
  bool started_ = false, stopping_ = false, running_ = false;
  BotIdentity bot_;
  std::optional<std::int64_t> offset_;  // last update dealt with
  bool offset_dirty_ = false;           // offset_ is ahead of the store
  int failures_ = 0;                    // cycles in a row
  bool conflict_ = false;               // the last cycle ended with 409
  std::int64_t stuck_update_ = -1;
  int stuck_count_ = 0;
  std::set<std::string> told_;  // senders and chats whose refusal was logged
  std::optional<std::string> last_error_;
  std::optional<std::int64_t> last_start_at_, last_stop_at_, last_inbound_at_;
};

}  // namespace openclaw::channels::telegram
