// What the config commands share in their answers. Internal to config/.
#pragma once
#include "base/result.h"
#include "config/commands.h"

#include <string>
#include <vector>

namespace openclaw::config {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitConfig = 5;

// "Error: <text>" and the hint below it.
CommandResult failure(const base::Error& error);
// JSON with two spaces and numbers as people write them (0.5, not 5E-1).
std::string pretty(const json::Value& value);
// "Applied live." and so on: what a change of these settings means for a running gateway.
std::string effect_text(const Context& context, const Snapshot& after, const std::vector<KeyPath>& changed);

}  // namespace openclaw::config
