#pragma once
#include "cli/command.h"

namespace openclaw::cli {

int run_node(Invocation& inv);  // until a signal ends it

}  // namespace openclaw::cli
