// The driver of tests/vectors: `vector_runner AREA FILE` prints one line of JSON a case, `--list` the areas and
// operations it knows. One file an area; each registers its operations with a static Area.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "json/json.h"

namespace openclaw::vectors {

// What an operation returns: the result to compare, or nothing when this input is one it does not serve; `skipped`
// then says why.
struct Outcome {
  std::optional<json::Value> got;
  std::string skipped;
};

inline Outcome got(json::Object object) { return Outcome{json::Value(std::move(object)), {}}; }
inline Outcome skipped(std::string reason) { return Outcome{std::nullopt, std::move(reason)}; }

using Op = Outcome (*)(const json::Object& in);

struct Area {
  Area(const char* name, std::map<std::string, Op> ops);
};

// A scratch folder of this case, made on the first call and removed after the case; also what $DIR stands for in
// inputs and results.
const std::string& scratch();

}  // namespace openclaw::vectors
