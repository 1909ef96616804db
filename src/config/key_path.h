// Paths to settings as people type them: "a.b[0]", "models.providers[\"x/y\"].apiKey", "a\.b". Pure.
#pragma once
#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

using KeyPath = std::vector<std::string>;

// An empty text gives an empty path. Error texts are interface: `Invalid path (missing "]"): <path>` and so
// on.
base::Result<KeyPath> parse_key_path(std::string_view text);
// Also refuses an empty path and segments that are unsafe for programs in JavaScript that read the same file.
base::Result<KeyPath> required_key_path(std::string_view text);
std::string dotted(const KeyPath& path);  // joined with dots, as messages show it

}  // namespace openclaw::config
