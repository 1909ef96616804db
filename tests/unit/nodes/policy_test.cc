#include "nodes/policy.h"

#include <gtest/gtest.h>

namespace openclaw::nodes {
namespace {

TEST(CommandPolicy, RefusalsNameTheReason) {
  CommandPolicy policy;
  const auto text = [&](const std::vector<std::string>& declared, const char* command) {
    const auto refusal = policy.refusal("linux", declared, command);
    return refusal ? refusal->message : "";
  };
  EXPECT_EQ(text({"system.run"}, "system.run"), "");
  EXPECT_EQ(text({"camera.snap"}, "camera.snap"), "node command not allowed: \"camera.snap\" is not in the allowlist for platform \"linux\"");
  EXPECT_EQ(text({"system.run"}, "system.which"), "node command not allowed: the node (platform: linux) does not support \"system.which\"");
  EXPECT_EQ(text({}, "system.run"), "node command not allowed: the node did not declare any supported commands");
}

}  // namespace
}  // namespace openclaw::nodes
