#include "session/keys.h"

#include "json/json.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace openclaw::session {
namespace {

json::Value text_or_null(const std::optional<std::string>& value) {
  return value ? json::Value(*value) : json::Value(nullptr);
}

KeySettings settings_of(const json::Object& config) {
  KeySettings out;
  if (const auto* session = json::get_object(config, "session")) {
    out.main_key = json::get_string_or(*session, "mainKey", out.main_key);
    out.global_scope = json::get_string_or(*session, "scope", "") == "global";
  }
  return out;
}

json::Object parse_case(const json::Object& in) {
  json::Object out;
  if (auto parsed = parse_key(json::get_string_or(in, "key", ""))) {
    json::Object body;
    body["agentId"] = parsed->agent_id;
    body["rest"] = parsed->rest;
    out["parsed"] = std::move(body);
  } else {
    out["parsed"] = nullptr;
  }
  return out;
}

json::Object peer_case(const json::Object& in) {
  PeerRoute route;
  route.agent_id = json::get_string_or(in, "agentId", "main");
  route.channel = json::get_string_or(in, "channel", "");
  route.account = json::get_string_or(in, "accountId", "default");
  route.dm_scope = json::get_string_or(in, "dmScope", "main");
  if (const auto* peer = json::get_object(in, "peer")) {
    route.kind = json::get_string_or(*peer, "kind", "direct");
    route.peer_id = json::get_string_or(*peer, "id", "");
  }
  json::Object out;
  out["key"] = peer_key(route);
  return out;
}

json::Object thread_keys_case(const json::Object& in) {
  const auto base = json::get_string_or(in, "baseSessionKey", "");
  json::Object out;
  const bool suffix = json::get_bool(in, "useSuffix").value_or(true);
  out["sessionKey"] = suffix ? thread_key(base, json::get_string_or(in, "threadId", "")) : base;
  out["parentSessionKey"] = text_or_null(json::get_string(in, "parentSessionKey"));
  return out;
}

json::Object id_case(const std::string& op, const json::Object& in) {
  json::Object out;
  const auto value = json::get_string_or(in, "value", "");
  if (op == "agent_id") {
    out["id"] = normalize_agent_id(value);
    out["valid"] = valid_agent_id(value);
  } else {
    const auto account = normalize_account_id(value);
    out["id"] = account.value_or(std::string(kDefaultAccount));
    out["optional"] = text_or_null(account);
  }
  return out;
}

// nullopt: an operation that this library does not serve.
std::optional<json::Object> run_case(const std::string& op, const json::Object& in) {
  const auto key = json::get_string_or(in, "key", "");
  json::Object out;
  if (op == "classify")
    out["shape"] = shape_name(classify_key(key));
  else if (op == "parse")
    return parse_case(in);
  else if (op == "depth")
    out["depth"] = subagent_depth(key);
  else if (op == "chat_type")
    out["type"] = chat_type_of_key(key);
  else if (op == "is_cron") {
    out["cron"] = is_cron_key(key);
    out["cronRun"] = is_cron_run_key(key);
  } else if (op == "store_key") {
    out["key"] =
        store_key(json::get_string_or(in, "agentId", "main"), json::get_string_or(in, "requestKey", ""),
                  json::get_string_or(in, "mainKey", "main"));
  } else if (op == "request_key")
    out["key"] = text_or_null(request_key(key));
  else if (op == "agent_id" || op == "account_id")
    return id_case(op, in);
  else if (op == "peer_key")
    return peer_case(in);
  else if (op == "thread_keys")
    return thread_keys_case(in);
  else if (op == "thread_suffix") {
    const auto split = split_thread(key);
    out["base"] = split.base.empty() ? json::Value(nullptr) : json::Value(split.base);
    out["threadId"] = text_or_null(split.thread_id);
  } else if (op == "main_key") {
    const auto* config = json::get_object(in, "config");
    const auto settings = config ? settings_of(*config) : KeySettings{};
    out["key"] = main_session_key(settings.default_agent, settings);
  } else {
    return std::nullopt;
  }
  return out;
}

TEST(SessionKeys, VectorFile) {
  std::ifstream file(std::string(OPENCLAW_TEST_DATA) + "/vectors/session-keys.json");
  std::stringstream text;
  text << file.rdbuf();
  const auto parsed = json::parse(text.str());
  ASSERT_TRUE(parsed) << "tests/vectors/session-keys.json cannot be read";
  std::map<std::string, int> ran;
  std::set<std::string> elsewhere;
  for (const auto& item : parsed->at("cases").as_array()) {
    const auto& object = item.as_object();
    const auto op = json::get_string_or(object, "op", "");
    const auto got = run_case(op, object.at("in").as_object());
    if (!got) {
      elsewhere.insert(op);
      continue;
    }
    ++ran[op];
    EXPECT_EQ(json::write(*got), json::write(object.at("expect"))) << json::get_string_or(object, "id", "");
  }
  // Routing by bindings and the send policy belong to the channels and the gateway.
  EXPECT_EQ(elsewhere, (std::set<std::string>{"route", "bound_accounts", "send_policy"}));
  EXPECT_EQ(ran.size(), 13u);
}

TEST(SessionKeys, ClientSpellingsOfTheMainSession) {
  KeySettings settings;
  EXPECT_EQ(canonical_key("main", settings), "agent:main:main");
  EXPECT_EQ(canonical_key("  Main ", settings), "agent:main:main");
  EXPECT_EQ(canonical_key("", settings), "agent:main:main");
  EXPECT_EQ(canonical_key("AGENT:main:MAIN", settings), "agent:main:main");
  EXPECT_EQ(canonical_key("notes", settings), "agent:main:notes");
  EXPECT_EQ(canonical_key("agent::x", settings), "agent::x");
  settings.main_key = "Work";
  settings.default_agent = "ops";
  EXPECT_EQ(canonical_key("main", settings), "agent:ops:work");
  EXPECT_EQ(canonical_key("work", settings), "agent:ops:work");
  settings.global_scope = true;
  EXPECT_EQ(canonical_key("main", settings), "global");
}

TEST(SessionKeys, DirectScopes) {
  PeerRoute route;
  route.channel = "Telegram";
  route.account = "Biz";
  route.peer_id = "42";
  EXPECT_EQ(peer_key(route), "agent:main:main");
  route.dm_scope = "per-channel-peer";
  EXPECT_EQ(peer_key(route), "agent:main:telegram:direct:42");
  route.dm_scope = "per-account-channel-peer";
  EXPECT_EQ(peer_key(route), "agent:main:telegram:biz:direct:42");
}

TEST(SessionKeys, RowKind) {
  EXPECT_EQ(row_kind("agent:main:main", "direct"), "direct");
  EXPECT_EQ(row_kind("agent:main:telegram:group:-1", ""), "group");
  EXPECT_EQ(row_kind("agent:main:x", "channel"), "group");
  EXPECT_EQ(row_kind("global", ""), "global");
}

}  // namespace
}  // namespace openclaw::session
