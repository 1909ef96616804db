#include "channels/telegram/update.h"

#include "base/strings.h"

#include <fmt/format.h>

namespace openclaw::channels::telegram {
namespace {

constexpr std::size_t kMaxText =
    65'536;  // the Bot API allows 4096 characters; a self-hosted one may do as it likes
constexpr std::size_t kMaxName = 256;

std::string cut(const std::optional<std::string>& text, std::size_t bytes) {
  return text ? std::string(base::cut_utf8(*text, bytes)) : std::string();
}

std::string display_name(const json::Object& from) {
  std::string name = cut(json::get_string(from, "first_name"), kMaxName);
  const std::string last = cut(json::get_string(from, "last_name"), kMaxName);
  if (!name.empty() && !last.empty()) name += ' ';
  return name + last;
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool mentions(std::string_view text, const BotIdentity& bot) {
  if (bot.username.empty()) return false;
  const std::string needle = "@" + base::lower_ascii(bot.username);
  const std::string hay = base::lower_ascii(text);
  for (auto at = hay.find(needle); at != std::string::npos; at = hay.find(needle, at + 1)) {
    const std::size_t end = at + needle.size();
    if ((at == 0 || !is_word(hay[at - 1])) && (end == hay.size() || !is_word(hay[end]))) return true;
  }
  return false;
}

bool replies_to_bot(const json::Object& message, const BotIdentity& bot) {
  const auto* replied = json::get_object(message, "reply_to_message");
  const auto* from = replied ? json::get_object(*replied, "from") : nullptr;
  return from && json::get_int(*from, "id") == bot.id;
}

std::optional<std::string> chat_kind(const json::Object& chat) {
  const auto type = json::get_string(chat, "type");
  if (type == "private") return "direct";
  if (type == "group" || type == "supergroup") return "group";
  return std::nullopt;
}

std::optional<std::string> refuse_direct(const TelegramSettings& settings, const std::string& sender) {
  switch (settings.dm_policy) {
    case DmPolicy::disabled:
      return "direct messages are disabled (channels.telegram.dmPolicy)";
    case DmPolicy::open:
      return std::nullopt;
    case DmPolicy::pairing:
    case DmPolicy::allowlist:
      break;
  }
  if (settings.allow_from.contains(sender)) return std::nullopt;
  return fmt::format("not in channels.telegram.allowFrom (dmPolicy {})", policy_name(settings.dm_policy));
}

std::optional<std::string> refuse_group(const TelegramSettings& settings, const ParsedMessage& parsed) {
  const auto& message = parsed.message;
  if (settings.group_policy == GroupPolicy::disabled)
    return "groups are disabled (channels.telegram.groupPolicy)";
  // Narrower than the reference: without a `groups` entry no group is served, whatever groupPolicy says.
  const auto own = settings.groups.find(message.chat_id);
  const auto rule = own != settings.groups.end() ? own : settings.groups.find("*");
  if (rule == settings.groups.end())
    return fmt::format("chat {} is not in channels.telegram.groups", message.chat_id);
  if (!rule->second.enabled) return fmt::format("channels.telegram.groups.{}.enabled is false", rule->first);
  if (rule->second.allow_from) {
    if (!rule->second.allow_from->contains(message.sender_id)) {
      return fmt::format("sender is not in channels.telegram.groups.{}.allowFrom", rule->first);
    }
  } else if (settings.group_policy == GroupPolicy::allowlist) {
    const AllowList& list = settings.group_allow_from && !settings.group_allow_from->empty()
                                ? *settings.group_allow_from
                                : settings.allow_from;
    // A chat listed by its own id vouches for its members; "*" alone does not.
    const bool vouched = list.empty() && own != settings.groups.end();
    if (!vouched && !list.contains(message.sender_id))
      return "sender is not in channels.telegram.groupAllowFrom";
  }
  if (rule->second.require_mention && !parsed.mentions_bot) return "the bot was not mentioned";
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> update_id(const json::Value& update) {
  const auto* object = update.if_object();
  if (!object) return std::nullopt;
  const auto id = json::get_int(*object, "update_id");
  // The next offset is id + 1, which has to fit what Telegram calls an Integer of 52 significant bits.
  if (!id || *id < 0 || *id >= (std::int64_t{1} << 52)) return std::nullopt;
  return id;
}

std::variant<ParsedMessage, Skip> parse_update(const json::Value& update, const BotIdentity& bot) {
  const auto* object = update.if_object();
  if (!object) return Skip{"not an object"};
  const auto* message = json::get_object(*object, "message");
  if (!message) return Skip{"no message in it"};
  const auto* chat = json::get_object(*message, "chat");
  const auto* from = json::get_object(*message, "from");
  const auto message_id = json::get_int(*message, "message_id");
  const auto chat_id = chat ? json::get_int(*chat, "id") : std::nullopt;
  const auto sender = from ? json::get_int(*from, "id") : std::nullopt;
  if (!message_id || !chat_id || !sender) return Skip{"message without id, chat or sender"};
  const auto kind = chat_kind(*chat);
  if (!kind) return Skip{"neither a private chat nor a group"};
  if (json::get_bool(*from, "is_bot").value_or(false)) return Skip{"sent by a bot"};
  auto text = json::get_string(*message, "text");
  if (!text) text = json::get_string(*message, "caption");
  if (!text || base::trim(*text).empty()) return Skip{"no text"};

  ParsedMessage out;
  out.message.channel = "telegram";
  out.message.account = "default";
  out.message.chat_id = std::to_string(*chat_id);
  out.message.chat_type = *kind;
  out.message.sender_id = std::to_string(*sender);
  out.message.sender_name = display_name(*from);
  out.message.sender_username = cut(json::get_string(*from, "username"), kMaxName);
  out.message.message_id = std::to_string(*message_id);
  out.message.text = cut(text, kMaxText);
  const auto date = json::get_int(*message, "date").value_or(0);
  out.message.ts = date > 0 && date < 100'000'000'000 ? date * 1000 : 0;
  // By message rather than by update: Telegram restarts update ids after a quiet week, message ids never.
  out.message.dedupe_key = fmt::format("telegram:{}:{}:{}", bot.id, *chat_id, *message_id);
  out.mentions_bot = mentions(out.message.text, bot) || replies_to_bot(*message, bot);
  return out;
}

std::optional<std::string> refuse_access(const TelegramSettings& settings, const ParsedMessage& message) {
  if (message.message.chat_type == "direct") return refuse_direct(settings, message.message.sender_id);
  return refuse_group(settings, message);
}

std::string allow_hint(const TelegramSettings& settings, const std::string& sender) {
  std::string list;
  for (const auto& id : settings.allow_from.ids) list += fmt::format("\"{}\", ", id);
  return fmt::format("channels: {{ telegram: {{ allowFrom: [{}\"{}\"] }} }}", list, sender);
}

std::string printable(std::string_view text, std::size_t bytes) {
  std::string out(base::cut_utf8(text, bytes));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out;
}

}  // namespace openclaw::channels::telegram
