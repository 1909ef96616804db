#include "channels/telegram/poller.h"

#include "base/log.h"
#include "base/strings.h"
#include "channels/telegram/retry.h"
#include "store/channels.h"

#include <fmt/format.h>

namespace openclaw::channels::telegram {
namespace {

constexpr char kLog[] = "telegram";
constexpr int kIdlePauseMs = 1'000;  // after a poll that returned at once with nothing new
constexpr std::int64_t kQuickPollMs = 500;
constexpr int kMaxStuck = 5;
constexpr std::size_t kMaxTold = 1'000;
// Telegram starts a new random sequence after a quiet week. An id this far below the last one is of a new
// sequence.
constexpr std::int64_t kSequenceReset = 100'000;

std::string seconds(int ms) { return fmt::format("{:.1f}s", ms / 1000.0); }

}  // namespace

Poller::Poller(base::Loop& loop, const base::Clock& clock, store::Store& store, InboundSink& sink,
               std::shared_ptr<Api> api, TelegramSettings settings)
    : loop_(loop),
      clock_(clock),
      store_(store),
      sink_(sink),
      api_(std::move(api)),
      settings_(std::move(settings)),
      gate_(loop),
      stop_(loop) {}

void Poller::start() {
  if (started_) return;
  started_ = true;
  running_ = true;
  last_start_at_ = clock_.wall_ms();
  base::spawn(loop_, run(shared_from_this(), Gate::Pass(gate_)), "telegram poller");
}

base::Task<void> Poller::stop() {
  stopping_ = true;
  stop_.set();
  cancel_.cancel();
  co_await gate_.wait_idle();
}

void Poller::token_refused(const std::string& reason) {
  last_error_ = fmt::format("Telegram refused the bot token ({}). Fix {} and restart the gateway", reason,
                            settings_.token_setting);
  base::log_error(kLog, *last_error_);
}

base::Task<void> Poller::run(Self self, Gate::Pass pass) {
  while (!self->stopping_) {
    End end;
    try {
      end = co_await self->cycle();
    } catch (const std::exception& e) {
      end.error = fmt::format("internal failure: {}", e.what());
    }
    if (self->stopping_) break;
    self->last_error_ = end.error;
    if (end.fatal) {
      base::log_error(kLog, end.error);
      break;
    }
    co_await self->retry_later(std::move(end));
  }
  self->running_ = false;
  self->last_stop_at_ = self->clock_.wall_ms();
}

base::Task<void> Poller::retry_later(End end) {
  const int wait = end.wait_ms > 0 ? end.wait_ms : backoff_ms(kPollBackoff, ++failures_, random_unit());
  base::log_warn(kLog, fmt::format("{}; retrying in {}.", end.error, seconds(wait)));
  co_await stop_.wait_for(base::Millis(wait));
}

base::Task<Poller::End> Poller::cycle() {
  auto failed = co_await prepare();
  if (failed) co_return std::move(*failed);
  // Two pollers end each other's polls in turns; that error stays until one of ours runs its course.
  if (!conflict_) last_error_.reset();
  while (!stopping_) {
    std::optional<std::int64_t> from;
    if (offset_) from = *offset_ + 1;
    const std::int64_t asked = clock_.steady_ms();
    auto updates = co_await api_->get_updates(from, settings_.poll_seconds, cancel_.token());
    if (stopping_) break;
    if (!updates) {
      // A webhook may have been set meanwhile, which is a 409 as well; the next cycle removes it.
      conflict_ = updates.error().error_code == 409;
      co_return explain(updates.error(), "getUpdates");
    }
    failures_ = 0;
    conflict_ = false;
    last_error_.reset();
    bool progress = false;
    failed = co_await handle(std::move(*updates), &progress);
    if (failed) co_return std::move(*failed);
    // A server that answers a long poll at once, over and over, must not keep the processor busy.
    if (!progress && clock_.steady_ms() - asked < kQuickPollMs)
      co_await stop_.wait_for(base::Millis(kIdlePauseMs));
  }
  co_return End{};
}

base::Task<std::optional<Poller::End>> Poller::prepare() {
  auto me = co_await api_->get_me(0, cancel_.token());
  if (!me) co_return explain(me.error(), "getMe");
  bot_.id = me->id;
  bot_.username = me->username;
  auto removed = co_await api_->delete_webhook(cancel_.token());
  if (!removed) co_return explain(removed.error(), "deleteWebhook");
  auto failed = co_await restore_offset();
  if (failed) co_return failed;
  base::log_info(kLog, fmt::format("polling as @{} (id {})", printable(bot_.username, 64), bot_.id));
  co_return std::nullopt;
}

base::Task<std::optional<Poller::End>> Poller::restore_offset() {
  if (offset_) co_return std::nullopt;
  auto job = [account = offset_account()](store::Db& db) {
    return store::load_offset(db, "telegram", account);
  };
  auto task = store_.read(std::move(job));
  auto stored = co_await std::move(task);
  if (!stored) {
    End end;
    end.error = "cannot read the update offset: " + stored.error().message;
    co_return end;
  }
  offset_ = *stored;
  co_return std::nullopt;
}

base::Task<std::optional<Poller::End>> Poller::handle(json::Array updates, bool* progress) {
  for (const auto& update : updates) {
    if (stopping_) break;
    const auto id = update_id(update);
    if (!id || repeated(*id)) continue;
    *progress = true;
    auto parsed = parse_update(update, bot_);
    std::optional<InboundMessage> message;
    if (auto* skip = std::get_if<Skip>(&parsed)) {
      base::log_debug(kLog, fmt::format("update {} skipped: {}", *id, skip->reason));
    } else {
      auto& candidate = std::get<ParsedMessage>(parsed);
      if (const auto why = refuse_access(settings_, candidate))
        note_refusal(candidate, *why);
      else
        message = std::move(candidate.message);
    }
    if (!message) {
      // Travels with the next message, or is committed after the batch.
      offset_ = *id;
      offset_dirty_ = true;
      continue;
    }
    auto stored = co_await accept(*id, std::move(*message));
    if (!stored) {
      auto end = co_await not_stored(*id, std::move(stored).error());
      if (end) co_return end;
    }
  }
  if (offset_dirty_) {
    auto stored = co_await commit_offset();
    if (!stored) {
      End end;
      end.error = "cannot store the update offset: " + stored.error().message;
      co_return end;
    }
  }
  co_return std::nullopt;
}

base::Task<base::Result<>> Poller::accept(std::int64_t id, InboundMessage message) {
  std::string chat = message.chat_id;
  if (message.ts == 0) message.ts = clock_.wall_ms();
  std::function<base::Result<>(store::Db&)> also = [account = offset_account(), id](store::Db& db) {
    return store::put_offset(db, "telegram", account, id);
  };
  auto stored = co_await sink_.deliver(std::move(message), std::move(also));
  if (!stored) co_return stored;
  offset_ = id;
  offset_dirty_ = false;
  last_inbound_at_ = clock_.wall_ms();
  if (!stopping_)
    base::spawn(loop_, type(shared_from_this(), std::move(chat), Gate::Pass(gate_)), "telegram typing");
  co_return stored;
}

base::Task<base::Result<>> Poller::commit_offset() {
  std::function<base::Result<>(store::Db&)> work = [account = offset_account(),
                                                    id = *offset_](store::Db& db) {
    return store::put_offset(db, "telegram", account, id);
  };
  auto stored = co_await sink_.commit(std::move(work));
  if (stored) offset_dirty_ = false;
  co_return stored;
}

// A message that the gateway keeps refusing to store while the store itself works would block the bot for
// ever: after some tries it is given up, loudly.
base::Task<std::optional<Poller::End>> Poller::not_stored(std::int64_t id, base::Error error) {
  stuck_count_ = stuck_update_ == id ? stuck_count_ + 1 : 1;
  stuck_update_ = id;
  End end;
  end.error = fmt::format("cannot store update {}: {}", id, error.message);
  if (stuck_count_ < kMaxStuck) co_return end;
  const auto before = offset_;
  offset_ = id;
  auto skipped = co_await commit_offset();
  if (!skipped) {
    offset_ = before;
    co_return end;
  }
  base::log_error(kLog, fmt::format("{}; given up after {} attempts", end.error, stuck_count_));
  co_return std::nullopt;
}

// Shows the person that the message has arrived. Of no consequence when it fails.
base::Task<void> Poller::type(Self self, std::string chat, Gate::Pass pass) {
  auto done = co_await self->api_->send_typing(std::move(chat), self->cancel_.token());
  if (!done) base::log_debug(kLog, "sendChatAction failed: " + done.error().text());
}

Poller::End Poller::explain(const ApiError& error, const char* method) const {
  End end;
  if (error.bad_token()) {
    end.fatal = true;
    end.error =
        fmt::format("Telegram refused the bot token ({}). Fix {}{} and restart the gateway", error.text(),
                    settings_.token_setting, error.error_code == 404 ? " or channels.telegram.apiRoot" : "");
  } else if (error.kind == ApiError::Kind::refused && error.error_code == 409) {
    end.error = fmt::format(
        "Telegram {} conflict: {}. Another program polls with the same bot token: stop it, or give this "
        "gateway a bot of its own",
        method, error.description);
  } else {
    end.error = fmt::format("Telegram {} failed: {}", method, error.text());
    if (error.retry_after) end.wait_ms = std::max(1, *error.retry_after) * 1000;
  }
  return end;
}

bool Poller::repeated(std::int64_t id) const {
  return offset_ && id <= *offset_ && *offset_ - id < kSequenceReset;
}

void Poller::note_refusal(const ParsedMessage& parsed, const std::string& why) {
  const auto& message = parsed.message;
  const bool direct = message.chat_type == "direct";
  const std::string who = fmt::format("{} (@{}, id {})", printable(message.sender_name, 64),
                                      printable(message.sender_username, 64), message.sender_id);
  // Once per sender or chat: strangers must not be able to fill the log.
  const std::string key =
      message.chat_type + ":" + (direct ? message.sender_id : message.chat_id + ":" + why);
  if (told_.size() >= kMaxTold || !told_.insert(key).second) {
    base::log_debug(kLog, fmt::format("ignored a message from {}: {}", who, why));
    return;
  }
  std::string line = fmt::format("ignored a {} message from {}: {}", direct ? "direct" : "group", who, why);
  if (direct && settings_.dm_policy != DmPolicy::disabled) {
    line += fmt::format(". To let this person in, set: {}", allow_hint(settings_, message.sender_id));
  }
  base::log_warn(kLog, line);
}

std::string Poller::offset_account() const { return fmt::format("default:{}", bot_.id); }

}  // namespace openclaw::channels::telegram
