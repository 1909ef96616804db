// Text helpers. "ASCII" in a name means other bytes are left alone.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::base {

std::string_view trim(std::string_view text);  // ASCII white space
std::string lower_ascii(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);  // keeps empty parts
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string replace_all(std::string text, std::string_view from, std::string_view to);
bool equals_ignore_case(std::string_view a, std::string_view b);
// Decimal digits only, no sign or space; nullopt when out of range.
std::optional<std::int64_t> parse_int(std::string_view text);

bool is_utf8(std::string_view text);  // RFC 3629, no surrogates, no overlong forms
// Longest prefix of at most `bytes` bytes that does not cut a UTF-8 sequence.
std::string_view cut_utf8(std::string_view text, std::size_t bytes);
std::size_t utf16_length(std::string_view utf8);  // code units, as JavaScript clients count

// "2026-11-24T07:50:27.123Z"
std::string iso_time(std::int64_t unix_ms);
// 340 -> "340ms", 5200 -> "5s", 125000 -> "2m", ...
std::string short_duration(std::int64_t ms);

}  // namespace openclaw::base
