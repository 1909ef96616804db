// Transcript messages as clients see them (chat.history, session.message; OpenClaw methods 5). Pure.
#pragma once
#include "json/json.h"
#include "session/envelope.h"
#include "store/sessions.h"

#include <cstddef>
#include <string>
#include <vector>

namespace openclaw::session {

inline constexpr std::size_t kHistoryMaxChars = 12'000;           // per text; chat.history maxChars
inline constexpr std::size_t kHistoryMaxMessage = 128 * 1024;     // bytes of one message as JSON
inline constexpr std::size_t kHistoryMaxTotal = 6 * 1024 * 1024;  // bytes of the whole list

// One message: envelope and metadata taken off user texts, directive tags and signatures removed, long texts
// cut,
// `__openclaw {id, seq}` added.
json::Object history_message(const store::MessageRecord& message, std::size_t max_chars = kHistoryMaxChars);
// True for assistant messages that say nothing to anybody (only NO_REPLY).
bool silent_message(const store::MessageRecord& message);
// The list for chat.history: silent messages dropped, the oldest dropped until the rest fits.
json::Array history_messages(const std::vector<store::MessageRecord>& messages,
                             std::size_t max_chars = kHistoryMaxChars);

// Image blocks become {"type":"image","mimeType","omitted":true,"bytes"}.
json::Object without_image_data(const json::Object& body);
// A message as it is stored, without image data, with `__openclaw {id, seq}` (sessions.get).
json::Object raw_message(const store::MessageRecord& message);

// Lines of sessions.preview: {role, text}, the newest `limit`, texts cut to `max_chars`.
json::Array preview_items(const std::vector<store::MessageRecord>& messages, std::size_t limit, std::size_t max_chars);

// The first `max_chars` UTF-16 units, the last of them an ellipsis when something was cut off.
std::string short_text(std::string text, std::size_t max_chars);

// The text blocks of a message joined (or its plain string).
std::string message_text(const json::Object& body);
// "[[reply_to_current]]", "[[reply_to:<id>]]" and "[[audio_as_voice]]" removed.
std::string strip_directives(std::string_view text);

}  // namespace openclaw::session
