#pragma once
#include "base/result.h"
#include "cli/command.h"
#include "json/json.h"

namespace openclaw::cli {

// --params as JSON text, @file or - (stdin); an empty object without it. Kind usage: "invalid --params:
// <why>".
base::Result<json::Value> params_option(const Invocation& inv);

}  // namespace openclaw::cli
