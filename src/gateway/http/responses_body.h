// The body of POST /v1/responses (OpenClaw protocol 8.3): a closed schema. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "agent/model.h"
#include "base/result.h"
#include "json/json.h"

namespace openclaw::gateway {

struct ResponsesBody {
  std::string model, user, previous_response_id;
  bool stream = false;
  std::int64_t max_output_tokens = 0;  // 0 = not given
  std::string message, instructions;
  json::Array images;
  std::vector<agent::ToolSpec> tools;  // functions that the client executes
};
// The message of an error is the text of the 400: the first thing that is wrong, "<path>: <what>".
base::Result<ResponsesBody> decode_responses(const json::Value& body);

}  // namespace openclaw::gateway
