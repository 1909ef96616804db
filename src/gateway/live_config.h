// A new configuration in a running gateway: what can apply at once does, the rest is named (OpenClaw
// configuration 9). On the loop's thread.
#pragma once
#include "config/config.h"
#include "gateway/state.h"

#include <string>
#include <vector>

namespace openclaw::gateway {

struct AppliedConfig {
  std::vector<std::string> live;     // dotted paths that are in force now
  std::vector<std::string> restart;  // and those that wait for the next start
};

// Takes `after` as the running configuration. Channels whose settings changed are stopped and started.
base::Task<AppliedConfig> apply_config(State& state, config::Snapshot after);
// True for settings that only a start reads.
bool needs_restart(const config::KeyPath& path);

// What config/write.h needs to know of this gateway.
config::Context config_context(const State& state);

}  // namespace openclaw::gateway
