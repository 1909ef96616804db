// The shape of a body of POST /v1/responses, checked in the words of the reference's validator. Pure.
#pragma once
#include <optional>
#include <string>

#include "json/json.h"

namespace openclaw::gateway {

// "<path>: <what>" of the first thing that is wrong, in the order of the schema; unknown keys come last.
std::optional<std::string> responses_complaint(const json::Value& body);

}  // namespace openclaw::gateway
