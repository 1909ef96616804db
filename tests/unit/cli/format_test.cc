#include "cli/format.h"

#include "cli/listeners.h"
#include "cli/overview.h"
#include "cli/table.h"
#include "fs/file.h"

#include <gtest/gtest.h>

namespace openclaw::cli {
namespace {

// The payload of an exchange of a captured transcript.
json::Value payload(const std::string& name, std::size_t index = 0) {
  const auto text = fs::read_file(std::string(OPENCLAW_TEST_DATA) + "/transcripts/methods/" + name + ".json");
  EXPECT_TRUE(text) << name;
  const auto root = json::parse(*text)->as_object();
  const auto& exchange = json::get_array(root, "exchanges")->at(index).as_object();
  return *json::find(*json::get_object(exchange, "response"), "payload");
}

TEST(Format, Health) {
  EXPECT_EQ(format_health(payload("health")),
            "Telegram: ok (@mock_bot) (3ms)\n"
            "Agents: main (default)\n"
            "Heartbeat interval: disabled (main)\n"
            "Session store (main): /home/user/.openclaw/agents/main/sessions/sessions.json (2 entries)\n"
            "- agent:main:scratch (1m ago)\n"
            "- agent:main:main (1m ago)\n");
  EXPECT_EQ(format_health(json::parse(R"({"ok":true})").value()), "OK\n");
  EXPECT_EQ(format_health(json::parse("[]").value()), "Not healthy\n");
}

TEST(Format, Sessions) {
  const auto text = format_sessions(payload("sessions.list"), 1795501656407, false);
  EXPECT_TRUE(text.starts_with("Session store: (multiple)\nSessions listed: 2\nKind    Key")) << text;
  EXPECT_NE(text.find("direct  agent:main:main     2m ago  mock-1  100/128k (0%)   system id:2363fbc3"),
            std::string::npos)
      << text;
  EXPECT_EQ(format_sessions(json::parse(R"({"path":"p","sessions":[]})").value(), 0, false),
            "Session store: p\nNo sessions found.\n");
}

TEST(Format, Channels) {
  EXPECT_EQ(format_channels(payload("channels.status")),
            "Gateway reachable.\n- Telegram default: enabled, configured, running, mode:polling\n");
  EXPECT_NE(format_channels(payload("channels.status", 1)).find("mode:polling, works\n"), std::string::npos);
}

TEST(Format, Agent) {
  EXPECT_EQ(format_agent(payload("agent-main")), "Hello from the mock model.\n");
  EXPECT_EQ(format_agent(json::parse(R"({"status":"ok"})").value()), "No reply from agent.\n");
  EXPECT_EQ(
      format_agent(
          json::parse(R"({"result":{"payloads":[{"text":"a","mediaUrl":"u"},{"mediaUrls":["v","w"]}]}})")
              .value()),
      "a\nMEDIA:u\nMEDIA:v\nMEDIA:w\n");
}

TEST(Format, Nodes) {
  const auto list = payload("node.list");
  const auto text = format_nodes_status(list, false);
  EXPECT_TRUE(text.starts_with("Known: 1 · Paired: 1 · Connected: 1\nNode       ID")) << text;
  EXPECT_NE(text.find("396764e33957…"), std::string::npos);
  EXPECT_NE(text.find("paired · connected"), std::string::npos);
  const auto described = format_node(payload("node.list", 1), false);
  EXPECT_NE(described.find("Client    node-host / node\n"), std::string::npos) << described;
  EXPECT_NE(described.find("Commands\n- canvas.present\n- system.run\n- test.echo\n"), std::string::npos);
  const auto pairing = payload("node.pair");
  EXPECT_TRUE(format_nodes_list(pairing, 1795502957422, false)
                  .starts_with("Pending: 2 · Paired: 2\n\nPending\nRequest"));
  EXPECT_EQ(format_nodes_list(pairing, 1795502957422, false).find("pairing-token-redacted"),
            std::string::npos);
  EXPECT_EQ(format_nodes_pending(json::parse(R"({"pending":[]})").value(), 0, false),
            "No pending pairing requests.\n");
}

TEST(Format, Devices) {
  const auto text = format_devices(payload("device.pair.list"), 1795502957422, false);
  EXPECT_TRUE(text.starts_with("Paired (")) << text;
  EXPECT_NE(text.find("Test Node (396764e33957…)"), std::string::npos);
  EXPECT_EQ(format_devices(json::parse(R"({"pending":[],"paired":[]})").value(), 0, false),
            "No device pairing entries.\n");
  const auto pending =
      json::parse(
          R"({"pending":[{"requestId":"r1","deviceId":"d1","role":"node","ts":1000,"isRepair":true}],"paired":[]})")
          .value();
  EXPECT_NE(format_devices(pending, 61000, false).find("r1       d1      node  -       -   1m ago  repair"),
            std::string::npos)
      << format_devices(pending, 61000, false);
}

TEST(ResolveNode, ByIdNameIpPrefix) {
  const auto list = json::parse(R"({"nodes":[{"nodeId":"aaa111","displayName":"Pixel","remoteIp":"10.0.0.2"},
    {"nodeId":"aaa222","displayName":"Phone"},{"nodeId":"bbb","displayName":"Tablet"}]})")
                        .value();
  EXPECT_EQ(resolve_node(list, "aaa111").value(), "aaa111");
  EXPECT_EQ(resolve_node(list, "pixel").value(), "aaa111");
  EXPECT_EQ(resolve_node(list, "10.0.0.2").value(), "aaa111");
  EXPECT_EQ(resolve_node(list, "zzz").error().message, "unknown node: zzz (known: Pixel, Phone, Tablet)");
  EXPECT_EQ(resolve_node(list, "zzz").error().hint, "See: openclaw nodes status");
  EXPECT_FALSE(resolve_node(json::parse("{}").value(), "x"));
}

