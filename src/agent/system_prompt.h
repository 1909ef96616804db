// The system prompt (OpenClaw agent runtime 9). Pure.
#pragma once
#include "agent/runtime.h"

#include <string>

namespace openclaw::agent {

std::string system_prompt(const RunRequest& request, const ModelTarget& target);

}  // namespace openclaw::agent
