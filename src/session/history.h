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

// The text blocks of a message joined (or its plain string).
std::string message_text(const json::Object& body);
// "[[reply_to_current]]", "[[reply_to:<id>]]" and "[[audio_as_voice]]" removed.
std::string strip_directives(std::string_view text);

}  // namespace openclaw::session
