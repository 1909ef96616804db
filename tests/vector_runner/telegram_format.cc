#include "channels/telegram/format.h"

#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

Outcome parse_target(const json::Object& in) {
  const auto parsed = channels::telegram::parse_target(text_of(in, "target"));
  json::Object target;
  target["chatId"] = parsed.chat_id;
  if (parsed.thread) target["messageThreadId"] = *parsed.thread;
  target["chatType"] = parsed.chat_type;
  return got(one("target", std::move(target)));
}

Outcome chunk_text(const json::Object& in) {
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(0, json::get_int(in, "limit").value_or(0)));
  return got(one("chunks", json::strings(channels::telegram::chunk_text(text_of(in, "text"), limit))));
}

const Area kFormat("telegram-format", {{"parse_target", parse_target}});
const Area kChunking("text-chunking", {{"chunk_text", chunk_text}});

}  // namespace
}  // namespace openclaw::vectors
