// Base64 (RFC 4648 sections 4 and 5) and hexadecimal.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::base {

std::string base64_encode(std::string_view bytes);
std::string base64url_encode(std::string_view bytes);  // without padding
// Accepts both alphabets, with or without padding; nullopt on anything else.
std::optional<std::string> base64_decode_any(std::string_view text);
std::string hex_encode(std::string_view bytes);  // lower case
std::optional<std::string> hex_decode(std::string_view text);

}  // namespace openclaw::base
