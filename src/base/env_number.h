// Numbers in environment variables, read as JavaScript's Number() reads them, because the reference does.
#pragma once
#include "base/env.h"

#include <cstdint>
#include <string_view>

namespace openclaw::base {

// A finite number above 0 and at most 2^31-1, fractions dropped ("2500", "1e3"); else the fallback.
int positive_number(const Env& env, std::string_view name, int fallback);

}  // namespace openclaw::base
