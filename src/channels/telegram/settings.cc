#include "channels/telegram/settings.h"

#include "base/strings.h"
#include "net/address.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace openclaw::channels::telegram {
namespace {

constexpr std::size_t kMaxTokenFile = 4096;
constexpr char kBlock[] = "channels.telegram";
constexpr char kAccountBlock[] = "channels.telegram.accounts.default";

// O_NOFOLLOW and the check for a regular file: a token file that is a link may point anywhere after an
// unpacked archive or a shared folder, so links are refused.
base::Result<std::string> read_token_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) {
    const int error = errno;
    const std::string why =
        error == ELOOP ? "it is a symbolic link; give the real file" : std::strerror(error);
    return base::fail(base::ErrorKind::config, fmt::format("cannot read token file {}: {}", path, why), {},
                      error);
  }
  struct stat info{};
  std::string text(kMaxTokenFile, '\0');
  ssize_t count = -1;
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) count = ::read(fd, text.data(), text.size());
  ::close(fd);
  if (count < 0)
    return base::fail(base::ErrorKind::config, fmt::format("token file {} is not a regular file", path));
  text.resize(static_cast<std::size_t>(count));
  std::string token(base::trim(text));
  if (token.empty()) return base::fail(base::ErrorKind::config, fmt::format("token file {} is empty", path));
  return token;
}

bool plausible_token(std::string_view token) {
  if (token.size() > 256) return false;
  return std::all_of(token.begin(), token.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ':' ||
           c == '_' || c == '-';
  });
}

AllowList allow_list(const json::Value* value, const std::string& where, std::vector<std::string>& warnings) {
  AllowList out;
  const auto* array = value ? value->if_array() : nullptr;
  if (!array) return out;
  for (const auto& item : *array) {
    std::string entry;
    if (item.is_string())
      entry = normalize_allow_entry(std::string_view(item.get_string().data(), item.get_string().size()));
    if (item.is_int64()) entry = std::to_string(item.get_int64());
    if (item.is_uint64()) entry = std::to_string(item.get_uint64());
    if (entry == "*") {
      out.any = true;
    } else if (is_numeric_id(entry)) {
      out.ids.insert(entry);
    } else if (!entry.empty()) {
      warnings.push_back(
          fmt::format("{} entry \"{}\" is ignored: only numeric Telegram user ids count", where, entry));
    }
  }
  return out;
}

// Takes botToken, then tokenFile of one block. True when the block decided about the token (or failed to).
bool token_from(const json::Object& block, const std::string& name, TelegramSettings& out) {
  if (const auto* value = json::find(block, "botToken")) {
    out.token_setting = name + ".botToken";
    if (const auto text = json::get_string(block, "botToken")) {
      out.token = std::string(base::trim(*text));
      if (!out.token.empty()) {
        out.token_source = "config";
        return true;
      }
    } else if (!value->is_null()) {
      out.token_source = "config";
      out.problem = fmt::format("{} is a secret reference that was not resolved", out.token_setting);
      return true;
    }
  }
  const auto file = json::get_string(block, "tokenFile");
  if (!file || base::trim(*file).empty()) return false;
  out.token_setting = name + ".tokenFile";
  out.token_source = "tokenFile";
  auto token = read_token_file(std::string(base::trim(*file)));
  if (token) {
    out.token = std::move(*token);
  } else {
    out.problem = fmt::format("{}: {}", out.token_setting, token.error().message);
  }
  return true;
}

void find_token(const json::Object& block, const json::Object* account, const base::Env& env,
                TelegramSettings& out) {
  const bool decided =
      (account && token_from(*account, kAccountBlock, out)) || token_from(block, kBlock, out);
  if (!decided) {
    if (auto token = env.non_blank("TELEGRAM_BOT_TOKEN")) {
      out.token = std::move(*token);
      out.token_source = "env";
      out.token_setting = "TELEGRAM_BOT_TOKEN";
    }
  }
  if (!out.problem.empty()) return;
  if (out.token.empty()) {
    out.token_setting.clear();
    out.problem =
        "Telegram bot token missing for account \"default\" (set channels.telegram.accounts.default."
        "botToken/tokenFile or TELEGRAM_BOT_TOKEN for default).";
  } else if (!plausible_token(out.token)) {
    out.token.clear();
    out.problem =
        fmt::format("{} does not look like a bot token (<digits>:<letters and digits>)", out.token_setting);
  }
}

template <class Enum>
void choose(const json::Object& block, const char* key, Enum& out,
            std::initializer_list<std::pair<const char*, Enum>> names, std::string& problem) {
  const auto text = json::get_string(block, key);
  if (!text) return;
  std::string known;
  for (const auto& [name, value] : names) {
    if (*text == name) {
      out = value;
      return;
    }
    known += known.empty() ? name : fmt::format(", {}", name);
  }
  if (problem.empty())
    problem = fmt::format("{}.{} is \"{}\"; it must be one of {}", kBlock, key, *text, known);
}

