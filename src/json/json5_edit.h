// Edits of a JSON5 text that leave every byte outside the edited place alone: comments, order, quoting,
// unknown keys and line ends survive; new members follow the style of their neighbours. The result is parsed
// again and compared with the expected value before it is handed out. Pure.
#pragma once
#include "base/result.h"
#include "json/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::json {

using PathSegments = std::vector<std::string>;

// Sets the value at `path`. Missing objects on the way are created, scalars on the way are replaced; in an
// array a segment is an index up to its length (= append), and where a container is created, digits make it
// an array. Errors: ErrorKind::usage (path cannot be meant), invalid (text does not parse), failed (result
// would be wrong).
base::Result<std::string> json5_set(std::string_view text, const PathSegments& path, const Value& value);
// Removes the member (with all its duplicates) or array element. ErrorKind::not_found when it is absent.
base::Result<std::string> json5_unset(std::string_view text, const PathSegments& path);

// The same operations on a value; json5_set and json5_unset promise to agree with them.
base::Result<> set_at(Value& root, const PathSegments& path, const Value& value);
bool unset_at(Value& root, const PathSegments& path);  // false when absent
const Value* get_at(const Value& root, const PathSegments& path);

}  // namespace openclaw::json
