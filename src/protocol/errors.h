// Errors as they travel (docs/PROTOCOL.md 2.1, 2.4). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/json.h"

namespace openclaw::protocol {

inline constexpr std::string_view kInvalidRequest = "INVALID_REQUEST";
inline constexpr std::string_view kUnavailable = "UNAVAILABLE";
inline constexpr std::string_view kNotPaired = "NOT_PAIRED";
inline constexpr std::string_view kForbidden = "FORBIDDEN";  // protocol 4 only

struct WireError {
  std::string code;
  std::string message;
  json::Value details = nullptr;  // null = absent
  std::optional<bool> retryable;
  std::optional<std::int64_t> retry_after_ms;
};

template <class T = json::Value>
using WireResult = tl::expected<T, WireError>;

inline tl::unexpected<WireError> invalid_request(std::string message, json::Value details = nullptr) {
  return tl::unexpected<WireError>(WireError{std::string(kInvalidRequest), std::move(message), std::move(details), {}, {}});
}
inline tl::unexpected<WireError> unavailable(std::string message, json::Value details = nullptr) {
  return tl::unexpected<WireError>(WireError{std::string(kUnavailable), std::move(message), std::move(details), {}, {}});
}
json::Object to_json(const WireError& error);
WireError wire_error_from(const json::Object& object);
// For a person; kind is auth for pairing, scope and credential refusals.
base::Error to_error(const WireError& error);

}  // namespace openclaw::protocol
