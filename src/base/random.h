// Randomness from the kernel. Tests that need fixed ids pass values in instead of replacing this.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace openclaw::base {

std::string random_bytes(std::size_t count);
std::string uuid4();                           // lower-case canonical form
std::string random_hex(std::size_t bytes);     // 2 characters a byte
std::string random_token();                    // 32 bytes, base64url without padding: 43 characters
std::uint64_t random_below(std::uint64_t bound);  // uniform enough for jitter, not for keys

}  // namespace openclaw::base
