// A new document into an old text: only what differs is edited, so that comments, order and quoting survive.
// Pure.
#pragma once
#include "base/result.h"
#include "json/json.h"

#include <optional>
#include <string>

namespace openclaw::config {

// `text` parses to `now`; the answer parses to `wanted`. Errors: those of json5_edit.
base::Result<std::string> rewrite(std::string text, const json::Value& now, const json::Value& wanted);

// A client that was shown the resolved document (variables substituted, defaults filled in) sends it back
// with its changes. What it left as it was goes back to what the file says: ${NAME} stays, defaults are not
// written.
json::Value undo_resolution(const json::Value& sent, const json::Value& parsed, const json::Value& resolved);

// The text with every secret replaced by the marker. Absent when a secret could still be read in it (in a
// comment, in a duplicate key) or when putting the secrets back would not give the same document.
std::optional<std::string> redacted_text(const std::string& text, const json::Value& parsed);

}  // namespace openclaw::config
