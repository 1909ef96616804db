#include "session/envelope.h"

#include "base/strings.h"
#include "json/json.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace openclaw::session {
namespace {

constexpr std::string_view kFence = "```json\n";
constexpr std::string_view kFenceEnd = "\n```\n\n";
constexpr std::array<std::string_view, 2> kBlocks = {"Conversation info (untrusted metadata):\n",
                                                     "Sender (untrusted metadata):\n"};

bool digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

// Length of "[Tue 2026-11-24 06:07 UTC] " at the start of the text, else 0. The zone is up to 16 characters.
std::size_t time_prefix(std::string_view text) {
  constexpr std::size_t kFixed = 22;  // "[Tue 2026-11-24 06:07 "
  constexpr std::size_t kMaxZone = 16;
  if (text.size() < kFixed + 3 || text[0] != '[' || text[4] != ' ' || text[9] != '-' || text[12] != '-' ||
      text[15] != ' ' || text[18] != ':' || text[21] != ' ')
    return 0;
  if (!digits(text.substr(5, 4)) || !digits(text.substr(10, 2)) || !digits(text.substr(13, 2)) ||
      !digits(text.substr(16, 2)) || !digits(text.substr(19, 2)))
    return 0;
  const auto close = text.substr(0, kFixed + kMaxZone + 1).find(']', kFixed);
  if (close == std::string_view::npos || close == kFixed) return 0;
  return text.substr(close + 1).starts_with(' ') ? close + 2 : close + 1;
}

std::string sender_block(const Envelope& envelope) {
  json::Object sender;
  sender["label"] = envelope.sender_label;
  if (!envelope.sender_id.empty()) sender["id"] = envelope.sender_id;
  auto body = json::write_pretty(sender);
  return std::string(kBlocks[1]) + std::string(kFence) + body + std::string(kFenceEnd);
}

// Removes one block; its JSON object goes to `info`.
bool take_block(std::string_view& text, std::string_view title, json::Object& info) {
  if (!text.starts_with(title)) return false;
  auto rest = text.substr(title.size());
  if (!rest.starts_with(kFence)) return false;
  rest.remove_prefix(kFence.size());
  const auto end = rest.find(kFenceEnd);
  if (end == std::string_view::npos) return false;
  const auto parsed = json::parse(rest.substr(0, end));
  if (!parsed || !parsed->is_object()) return false;
  info = parsed->get_object();
  text = rest.substr(end + kFenceEnd.size());
  return true;
}

}  // namespace

std::string envelope_time(std::int64_t unix_ms) {
  using namespace std::chrono;
  static constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const sys_time<milliseconds> now{milliseconds(unix_ms)};
  const auto day = floor<days>(now);
  const year_month_day date{day};
  const auto minutes_of_day = floor<minutes>(now - day).count();
  return fmt::format("{} {:04}-{:02}-{:02} {:02}:{:02} UTC", kDays[weekday(day).c_encoding()],
                     int(date.year()), unsigned(date.month()), unsigned(date.day()), minutes_of_day / 60,
                     minutes_of_day % 60);
}

std::string wrap_message(std::string_view text, const Envelope& envelope) {
  std::string out;
  if (!envelope.sender_label.empty()) out += sender_block(envelope);
  if (envelope.time && time_prefix(text) == 0) out += "[" + envelope_time(envelope.now) + "] ";
  out += text;
  return out;
}

CleanMessage unwrap_message(std::string_view stored) {
  CleanMessage out;
  auto text = stored;
  for (const auto title : kBlocks) {
    json::Object info;
    if (take_block(text, title, info) && title == kBlocks[1])
      out.sender_label = json::get_string_or(info, "label", "");
  }
  text.remove_prefix(time_prefix(text));
  out.text = std::string(text);
  return out;
}

std::string display_text(std::string_view stored) { return unwrap_message(stored).text; }

}  // namespace openclaw::session
