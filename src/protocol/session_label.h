// The label of a session as a client gives it (sessions.patch, sessions.create, agent). Pure.
#pragma once
#include "base/result.h"
#include "json/json.h"

#include <cstddef>
#include <string>

namespace openclaw::protocol {

inline constexpr std::size_t kMaxSessionLabel = 512;  // UTF-16 code units

// The trimmed label. ErrorKind::invalid with the exact text for the wire: "invalid label: empty" and so on.
base::Result<std::string> parse_session_label(const json::Value& label);

}  // namespace openclaw::protocol
