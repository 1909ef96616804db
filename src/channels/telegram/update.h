// Bot API updates -> InboundMessage, and who may talk to the bot. Pure. Whatever is not understood is a
// reason to skip, never an error: the next update matters more.
#pragma once
#include "channels/channel.h"
#include "channels/telegram/settings.h"
#include "json/json.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace openclaw::channels::telegram {

struct BotIdentity {
  std::int64_t id = 0;
  std::string username;
};

struct ParsedMessage {
  InboundMessage message;
  bool mentions_bot = false;  // "@bot" in the text, or a reply to a message of the bot
};
struct Skip {
  std::string reason;
};

// nullopt when the value carries no usable update_id.
std::optional<std::int64_t> update_id(const json::Value& update);
std::variant<ParsedMessage, Skip> parse_update(const json::Value& update, const BotIdentity& bot);

// nullopt: allowed. Otherwise why not (OpenClaw channels: DM policies; group policy).
std::optional<std::string> refuse_access(const TelegramSettings& settings, const ParsedMessage& message);
// What the owner has to set so that `sender` gets through; JSON5 for the configuration file.
std::string allow_hint(const TelegramSettings& settings, const std::string& sender);
// Text of a stranger made fit for a log line: no control characters, at most `bytes` long.
std::string printable(std::string_view text, std::size_t bytes);

}  // namespace openclaw::channels::telegram
