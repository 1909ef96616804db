// The transcript as a provider may see it: what every API refuses is repaired or left out (OpenClaw
// agent 3.2). Pure.
#pragma once
#include "agent/model.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace openclaw::agent {

struct ContextRules {
  std::size_t max_id = 64;   // length of a tool call id; other characters than A-Z a-z 0-9 _ - become '_'
  bool mistral_ids = false;  // exactly nine alphanumerics
  bool images = false;       // false: an image is replaced by a note
  std::string model;         // named in that note
};

// Messages in transcript form, `content` always an array of blocks. Guarantees: only the roles user,
// assistant and toolResult; each tool call is followed by exactly one result, before anything else; tool call
// ids are unique; no empty user or assistant message; all text is UTF-8. Left out: errored or aborted
// assistant messages, messages injected by the gateway, results without a call.
json::Array clean_context(const json::Array& messages, const ContextRules& rules);

// All text blocks of cleaned content, joined with LF.
std::string joined_text(const json::Array& blocks);

// Arguments of a tool call as they streamed in. Not JSON: small damage is mended (code fence, trailing
// commas, raw control characters in strings, closing brackets lost at the end); `*mended` says so. nullopt
// when that does not help or when a value itself was cut, since a shortened value may mean something else.
std::optional<json::Object> parse_arguments(std::string_view text, bool* mended = nullptr);

}  // namespace openclaw::agent
