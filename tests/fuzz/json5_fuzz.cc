// The configuration reader and its editor on arbitrary bytes. An edit may be refused, but a refusal because
// the result would mean something else is a fault of the editor.
#include "json/json5.h"
#include "json/json5_edit.h"

#include <cstdint>
#include <cstdlib>

namespace {

void check(const openclaw::base::Result<std::string>& edited) {
  if (!edited && edited.error().kind == openclaw::base::ErrorKind::failed) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw::json;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = parse_json5(text);
  if (!value) return 0;
  Value object = Object();
  object.get_object()["k-1"] = Array{Value("it's"), Value(1.5), Value(Object())};
  check(json5_set(text, {"a"}, object));
  check(json5_set(text, {"b", "0", "c"}, Value(nullptr)));
  if (const auto* members = value->if_object(); members && !members->empty()) {
    const std::string key((members->end() - 1)->key());
    check(json5_set(text, {key}, Value("x")));
    check(json5_set(text, {key, "inner"}, Value(true)));
    check(json5_unset(text, {key}));
    check(json5_unset(text, {std::string(members->begin()->key()), "0"}));
  }
  return 0;
}
