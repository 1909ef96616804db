// Bytes that programs print, made fit for JSON. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace openclaw::nodes {

// Invalid UTF-8 becomes U+FFFD.
std::string lossy_utf8(std::string_view bytes);
// The last `units` UTF-16 code units of valid UTF-8; a surrogate pair is never cut.
std::string_view utf16_tail(std::string_view utf8, std::size_t units);

}  // namespace openclaw::nodes
