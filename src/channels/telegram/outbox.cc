#include "channels/telegram/outbox.h"

#include "base/log.h"
#include "base/strings.h"
#include "channels/telegram/format.h"
#include "store/runs.h"

#include <fmt/format.h>

namespace openclaw::channels::telegram {
namespace {

constexpr char kLog[] = "telegram";
constexpr int kMaxInFlight = 16;   // one connection a call
constexpr int kBotSpacingMs = 34;  // 30 calls a second for the whole bot
constexpr int kDrainMs = 3'000;
constexpr int kStoreRetryMs = 2'000;
constexpr int kCrashPauseMs = 30'000;
constexpr std::int64_t kMaxStoredWaitMs =
    300'000;  // a wall clock that jumped must not park a reply for hours
constexpr std::size_t kMaxChatTimes = 1'000;

std::optional<std::int64_t> id_in(const json::Object& payload, std::string_view key) {
  if (const auto number = json::get_int(payload, key)) return number;
  const auto text = json::get_string(payload, key);
  return text ? base::parse_int(*text) : std::nullopt;
}

}  // namespace

Outbox::Outbox(base::Loop& loop, const base::Clock& clock, store::Store& store, std::shared_ptr<Api> api,
               int chunk_limit, std::function<void(std::string)> bad_token)
    : loop_(loop),
      clock_(clock),
      store_(store),
      api_(std::move(api)),
      chunk_limit_(chunk_limit),
      bad_token_(std::move(bad_token)),
      gate_(loop),
      stop_(loop),
      wake_(loop),
      slot_(loop) {}

void Outbox::start() {
  if (started_) return;
  started_ = true;
  wake_.set();
  base::spawn(loop_, feed(shared_from_this(), Gate::Pass(gate_)), "telegram outbox");
}

void Outbox::wake() { wake_.set(); }

base::Task<void> Outbox::stop() {
  stopping_ = true;
  stop_.set();
  wake_.set();
  slot_.set();
  const bool idle = co_await gate_.wait_idle_for(base::Millis(kDrainMs));
  if (!idle) cancel_.cancel();
  co_await gate_.wait_idle();
}

base::Task<void> Outbox::feed(Self self, Gate::Pass pass) {
  while (!self->ending()) {
    co_await self->wake_.wait();
    if (self->ending()) break;
    self->wake_.reset();
    const bool loaded = co_await self->load();
    if (loaded) continue;
    self->wake_.set();
    co_await self->stop_.wait_for(base::Millis(kStoreRetryMs));
  }
}

base::Task<bool> Outbox::load() {
  auto job = [](store::Db& db) { return store::load_outbox(db, "telegram", "default"); };
  auto task = store_.read(std::move(job));
  auto records = co_await std::move(task);
  if (!records) {
    base::log_error(kLog, "cannot read the outbox: " + records.error().message);
    co_return false;
  }
  accept(std::move(*records));
  co_return true;
}

void Outbox::accept(std::vector<store::OutboxRecord> records) {
  for (auto& record : records) {
    if (!known_.insert(record.id).second) continue;
    const std::string name =
        record.lane.empty() ? json::get_string_or(record.payload, "to", "") : record.lane;
    lanes_[name].queue.push_back(std::move(record));
  }
  for (auto& [name, lane] : lanes_) {
    if (lane.running || lane.queue.empty()) continue;
    lane.running = true;
    base::spawn(loop_, run_lane(shared_from_this(), name, Gate::Pass(gate_)), "telegram outbox lane");
  }
}

base::Task<void> Outbox::run_lane(Self self, std::string name, Gate::Pass pass) {
  Lane& lane = self->lanes_[name];  // erased by this task alone
  while (!self->ending() && !lane.queue.empty()) {
    store::OutboxRecord record = lane.queue.front();
    const std::int64_t id = record.id;
    bool settled = false;
    std::string crash;
    try {
      settled = co_await self->deliver(std::move(record));
    } catch (const std::exception& e) {
      crash = e.what();
    }
    if (settled) {
      lane.queue.pop_front();
      self->known_.erase(id);
      self->progress_.erase(id);
      self->message_ids_.erase(id);
    } else if (!crash.empty()) {
      base::log_error(kLog,
                      fmt::format("sending outgoing message {} failed: {}; trying again in 30s", id, crash));
      co_await self->stop_.wait_for(base::Millis(kCrashPauseMs));
    }
  }
  lane.running = false;
  if (lane.queue.empty()) self->lanes_.erase(name);
}

// True when the record is out of the store; false when it stays there because sending has ended.
base::Task<bool> Outbox::deliver(store::OutboxRecord record) {
  const Target target = parse_target(json::get_string_or(record.payload, "to", ""));
  const auto pieces = chunk_text(to_utf8(json::get_string_or(record.payload, "text", "")),
                                 static_cast<std::size_t>(chunk_limit_));
  std::optional<std::string> unsendable;
  if (!is_deliverable(target))
    unsendable = fmt::format("\"{}\" is no Telegram chat", target.chat_id);
  else if (pieces.empty())
    unsendable = "the text is empty";
  if (unsendable) {
    store::OutboxRecord copy = record;
    co_await settle(std::move(copy), std::move(unsendable));
    co_return true;
  }
  const std::int64_t wait = std::min(record.next_at - clock_.wall_ms(), kMaxStoredWaitMs);
  if (wait > 0) co_await stop_.wait_for(base::Millis(wait));

  Piece piece;
  piece.record = record;
  piece.count = pieces.size();
  piece.text.chat_id = target.chat_id;
  piece.text.thread = id_in(record.payload, "threadId");
  if (!piece.text.thread) piece.text.thread = target.thread;
  for (std::size_t& sent = progress_[record.id]; sent < pieces.size();) {
    piece.number = sent + 1;
    piece.text.text = pieces[sent];
    piece.text.reply_to = sent == 0 ? id_in(record.payload, "replyTo") : std::nullopt;
    Piece copy = piece;
    const Step step = co_await send_piece(std::move(copy), record.attempts);
    if (step == Step::stopped) co_return false;
    if (step == Step::settled) co_return true;
    ++sent;
    record.attempts = 0;
  }
  co_await settle(std::move(record), std::nullopt);
  co_return true;
}

base::Task<Outbox::Step> Outbox::send_piece(Piece piece, int attempts) {
  for (;;) {
    co_await pace(piece.text.chat_id);
    if (ending()) co_return Step::stopped;
    OutgoingText text = piece.text;
    auto sent = co_await send_now(std::move(text));
    if (sent) {
      last_sent_at_ = clock_.wall_ms();
      message_ids_[piece.record.id] = *sent;
      co_return Step::sent;
    }
    SendDecision decision = decide_send(sent.error(), ++attempts, random_unit());
    if (decision.verdict == SendVerdict::cancelled) co_return Step::stopped;
    if (decision.verdict == SendVerdict::bad_token) {
      const bool first = !std::exchange(halted_, true);
      wake_.set();
      if (first) bad_token_(decision.reason);
      co_return Step::stopped;
    }
    if (decision.verdict == SendVerdict::refused) {
      if (piece.count > 1) decision.reason += fmt::format(" [part {} of {}]", piece.number, piece.count);
      store::OutboxRecord copy = piece.record;
      co_await settle(std::move(copy), std::move(decision.reason));
      co_return Step::settled;
    }
    base::log_warn(kLog, fmt::format("sending to chat {} failed: {}; trying again in {} ms",
                                     piece.text.chat_id, decision.reason, decision.wait_ms));
    const base::Millis wait(decision.wait_ms);
    co_await note_retry(piece.record.id, decision.wait_ms, std::move(decision.reason));
    co_await stop_.wait_for(wait);
    if (ending()) co_return Step::stopped;
  }
}

base::Task<void> Outbox::pace(std::string chat) {
  const std::int64_t now = clock_.steady_ms();
  if (chat_free_at_.size() > kMaxChatTimes)
    std::erase_if(chat_free_at_, [&](const auto& entry) { return entry.second < now; });
  std::int64_t& free_at = chat_free_at_[chat];
  const std::int64_t own = std::max(now, free_at);
  free_at = own + chat_spacing_ms(chat);
  if (own > now) co_await stop_.wait_for(base::Millis(own - now));

  const std::int64_t later = clock_.steady_ms();
  const std::int64_t turn = std::max(later, bot_free_at_);
  bot_free_at_ = turn + kBotSpacingMs;
  if (turn > later) co_await stop_.wait_for(base::Millis(turn - later));
  while (in_flight_ >= kMaxInFlight && !ending()) {
    slot_.reset();
    co_await slot_.wait();
  }
}

base::Task<ApiResult<std::int64_t>> Outbox::send_now(OutgoingText text) {
  ++in_flight_;
  auto sent = co_await api_->send_message(std::move(text), cancel_.token());
  --in_flight_;
  slot_.set();
  co_return sent;
}

// What was sent stays in memory as sent until the store says so: a failing disk repeats the bookkeeping, not
// the message.
base::Task<void> Outbox::settle(store::OutboxRecord record, std::optional<std::string> poison) {
  const std::int64_t id = record.id;
  if (poison) {
    ++poisoned_;
    base::log_error(kLog, fmt::format("outgoing message {} was set aside: {}", id, *poison));
  }
  const std::string receipt = json::get_string_or(record.payload, "receipt", "");
  json::Object fate;
  fate["delivered"] = !poison;
  if (poison) {
    fate["error"] = *poison;
  } else {
    fate["messageId"] = std::to_string(message_ids_[id]);
    fate["chatId"] = parse_target(json::get_string_or(record.payload, "to", "")).chat_id;
  }
  for (;;) {
    auto job = [id, poison, receipt, fate, now = clock_.wall_ms()](store::Db& db) -> base::Result<> {
      if (!receipt.empty()) OC_TRY(store::put_idempotent(db, receipt, fate, now));
      return poison ? store::outbox_poisoned(db, id, *poison) : store::outbox_delivered(db, id);
    };
    auto task = store_.write(std::move(job));
    auto done = co_await std::move(task);
    if (done || done.error().kind == base::ErrorKind::not_found) break;
    base::log_error(
        kLog, fmt::format("cannot record the fate of outgoing message {}: {}", id, done.error().message));
    co_await stop_.wait_for(base::Millis(kStoreRetryMs));
    if (stopping_) co_return;
  }
  if (const auto it = waited_for_.find(id); it != waited_for_.end()) {
    it->second->set();
    waited_for_.erase(it);
  }
}

base::Task<void> Outbox::settled(std::int64_t record, int timeout_ms) {
  const auto self = shared_from_this();
  auto& slot = waited_for_[record];
  if (!slot) slot = std::make_shared<base::Event>(loop_);
  const auto event = slot;
  co_await event->wait_for(base::Millis(timeout_ms));
  if (const auto it = waited_for_.find(record); it != waited_for_.end() && it->second == event && event.use_count() <= 2) waited_for_.erase(it);
}

base::Task<void> Outbox::note_retry(std::int64_t id, int wait_ms, std::string reason) {
  const std::int64_t next_at = clock_.wall_ms() + wait_ms;
  auto job = [id, next_at, reason = std::move(reason)](store::Db& db) {
    return store::outbox_retry(db, id, next_at, reason);
  };
  auto task = store_.write(std::move(job));
  auto done = co_await std::move(task);
  if (!done)
    base::log_warn(kLog,
                   fmt::format("cannot note the retry of outgoing message {}: {}", id, done.error().message));
}

}  // namespace openclaw::channels::telegram
