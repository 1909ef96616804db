// Templates of hook mappings (OpenClaw protocol 8.6): "From {{messages[0].from}}". Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "json/json.h"

namespace openclaw::gateway {

// What a template can name: {{path}}, {{now}}, {{headers.x}}, {{query.x}}, {{payload.a.b[0]}} or {{a.b[0]}}.
struct HookContext {
  std::string path;      // behind the base path, slashes trimmed
  json::Object headers;  // lower-case names; without those that carry secrets
  json::Object query;
  json::Value payload = nullptr;
  std::int64_t now = 0;  // Unix ms
};

// Missing values become nothing, objects and lists JSON.
std::string render_template(std::string_view text, const HookContext& context);

}  // namespace openclaw::gateway
