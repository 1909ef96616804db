// What of a configuration may be shown. A string is hidden when its own key (not one further up) looks like a
// secret, when the schema marks it, when it stands under `headers` or `env`, or when it is a URL with a
// password in it. Pure.
#pragma once
#include "base/result.h"
#include "config/key_path.h"
#include "json/json.h"

#include <string_view>

namespace openclaw::config {

inline constexpr std::string_view kRedacted = "__OPENCLAW_REDACTED__";

// `path` is where the value stands in the document. ${NAME} and secret references stay readable.
json::Value redact(const json::Value& value, const KeyPath& path = {});
bool secret_key_name(std::string_view key);
// Puts the old values back where `value` holds the marker. ErrorKind::usage when there is none.
base::Result<json::Value> restore_redacted(const json::Value& value, const json::Value* old,
                                           const KeyPath& path);

}  // namespace openclaw::config