StatusView reachable_view() {
  StatusView view;
  view.target.url = "ws://127.0.0.1:18789";
  view.target.source = "local loopback";
  view.target.config_path = "/cfg";
  view.reachable = true;
  view.connect_ms = 4;
  view.credential_source = "token from gateway.auth.token";
  view.status = payload("status");
  view.hello = json::parse(R"({"server":{"version":"2026.4.2"},"snapshot":{"presence":[
    {"mode":"ui","host":"x"},{"mode":"gateway","reason":"self","host":"gw","ip":"10.0.0.1","platform":"linux 6.1.0"}]}})")
                   ->as_object();
  view.os_release = "6.1.0";
  view.os_arch = "x86_64";
  return view;
}

TEST(Status, Text) {
  const auto text = format_status(reachable_view(), 1795501653583, false);
  EXPECT_NE(text.find("local · ws://127.0.0.1:18789 (local loopback) · reachable 4ms · auth token from "
                      "gateway.auth.token · gw "
                      "(10.0.0.1) app 2026.4.2 linux 6.1.0"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("1 · default main · sessions 2"), std::string::npos);
  EXPECT_NE(text.find("\nChannels\nTelegram: configured\n"), std::string::npos);
  EXPECT_NE(text.find("agent:main:scratch"), std::string::npos);
}

TEST(Status, JsonKeepsThePayloadAndAddsTheLink) {
  const auto value = status_json(reachable_view());
  for (const char* path : {"runtimeVersion", "heartbeat", "channelSummary", "sessions.recent",
                           "tasks.byStatus", "os.platform", "gateway.self.host", "agents.defaultId"}) {
    EXPECT_NE(json::find_path(value, path), nullptr) << path;
  }
  EXPECT_EQ(json::find_path(value, "gateway.self.version")->as_string(), "2026.4.2");
  EXPECT_EQ(json::find_path(value, "gateway.connectLatencyMs")->as_int64(), 4);
}

TEST(Status, Unreachable) {
  StatusView view;
  view.target.url = "ws://127.0.0.1:1";
  view.target.source = "missing gateway.remote.url (fallback local)";
  view.target.misconfigured = true;
  view.error = "gateway unreachable: connection refused (127.0.0.1:1)";
  EXPECT_NE(format_status(view, 0, false)
                .find("remote · fallback ws://127.0.0.1:1 · misconfigured (remote.url missing)"),
            std::string::npos);
  const auto value = status_json(view);
  EXPECT_EQ(json::find_path(value, "gateway.reachable")->as_bool(), false);
  EXPECT_EQ(json::find_path(value, "gateway.error")->as_string(), view.error);
  EXPECT_TRUE(json::find_path(value, "gateway.self")->is_null());
}

TEST(TableRender, BoxesAndPlainAndControlCharacters) {
  Table table({"A", "Bee"});
  table.row({"x\x1b[31m", "é"});
  table.row({"long cell"});
  EXPECT_EQ(table.render(false), "A          Bee\nx [31m     é\nlong cell\n");
  EXPECT_EQ(table.render(true),
            "┌───────────┬─────┐\n│ A         │ Bee │\n├───────────┼─────┤\n│ x [31m    │ é   │\n│ long cell "
            "│     │\n└───────────┴─────┘\n");
}

TEST(Listeners, FromProcNet) {
  const std::string table =
      "  sl  local_address rem_address   st tx_queue\n"
      "   0: 0100007F:4965 00000000:0000 0A 00000000:00000000\n"
      "   1: 0100007F:4965 0100007F:9999 01 00000000:00000000\n"
      "   2: 00000000:0016 00000000:0000 0A 00000000:00000000\n";
  EXPECT_EQ(parse_listeners(table, 18789), std::vector<std::string>{"127.0.0.1:18789"});
  const std::string six =
      "  sl  local_address\n   0: 00000000000000000000000001000000:4965 "
      "00000000000000000000000000000000:0000 0A\n";
  EXPECT_EQ(parse_listeners(six, 18789), std::vector<std::string>{"[::1]:18789"});
  EXPECT_TRUE(parse_listeners("", 1).empty());
}

}  // namespace
}  // namespace openclaw::cli
