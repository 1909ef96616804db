// SKILL.md files come from anywhere.
#include "gateway/methods/skill_file.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)openclaw::gateway::parse_skill_file({reinterpret_cast<const char*>(data), size});
  return 0;
}
