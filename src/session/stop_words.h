// Messages that stop a run instead of starting one (OpenClaw methods, chat.send). Pure.
#pragma once
#include <string_view>

namespace openclaw::session {

// The whole message, case and white space aside, trailing punctuation ignored.
bool is_stop_word(std::string_view message);

}  // namespace openclaw::session
