// What happens to a document between substitution and use. Internal to config/.
#pragma once
#include "config/schema.h"
#include "json/json.h"

#include <optional>
#include <vector>

namespace openclaw::config {

// Old spellings, mapped in memory only; each leaves a warning.
void map_legacy(json::Value& document, std::vector<Issue>& warnings);
// Values that the reference fills in on load and shows in `config get`.
void fill_in(json::Value& document);
std::optional<Issue> newer_version_warning(const json::Value& document);

}  // namespace openclaw::config
