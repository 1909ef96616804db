// The settings that may hold a reference to a secret (OpenClaw configuration 6), and what references stand
// there. Pure.
#pragma once
#include "config/config.h"

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

// Ids as secrets.resolve takes them: dotted paths, "*" for free keys and list elements.
bool known_secret_target(std::string_view id);

struct SecretAssignment {
  KeyPath path;
  base::Result<std::string> value;  // the error says why it cannot be resolved
  bool active = true;               // the feature it belongs to is switched on
};

// The references at this target; settings with plain values are not listed.
std::vector<SecretAssignment> resolve_target(const Snapshot& snapshot, std::string_view id);
// All references of the document.
std::vector<SecretAssignment> resolve_all_targets(const Snapshot& snapshot);

}  // namespace openclaw::config
