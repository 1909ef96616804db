// The schema table as a JSON Schema (draft-07) with hints for forms: the answers of config.schema and
// config.schema.lookup (OpenClaw methods 3). Pure.
#pragma once
#include "json/json.h"

#include <optional>
#include <string_view>

namespace openclaw::config {

json::Object json_schema();
// By dotted path, "*" for list elements and free keys: {label, help, tags?, group?, order?, sensitive?,
// advanced?}.
json::Object ui_hints();

// One place of the schema and its children. "[3]", "[]" and "[*]" are taken as ".3" and ".*". Absent for a
// path that no document can have.
std::optional<json::Object> schema_lookup(std::string_view path);

}  // namespace openclaw::config
