// How `config.patch` merges (OpenClaw methods 3): objects recursively, null removes a key, lists of objects
// with an id merge by id, every other value replaces. Pure.
#pragma once
#include "json/json.h"

namespace openclaw::config {

json::Value merge_patch(const json::Value& base, const json::Value& patch, bool merge_arrays_by_id);
// Keys that mean something to JavaScript programs which read the same file; a patch never sets them.
bool unsafe_key(std::string_view key);

}  // namespace openclaw::config
