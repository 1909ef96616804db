// The user message as the model sees it (OpenClaw agent runtime 5.3) and the way back to what the person
// wrote. Pure.
//
//   Sender (untrusted metadata):
//   ```json
//   {"label":..., "id":...}
//   ```
//
//   [Tue 2026-11-24 06:07 UTC] text
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace openclaw::session {

struct Envelope {
  std::string sender_label, sender_id;  // no block when the label is empty
  std::int64_t now = 0;                 // Unix ms
  bool time = true;                     // channels carry no bracket time
};
// A text that already begins with a bracket time keeps its own.
std::string wrap_message(std::string_view text, const Envelope& envelope);

struct CleanMessage {
  std::string text;
  std::string sender_label;
};
// Takes each known block off at most once, in the order in which we write them, so that a text quoting such a
// block keeps its quotation.
CleanMessage unwrap_message(std::string_view stored);
// unwrap_message().text
std::string display_text(std::string_view stored);

// "Tue 2026-11-24 06:07 UTC"
std::string envelope_time(std::int64_t unix_ms);

}  // namespace openclaw::session