void read_groups(const json::Object& block, TelegramSettings& out) {
  const auto* groups = json::get_object(block, "groups");
  if (!groups) return;
  for (const auto& [key, value] : *groups) {
    GroupRule rule;
    const std::string id(key);
    if (const auto* object = value.if_object()) {
      rule.enabled = json::get_bool(*object, "enabled").value_or(true);
      rule.require_mention = json::get_bool(*object, "requireMention").value_or(true);
      if (const auto* list = json::find(*object, "allowFrom")) {
        rule.allow_from = allow_list(list, fmt::format("{}.groups.{}.allowFrom", kBlock, id), out.warnings);
      }
    }
    out.groups[id] = std::move(rule);
  }
}

void read_access(const json::Object& block, TelegramSettings& out) {
  choose(block, "dmPolicy", out.dm_policy,
         {{"pairing", DmPolicy::pairing},
          {"allowlist", DmPolicy::allowlist},
          {"open", DmPolicy::open},
          {"disabled", DmPolicy::disabled}},
         out.problem);
  choose(block, "groupPolicy", out.group_policy,
         {{"allowlist", GroupPolicy::allowlist},
          {"open", GroupPolicy::open},
          {"disabled", GroupPolicy::disabled}},
         out.problem);
  out.allow_from = allow_list(json::find(block, "allowFrom"), "channels.telegram.allowFrom", out.warnings);
  if (const auto* list = json::find(block, "groupAllowFrom")) {
    out.group_allow_from = allow_list(list, "channels.telegram.groupAllowFrom", out.warnings);
  }
  read_groups(block, out);
  // The reference's schema refuses this as well; opening a bot to everybody has to be said twice.
  if (out.dm_policy == DmPolicy::open && !out.allow_from.any && out.problem.empty()) {
    out.problem = "channels.telegram.dmPolicy \"open\" requires channels.telegram.allowFrom to contain \"*\"";
  }
}

void read_transport(const json::Object& block, TelegramSettings& out) {
  if (const auto root = json::get_string(block, "apiRoot"); root && !base::trim(*root).empty()) {
    out.api_root = std::string(base::trim(*root));
  }
  const auto url = net::parse_url(out.api_root);
  if ((!url || (url->scheme != "http" && url->scheme != "https")) && out.problem.empty()) {
    out.problem = "channels.telegram.apiRoot is not an http(s) URL";
  }
  if (const auto seconds = json::get_int(block, "timeoutSeconds")) {
    out.call_timeout_ms = static_cast<int>(std::clamp<std::int64_t>(*seconds, 1, 500)) * 1000;
  }
  if (const auto limit = json::get_int(block, "textChunkLimit")) {
    out.text_chunk_limit = static_cast<int>(std::clamp<std::int64_t>(*limit, 1, 4096));
  }
}

// Settings that change where messages come from; ignoring them silently would look like a dead bot.
void warn_unserved(const json::Object& block, TelegramSettings& out) {
  if (const auto* accounts = json::get_object(block, "accounts")) {
    for (const auto& [name, value] : *accounts) {
      if (name != "default") {
        out.warnings.push_back(
            fmt::format("channels.telegram.accounts.{} is not served: only the default account is",
                        std::string_view(name)));
      }
    }
  }
  if (json::find(block, "webhookUrl"))
    out.warnings.push_back("channels.telegram.webhookUrl is ignored: updates are polled");
  if (json::find(block, "proxy"))
    out.warnings.push_back("channels.telegram.proxy is ignored: connections are direct");
}

}  // namespace

std::string normalize_allow_entry(std::string_view entry) {
  entry = base::trim(entry);
  for (const std::string_view prefix : {"telegram:", "tg:"}) {
    if (entry.size() >= prefix.size() && base::equals_ignore_case(entry.substr(0, prefix.size()), prefix)) {
      return std::string(base::trim(entry.substr(prefix.size())));
    }
  }
  return std::string(entry);
}

bool is_numeric_id(std::string_view text) {
  return !text.empty() && text.size() <= 20 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

const char* policy_name(DmPolicy policy) {
  switch (policy) {
    case DmPolicy::pairing:
      return "pairing";
    case DmPolicy::allowlist:
      return "allowlist";
    case DmPolicy::open:
      return "open";
    case DmPolicy::disabled:
      return "disabled";
  }
  return "";
}

std::optional<TelegramSettings> read_settings(const json::Value& config, const base::Env& env) {
  const auto* found = json::find_path(config, "channels.telegram");
  const auto* block = found ? found->if_object() : nullptr;
  if (!block && !env.non_blank("TELEGRAM_BOT_TOKEN")) return std::nullopt;
  static const json::Object kNone;
  if (!block) block = &kNone;

  const auto* accounts = json::get_object(*block, "accounts");
  const auto* account = accounts ? json::get_object(*accounts, "default") : nullptr;
  json::Object merged = *block;
  if (account) {
    for (const auto& [key, value] : *account) merged[key] = value;
  }
  TelegramSettings out;
  out.enabled =
      json::get_bool(*block, "enabled").value_or(true) && json::get_bool(merged, "enabled").value_or(true);
  find_token(*block, account, env, out);
  read_access(merged, out);
  read_transport(merged, out);
  warn_unserved(*block, out);
  return out;
}

}  // namespace openclaw::channels::telegram
