// What we know of providers without configuration (OpenClaw agent 21.7). Pure.
#pragma once
#include "agent/model.h"

#include <string>
#include <string_view>

namespace openclaw::agent {

struct KnownProvider {
  std::string_view id, base_url, api;
  std::string_view env, env2;  // variables with the key, in this order; env2 may be empty
  bool images = false;         // its usual models read images
};
const KnownProvider* known_provider(std::string_view id);

// Output and context limits of well-known models, for those the configuration does not describe.
void apply_model_defaults(ModelTarget& target);

}  // namespace openclaw::agent
