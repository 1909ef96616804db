#include "session/keys.h"

#include "base/strings.h"

#include <algorithm>
#include <vector>

namespace openclaw::session {
namespace {

constexpr std::size_t kMaxIdLength = 64;

bool id_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

std::vector<std::string> segments(std::string_view key) {
  auto parts = base::split(base::lower_ascii(base::trim(key)), ':');
  std::erase_if(parts, [](const std::string& part) { return part.empty(); });
  return parts;
}

// Empty when nothing of `value` can be used.
std::string normalize_id(std::string_view value) {
  std::string out;
  for (const char c : base::lower_ascii(base::trim(value))) {
    if (id_character(c)) {
      out += c;
    } else if (out.empty() || out.back() != '-') {
      out += '-';
    }
  }
  const auto first = out.find_first_not_of('-');
  if (first == std::string::npos) return {};
  out.erase(0, first);
  if (out.size() > kMaxIdLength) out.resize(kMaxIdLength);
  out.erase(out.find_last_not_of('-') + 1);
  return out;
}

bool contains(const std::vector<std::string>& parts, std::string_view name) {
  return std::find(parts.begin(), parts.end(), name) != parts.end();
}

}  // namespace

std::optional<ParsedKey> parse_key(std::string_view key) {
  auto parts = segments(key);
  if (parts.size() < 3 || parts[0] != "agent") return std::nullopt;
  ParsedKey out;
  out.agent_id = parts[1];
  parts.erase(parts.begin(), parts.begin() + 2);
  out.rest = base::join(parts, ":");
  return out;
}

KeyShape classify_key(std::string_view key) {
  const auto text = base::lower_ascii(base::trim(key));
  if (text.empty()) return KeyShape::missing;
  if (!text.starts_with("agent:")) return KeyShape::legacy_or_alias;
  return parse_key(text) ? KeyShape::agent : KeyShape::malformed_agent;
}

std::string_view shape_name(KeyShape shape) {
  switch (shape) {
    case KeyShape::missing:
      return "missing";
    case KeyShape::agent:
      return "agent";
    case KeyShape::legacy_or_alias:
      return "legacy_or_alias";
    case KeyShape::malformed_agent:
      return "malformed_agent";
  }
  return "missing";
}

std::string normalize_agent_id(std::string_view value) {
  auto id = normalize_id(value);
  return id.empty() ? std::string(kDefaultAgent) : id;
}

bool valid_agent_id(std::string_view value) {
  const auto id = base::lower_ascii(base::trim(value));
  if (id.empty() || id.size() > kMaxIdLength || id[0] == '-' || id[0] == '_') return false;
  return std::all_of(id.begin(), id.end(), id_character);
}

std::optional<std::string> normalize_account_id(std::string_view value) {
  auto id = normalize_id(value);
  if (id.empty()) return std::nullopt;
  return id;
}

std::string main_session_key(std::string_view agent_id, const KeySettings& settings) {
  if (settings.global_scope) return "global";
  const auto main_key = base::lower_ascii(base::trim(settings.main_key));
  return "agent:" + normalize_agent_id(agent_id) + ":" +
         (main_key.empty() ? std::string(kDefaultMainKey) : main_key);
}

std::string canonical_key(std::string_view input, const KeySettings& settings) {
  auto text = base::lower_ascii(base::trim(input));
  if (text == "global" || text == "unknown") return text;
  if (text.empty() || text == kDefaultMainKey || text == base::lower_ascii(base::trim(settings.main_key)))
    return main_session_key(settings.default_agent, settings);
  if (text.starts_with("agent:")) {
    const auto parsed = parse_key(text);
    if (!parsed) return text;
    return "agent:" + parsed->agent_id + ":" + parsed->rest;
  }
  return "agent:" + normalize_agent_id(settings.default_agent) + ":" + text;
}

std::string store_key(std::string_view agent_id, std::string_view name, std::string_view main_key) {
  auto text = base::lower_ascii(base::trim(name));
  if (text.starts_with("agent:")) return text;
  if (text.empty() || text == kDefaultMainKey) text = base::lower_ascii(base::trim(main_key));
  if (text.empty()) text = kDefaultMainKey;
  return "agent:" + normalize_agent_id(agent_id) + ":" + text;
}

std::optional<std::string> request_key(std::string_view key) {
  const auto text = base::trim(key);
  if (text.empty()) return std::nullopt;
  if (auto parsed = parse_key(text)) return parsed->rest;
  return std::string(text);
}

std::string agent_of_key(std::string_view key) {
  const auto parsed = parse_key(key);
  return parsed ? normalize_agent_id(parsed->agent_id) : std::string(kDefaultAgent);
}

std::string peer_key(const PeerRoute& route) {
  const auto prefix = "agent:" + normalize_agent_id(route.agent_id) + ":";
  auto channel = base::lower_ascii(base::trim(route.channel));
  if (channel.empty()) channel = "unknown";
  const auto peer = base::lower_ascii(base::trim(route.peer_id));
  if (route.kind != "direct")
    return prefix + channel + ":" + route.kind + ":" + (peer.empty() ? "unknown" : peer);
  if (!peer.empty()) {
    if (route.dm_scope == "per-peer") return prefix + "direct:" + peer;
    if (route.dm_scope == "per-channel-peer") return prefix + channel + ":direct:" + peer;
    if (route.dm_scope == "per-account-channel-peer") {
      const auto account = normalize_account_id(route.account).value_or(std::string(kDefaultAccount));
      return prefix + channel + ":" + account + ":direct:" + peer;
    }
  }
  return store_key(route.agent_id, {}, route.main_key);
}

std::string thread_key(std::string_view base, std::string_view thread_id) {
  const auto id = base::lower_ascii(base::trim(thread_id));
  return id.empty() ? std::string(base) : std::string(base) + ":thread:" + id;
}

ThreadSuffix split_thread(std::string_view key) {
  constexpr std::string_view kMark = ":thread:";
  const auto at = base::lower_ascii(key).rfind(kMark);
  ThreadSuffix out;
  if (at == std::string::npos || at == 0 || at + kMark.size() >= key.size()) {
    out.base = std::string(key);
  } else {
    out.base = std::string(key.substr(0, at));
    out.thread_id = std::string(key.substr(at + kMark.size()));
  }
  return out;
}

int subagent_depth(std::string_view key) {
  const auto parsed = parse_key(key);
  if (!parsed) return 0;
  const auto parts = base::split(parsed->rest, ':');
  return static_cast<int>(std::count(parts.begin(), parts.end(), "subagent"));
}

bool is_cron_key(std::string_view key) {
  const auto parsed = parse_key(key);
  return parsed && parsed->rest.starts_with("cron:");
}

bool is_cron_run_key(std::string_view key) {
  const auto parsed = parse_key(key);
  if (!parsed) return false;
  const auto parts = base::split(parsed->rest, ':');
  return parts.size() == 4 && parts[0] == "cron" && parts[2] == "run";
}

std::string_view chat_type_of_key(std::string_view key) {
  auto parts = segments(key);
  if (parts.empty()) return "unknown";
  if (contains(parts, "group")) return "group";
  if (contains(parts, "channel")) return "channel";
  if (contains(parts, "direct") || contains(parts, "dm")) return "direct";
  // Old Discord keys: discord:<account>:guild-<id>:channel-<id>.
  if (parts.size() >= 3 && parts[0] == "discord" && parts.back().starts_with("channel-")) return "channel";
  return "unknown";
}

std::string_view row_kind(std::string_view key, std::string_view chat_type) {
  if (key == "global" || key == "unknown") return key;
  const bool group = chat_type == "group" || chat_type == "channel" ||
                     key.find(":group:") != std::string_view::npos ||
                     key.find(":channel:") != std::string_view::npos;
  return group ? "group" : "direct";
}

}  // namespace openclaw::session
