// The environment of a command that the gateway asks for: which overrides are refused, which inherited
// variables go. Pure.
#pragma once
#include "base/env.h"
#include "base/result.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::nodes {

using EnvOverrides = std::map<std::string, std::string>;

bool blocked_everywhere(std::string_view name);   // also taken out of what is inherited
bool blocked_as_override(std::string_view name);  // includes the former and PATH

// "environment override rejected (blocked override keys: A, B; invalid non-portable override keys: C)"
base::Result<> check_overrides(const EnvOverrides& overrides);

// "NAME=value" lines. For a shell wrapper only TERM LANG LC_* COLORTERM NO_COLOR FORCE_COLOR of the overrides
// count. The gateway's own credentials are never handed on.
std::vector<std::string> child_environment(const base::Env& inherited, const EnvOverrides& overrides,
                                           bool shell_wrapper);

// PATH of `inherited`, or the usual folders when it is empty.
std::string path_of(const base::Env& inherited);

}  // namespace openclaw::nodes
