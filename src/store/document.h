// JSON columns. Reading is laxer than json::parse on purpose: what we once wrote must never become unreadable
// because a tool result nested deeper than a wire frame may, or held bytes that are not UTF-8.
#pragma once
#include "json/json.h"

#include <string>
#include <string_view>

namespace openclaw::store {

// `where` names the row for the error, which is ErrorKind::invalid.
base::Result<json::Value> read_value(const std::string& text, std::string_view where);
base::Result<json::Object> read_object(const std::string& text, std::string_view where);

}  // namespace openclaw::store
