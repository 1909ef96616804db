#include "nodes/policy.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "../support/data.h"

namespace openclaw::nodes {
namespace {

// Every command any default list names, to enumerate what a platform allows.
const std::vector<std::string> kKnown = {
    "canvas.present", "canvas.hide", "canvas.navigate", "canvas.eval", "canvas.snapshot", "canvas.a2ui.push", "canvas.a2ui.pushJSONL",
    "canvas.a2ui.reset", "camera.list", "location.get", "device.info", "device.status", "contacts.search", "calendar.events",
    "reminders.list", "photos.latest", "motion.activity", "motion.pedometer", "system.run.prepare", "system.run", "system.which",
    "system.notify", "browser.proxy", "device.permissions", "device.health", "notifications.list", "notifications.actions", "callLog.search"};

CommandPolicy policy_of(const json::Object& in) {
  CommandPolicy out;
  if (const auto* config = json::find(in, "config")) {
    out.allow = json::string_list(json::find_path(*config, "gateway.nodes.allowCommands"));
    out.deny = json::string_list(json::find_path(*config, "gateway.nodes.denyCommands"));
  }
  return out;
}

std::string platform(const json::Object& in) {
  const auto& node = in.at("node").as_object();
  return platform_of(json::get_string_or(node, "platform", ""), json::get_string_or(node, "deviceFamily", ""));
}

TEST(CommandPolicy, Vectors) {
  int lists = 0, has = 0;
  for (const auto& entry : test::vector_cases("node-command-policy")) {
    const auto& row = entry.as_object();
    const std::string op = json::get_string_or(row, "op", "");
    const auto& in = row.at("in").as_object();
    const auto& expect = row.at("expect").as_object();
    if (op == "allowlist") {
      const CommandPolicy policy = policy_of(in);
      auto all = kKnown;
      all.insert(all.end(), policy.allow.begin(), policy.allow.end());
      auto allowed = policy.filter(platform(in), all);
      std::sort(allowed.begin(), allowed.end());
      EXPECT_EQ(allowed, json::string_list(json::find(expect, "commands"))) << json::write(row);
      ++lists;
    } else if (op == "allowlist_has") {
      for (const auto& [command, value] : expect.at("has").as_object()) {
        EXPECT_EQ(policy_of(in).allowed(platform(in), command), value.as_bool()) << json::write(row);
      }
      ++has;
    }
  }
  EXPECT_GT(lists, 3);
  EXPECT_GT(has, 3);
}

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
