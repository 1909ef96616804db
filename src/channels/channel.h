// The frame every channel fits in. A channel turns what arrives into InboundMessage, hands it to the InboundSink
// together with the database work that must commit with it (its update offset), and delivers outbox records.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "json/json.h"
#include "store/channels.h"
#include "store/db.h"

namespace openclaw::channels {

struct InboundMessage {
  std::string channel;      // "telegram"
  std::string account;      // "default"
  std::string chat_id;      // where a reply goes
  std::string chat_type;    // "direct", "group"
  std::string sender_id, sender_name, sender_username;
  std::string message_id;
  std::string text;
  std::int64_t ts = 0;      // Unix ms
  // Unique for ever within the channel; the run id derives from it, so a repeated update starts nothing.
  std::string dedupe_key;
};

// Implemented by the gateway: finds the session, stores the message and accepts the run.
class InboundSink {
 public:
  virtual ~InboundSink() = default;
  // `also` runs in the same transaction (the channel's offset). Resumes after the commit.
  virtual base::Task<base::Result<>> deliver(InboundMessage message, std::function<base::Result<>(store::Db&)> also) = 0;
  // Only the extra work, for updates that carry no message for the agent.
  virtual base::Task<base::Result<>> commit(std::function<base::Result<>(store::Db&)> work) = 0;
};

struct AccountStatus {
  std::string account = "default";
  bool enabled = true, configured = false, running = false;
  std::string token_source = "none";  // "config", "env", "tokenFile", "none"
  std::string mode = "polling";
  std::optional<std::int64_t> last_start_at, last_stop_at, last_inbound_at, last_outbound_at, last_probe_at;
  std::optional<std::string> last_error;
  json::Value probe = nullptr;        // result of the last probe, null when there was none
  std::int64_t outbox_pending = 0, outbox_poisoned = 0;  // poisoned: since the process started
  bool allow_unmentioned_groups = false;
};

// One per configured channel kind. All methods on the loop's thread.
class Channel {
 public:
  virtual ~Channel() = default;
  virtual std::string id() const = 0;
  virtual std::string label() const = 0;         // "Telegram"
  virtual std::string detail_label() const = 0;  // "Telegram Bot"
  virtual std::string system_image() const = 0;  // "paperplane"
  virtual std::vector<AccountStatus> status() const = 0;
  virtual base::Task<void> probe(int timeout_ms) = 0;  // refreshes AccountStatus.probe
  virtual void start() = 0;
  virtual base::Task<void> stop() = 0;           // ends polling; what is in the outbox stays there
  virtual void outbox_changed() = 0;             // a record was pushed for this channel
  // Resumes when this outbox record is settled (sent, or set aside for good), or after the time. What became of it is
  // in the store, under the record's `receipt` (outbox.h).
  virtual base::Task<void> settled(std::int64_t /*record*/, int /*timeout_ms*/) { co_return; }
};

}  // namespace openclaw::channels
