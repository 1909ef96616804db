// Bytes as an answer of getUpdates and as text to send: nothing a Bot API server says may crash the channel,
// and every chunk has to be one that Telegram takes.
#include "base/strings.h"
#include "channels/telegram/api.h"
#include "channels/telegram/format.h"
#include "channels/telegram/update.h"

#include <cstdlib>
#include <string_view>

using namespace openclaw;

namespace {

void check(bool condition) {
  if (!condition) std::abort();
}

void updates(std::string_view text) {
  const auto answer = channels::telegram::read_answer(200, text);
  if (!answer || !answer->is_array()) return;
  const channels::telegram::BotIdentity bot{777, "mock_bot"};
  channels::telegram::TelegramSettings settings;
  settings.groups["*"] = {};
  for (const auto& update : answer->get_array()) {
    if (const auto id = channels::telegram::update_id(update)) check(*id >= 0);
    const auto parsed = channels::telegram::parse_update(update, bot);
    if (const auto* message = std::get_if<channels::telegram::ParsedMessage>(&parsed)) {
      check(!message->message.text.empty() && message->message.text.size() <= 65'536);
      (void)channels::telegram::refuse_access(settings, *message);
      (void)channels::telegram::printable(message->message.sender_name, 64);
    }
  }
}

void texts(std::string_view text) {
  const std::size_t limit = text.empty() ? 1 : static_cast<unsigned char>(text[0]) % 40 + 1;
  for (const auto& chunk : channels::telegram::chunk_text(channels::telegram::to_utf8(text), limit)) {
    check(!chunk.empty() && base::is_utf8(chunk));
    check(base::utf16_length(chunk) <= std::max<std::size_t>(limit, 2));
  }
  (void)channels::telegram::parse_target(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  updates(text);
  texts(text);
  return 0;
}
