// Settings of the Telegram channel, from the resolved configuration (`channels.telegram`, overlaid by
// `channels.telegram.accounts.default`) and the environment. A setting that cannot be used does not stop the
// gateway: it becomes `problem`, which the channel shows as its lastError. Reads the token file (small, at
// start).
#pragma once
#include "base/env.h"
#include "json/json.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace openclaw::channels::telegram {

enum class DmPolicy { pairing, allowlist, open, disabled };
enum class GroupPolicy { allowlist, open, disabled };

// Numeric sender ids; entries of other kinds match nobody.
struct AllowList {
  bool any = false;  // "*"
  std::set<std::string> ids;
  bool empty() const { return !any && ids.empty(); }
  bool contains(const std::string& id) const { return any || ids.contains(id); }
};

struct GroupRule {
  bool enabled = true;
  bool require_mention = true;
  std::optional<AllowList> allow_from;
};

struct TelegramSettings {
  bool enabled = true;
  std::string token;                  // secret
  std::string token_source = "none";  // "config", "tokenFile", "env", "none"
  std::string token_setting;          // where it was found, for error texts
  std::string api_root = "https://api.telegram.org";
  DmPolicy dm_policy = DmPolicy::pairing;
  AllowList allow_from;
  GroupPolicy group_policy = GroupPolicy::allowlist;
  std::optional<AllowList> group_allow_from;  // absent: allow_from applies
  std::map<std::string, GroupRule> groups;    // by chat id, or "*"
  int text_chunk_limit = 4000;                // UTF-16 units
  int call_timeout_ms = 30'000;               // every call but getUpdates: silence for this long ends it
  int poll_seconds = 30;
  std::string problem;                // empty when the channel can start
  std::vector<std::string> warnings;  // for the log
};

// Absent when Telegram is not mentioned at all: no `channels.telegram` and no TELEGRAM_BOT_TOKEN.
std::optional<TelegramSettings> read_settings(const json::Value& config, const base::Env& env);

// " TG:123 " -> "123"; the result need not be numeric.
std::string normalize_allow_entry(std::string_view entry);
bool is_numeric_id(std::string_view text);  // 1 to 20 digits
const char* policy_name(DmPolicy policy);

}  // namespace openclaw::channels::telegram
