// Characters as JSON5 classes them. Internal to the JSON5 reader. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace openclaw::json {

inline constexpr char32_t kEnd = 0xFFFFFFFF;  // what stands behind the last character

// The code point at `at` of valid UTF-8 and its length in bytes; kEnd and 0 behind the end.
char32_t decode(std::string_view text, std::size_t at, std::size_t& length);
void append_utf8(std::string& out, char32_t c);
bool is_space(char32_t c);
bool is_line_end(char32_t c);
bool is_digit(char32_t c);
int hex_digit(char32_t c);  // -1 when it is none
bool is_key_start(char32_t c);
bool is_key_part(char32_t c);
std::string show(char32_t c);  // as error messages write it

}  // namespace openclaw::json
