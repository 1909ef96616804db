// Session keys (OpenClaw agent runtime 2, methods 0.4). Pure functions, any thread.
//
// Canonical form: `agent:<agentId>:<rest>` in lower case, or `global`, or `unknown`.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::session {

inline constexpr std::string_view kDefaultAgent = "main";
inline constexpr std::string_view kDefaultMainKey = "main";
inline constexpr std::string_view kDefaultAccount = "default";

// What the configuration says about keys.
struct KeySettings {
  std::string default_agent = std::string(kDefaultAgent);
  std::string main_key = std::string(kDefaultMainKey);  // session.mainKey
  bool global_scope = false;                            // session.scope == "global"
};

struct ParsedKey {
  std::string agent_id;
  std::string rest;
};
// Lower-cases and skips empty segments. nullopt without the `agent:` prefix or with fewer than three
// segments.
std::optional<ParsedKey> parse_key(std::string_view key);

enum class KeyShape { missing, agent, legacy_or_alias, malformed_agent };
KeyShape classify_key(std::string_view key);
std::string_view shape_name(KeyShape shape);

// Lower case, invalid runs become "-", at most 64 characters; "main" when nothing is left.
std::string normalize_agent_id(std::string_view value);
bool valid_agent_id(std::string_view value);
// The same for accounts of a channel; nullopt when nothing usable was given (the account is then "default").
std::optional<std::string> normalize_account_id(std::string_view value);

std::string main_session_key(std::string_view agent_id, const KeySettings& settings);
// A key as a client wrote it -> canonical. Blank means the default agent's main key.
std::string canonical_key(std::string_view input, const KeySettings& settings);
// A name inside one agent's store -> its key; names that already begin with "agent:" are kept.
std::string store_key(std::string_view agent_id, std::string_view name,
                      std::string_view main_key = kDefaultMainKey);
// The part a client of that agent would use; nullopt for a blank key.
std::optional<std::string> request_key(std::string_view key);
// "main" for keys that name no agent.
std::string agent_of_key(std::string_view key);

// Key of a conversation on a channel. `kind` is direct, group or channel; `dm_scope` main, per-peer,
// per-channel-peer or per-account-channel-peer and matters for direct only.
struct PeerRoute {
  std::string agent_id = std::string(kDefaultAgent);
  std::string channel;
  std::string account = std::string(kDefaultAccount);
  std::string kind = "direct";
  std::string peer_id;
  std::string dm_scope = "main";
  std::string main_key = std::string(kDefaultMainKey);
};
std::string peer_key(const PeerRoute& route);

std::string thread_key(std::string_view base, std::string_view thread_id);
struct ThreadSuffix {
  std::string base;
  std::optional<std::string> thread_id;
};
ThreadSuffix split_thread(std::string_view key);

int subagent_depth(std::string_view key);
bool is_cron_key(std::string_view key);
bool is_cron_run_key(std::string_view key);
// direct, group, channel or unknown, from the key alone.
std::string_view chat_type_of_key(std::string_view key);
// `kind` of a session row: direct, group, global or unknown (methods 0.6).
std::string_view row_kind(std::string_view key, std::string_view chat_type);

}  // namespace openclaw::session
