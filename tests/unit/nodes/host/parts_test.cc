// The pure parts of the node host: texts, environment, device facts, node.json.
#include "base/strings.h"
#include "nodes/host/device.h"
#include "nodes/host/env_filter.h"
#include "nodes/host/node_file.h"
#include "nodes/host/text.h"
#include "../../support/temp_dir.h"

#include <gtest/gtest.h>

namespace openclaw::nodes {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

TEST(HostText, LossyUtf8) {
  EXPECT_EQ(lossy_utf8("plain \xC3\xA9"), "plain \xC3\xA9");
  EXPECT_EQ(lossy_utf8("a\x80"
                       "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(lossy_utf8("\xC3"), "\xEF\xBF\xBD");
  EXPECT_EQ(lossy_utf8("\xF0\x9F\x98\x80\xF0\x9F"), "\xF0\x9F\x98\x80\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_TRUE(base::is_utf8(lossy_utf8("\xED\xA0\x80\xC0\xAF\xFF")));
}

TEST(HostText, TailCountsCodeUnits) {
  EXPECT_EQ(utf16_tail("abc", 5), "abc");
  EXPECT_EQ(utf16_tail("abc", 2), "bc");
  EXPECT_EQ(utf16_tail("\xC3\xA9x", 2), "\xC3\xA9x");
  EXPECT_EQ(utf16_tail("\xF0\x9F\x98\x80x", 2), "x");  // the pair would not fit whole
  EXPECT_EQ(utf16_tail("\xF0\x9F\x98\x80x", 3), "\xF0\x9F\x98\x80x");
  EXPECT_EQ(utf16_tail("abc", 0), "");
}

TEST(EnvFilter, BlockedNames) {
  for (const char* name :
       {"LD_PRELOAD", "DYLD_X", "BASH_FUNC_x", "NODE_OPTIONS", "IFS", "ld_library_path", "SHELL"}) {
    EXPECT_TRUE(blocked_everywhere(name)) << name;
    EXPECT_TRUE(blocked_as_override(name)) << name;
  }
  for (const char* name :
       {"PATH", "HOME", "EDITOR", "https_proxy", "PIP_INDEX_URL", "UV_INDEX_URL", "GIT_CONFIG_COUNT",
        "npm_config_registry", "CARGO_REGISTRIES_X", "DOCKER_HOST", "OPENCLAW_GATEWAY_TOKEN"}) {
    EXPECT_FALSE(blocked_everywhere(name)) << name;
    EXPECT_TRUE(blocked_as_override(name)) << name;
  }
  for (const char* name : {"TERM", "LANG", "FOO", "GITHUB_X", "LDX"})
    EXPECT_FALSE(blocked_as_override(name)) << name;
}

TEST(EnvFilter, RejectionNamesEveryKey) {
  EXPECT_TRUE(check_overrides({{"FOO", "1"}}));
  EXPECT_EQ(check_overrides({{"home", ""}, {"PATH", ""}}).error().message,
            "environment override rejected (blocked override keys: HOME, PATH)");
  EXPECT_EQ(check_overrides({{"a b", ""}, {"1X", ""}, {"", ""}}).error().message,
            "environment override rejected (invalid non-portable override keys: , 1X, a b)");
}

TEST(EnvFilter, ChildEnvironment) {
  const base::Env inherited(Variables{
      {"A", "1"}, {"LD_X", "1"}, {"HOME", "/h"}, {"OPENCLAW_GATEWAY_PASSWORD", "p"}, {"PATH", " "}});
  EXPECT_EQ(
      child_environment(inherited, {{"A", "2"}, {"TERM", "x"}}, false),
      (std::vector<std::string>{
          "A=2", "HOME=/h", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=x"}));
  EXPECT_EQ(child_environment(base::Env(Variables{{"PATH", "/p"}}),
                              {{"A", "2"}, {"LC_X", "y"}, {"NO_COLOR", "1"}}, true),
            (std::vector<std::string>{"LC_X=y", "NO_COLOR=1", "PATH=/p"}));
}

DeviceSource fake_machine(const test::TempDir& dir) {
  dir.write("sys/class/power_supply/AC/type", "Mains\n");
  dir.write("sys/class/power_supply/BAT0/type", "Battery\n");
  dir.write("sys/class/power_supply/BAT0/capacity", "57\n");
  dir.write("sys/class/power_supply/BAT0/status", "Charging\n");
  dir.write("sys/firmware/acpi/platform_profile", "low-power\n");
  dir.write("sys/class/thermal/thermal_zone0/temp", "45000\n");
  dir.write("sys/class/thermal/thermal_zone1/temp", "92000\n");
  dir.write("sys/class/thermal/thermal_zone1/trip_point_0_type", "passive\n");
  dir.write("sys/class/thermal/thermal_zone1/trip_point_1_type", "critical\n");
  dir.write("sys/class/thermal/thermal_zone1/trip_point_1_temp", "100000\n");
  dir.write("sys/class/net/lo/operstate", "unknown\n");
  dir.write("sys/class/net/lo/carrier", "1\n");
  dir.write("sys/class/net/eth0/operstate", "down\n");
  dir.write("sys/class/net/eth0/device/x", "");
  dir.write("sys/class/net/wlan0/operstate", "up\n");
  dir.write("sys/class/net/wlan0/wireless/x", "");
  dir.write("proc/uptime", "1234.56 99.0\n");
  dir.write("sys/devices/virtual/dmi/id/product_name", "Big Box 9\n");
  return {dir.path(), "/", base::Env(Variables{{"LANG", "de_AT.UTF-8"}})};
}

TEST(Device, StatusFromTheKernelsTables) {
  test::TempDir dir;
  json::Object status = device_status(fake_machine(dir));
  EXPECT_EQ(
      json::write(*json::find(status, "battery")),
      json::write(json::parse(R"({"level":0.57,"state":"charging","lowPowerModeEnabled":true})").value()));
  EXPECT_EQ(json::write(*json::find(status, "thermal")), R"({"state":"serious"})");
  EXPECT_EQ(json::write(*json::find(status, "network")),
            R"({"status":"satisfied","isExpensive":false,"isConstrained":false,"interfaces":["wifi"]})");
  EXPECT_EQ(json::find(status, "uptimeSeconds")->as_double(), 1234.56);
  const json::Object& storage = *json::get_object(status, "storage");
  EXPECT_GT(*json::get_int(storage, "totalBytes"), 0);
  EXPECT_GE(*json::get_int(storage, "totalBytes"), *json::get_int(storage, "usedBytes"));
}

TEST(Device, AMachineThatTellsNothing) {
  test::TempDir dir;
  const json::Object status = device_status({dir.path(), dir / "absent", base::Env()});
  EXPECT_EQ(json::write(*json::find(status, "battery")),
            R"({"state":"unknown","lowPowerModeEnabled":false})");
  EXPECT_EQ(json::write(*json::find(status, "thermal")), R"({"state":"nominal"})");
  EXPECT_EQ(json::write(*json::find(status, "network")),
            R"({"status":"unsatisfied","isExpensive":false,"isConstrained":false,"interfaces":[]})");
}

TEST(Device, Info) {
  test::TempDir dir;
  const json::Object info = device_info(fake_machine(dir));
  EXPECT_EQ(json::get_string_or(info, "modelIdentifier", ""), "Big Box 9");
  EXPECT_EQ(json::get_string_or(info, "locale", ""), "de-AT");
  EXPECT_EQ(json::get_string_or(info, "deviceName", ""), host_name());
  for (const char* key : {"systemName", "systemVersion", "appVersion", "appBuild"}) {
    EXPECT_FALSE(json::get_string_or(info, key, "").empty()) << key;
  }
}

NodeFlags flags(std::optional<std::string> host = {}, std::optional<std::uint16_t> port = {}) {
  NodeFlags out;
  out.host = std::move(host);
  out.port = port;
  return out;
}

TEST(NodeFileTest, RoundTripKeepsWhatItDoesNotKnow) {
  test::TempDir dir;
  const std::string path = dir / "node.json";
  auto none = load_node_file(path);
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  dir.write("node.json",
            R"({"version":1,"nodeId":"n1","token":"t","displayName":"Build","future":1,)"
            R"("gateway":{"host":"gw","port":18790,"tls":true,"tlsFingerprint":"ab","contextPath":"/x"}})");
  auto file = load_node_file(path);
  ASSERT_TRUE(file && *file);
  EXPECT_EQ((*file)->port, 18790);
  ASSERT_TRUE(store_node_file(path, **file));
  EXPECT_EQ(
      json::write(json::parse(dir.read("node.json")).value()),
      R"({"version":1,"nodeId":"n1","token":"t","displayName":"Build",)"
      R"("gateway":{"host":"gw","port":18790,"tls":true,"contextPath":"/x","tlsFingerprint":"ab"},"future":1})");
  struct stat st{};
  ASSERT_EQ(::stat(path.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
}

TEST(NodeFileTest, MalformedFilesAreNamed) {
  test::TempDir dir;
  for (const char* text : {"{", "[]", R"({"gateway":{"port":70000}})"}) {
    dir.write("node.json", text);
    auto file = load_node_file(dir / "node.json");
    ASSERT_FALSE(file) << text;
    EXPECT_EQ(file.error().kind, base::ErrorKind::invalid);
    EXPECT_TRUE(file.error().message.starts_with(dir / "node.json"));
  }
}

TEST(NodeFileTest, FlagsBeforeFileBeforeDefaults) {
  NodeFile file = merge_node_file(std::nullopt, {}, false, "box");
  EXPECT_EQ(file.host, "127.0.0.1");
  EXPECT_EQ(file.port, 18789);
  EXPECT_FALSE(file.tls);
  EXPECT_EQ(file.display_name, "box");
  EXPECT_EQ(file.node_id.size(), 36u);
  EXPECT_TRUE(merge_node_file(std::nullopt, {}, true, "box").tls);

  NodeFlags all = flags("gw", 1);
  all.node_id = "n";
  all.display_name = "Name";
  all.tls_fingerprint = "ab";
  file = merge_node_file(std::nullopt, all, false, "box");
  EXPECT_EQ(file.node_id, "n");
  EXPECT_EQ(file.display_name, "Name");
  EXPECT_TRUE(file.tls);  // a pin implies TLS

  // Kept on the next start without flags, even when the default would differ.
  const NodeFile again = merge_node_file(file, {}, false, "other");
  EXPECT_EQ(again.host, "gw");
  EXPECT_EQ(again.tls_fingerprint, "ab");
  EXPECT_TRUE(again.tls);
  EXPECT_EQ(again.display_name, "Name");
}

TEST(NodeFileTest, ThePinBelongsToItsGateway) {
  NodeFlags first = flags("gw", 443);
  first.tls_fingerprint = "ab";
  const NodeFile stored = merge_node_file(std::nullopt, first, false, "box");
  NodeFile moved = merge_node_file(stored, flags("127.0.0.1", 18789), false, "box");
  EXPECT_EQ(moved.tls_fingerprint, "");
  EXPECT_FALSE(moved.tls);
  EXPECT_EQ(moved.node_id, stored.node_id);
  EXPECT_EQ(merge_node_file(stored, flags("gw"), false, "box").tls_fingerprint, "ab");
  NodeFlags plain;
  plain.tls = false;
  EXPECT_FALSE(merge_node_file(stored, plain, false, "box").tls);
}

}  // namespace
}  // namespace openclaw::nodes
