#include "session/keys.h"

#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

Outcome classify(const json::Object& in) {
  return got(one("shape", json::Value(session::shape_name(session::classify_key(text_of(in, "key"))))));
}

Outcome parse(const json::Object& in) {
  const auto parsed = session::parse_key(text_of(in, "key"));
  if (!parsed) return got(one("parsed", nullptr));
  json::Object body;
  body["agentId"] = parsed->agent_id;
  body["rest"] = parsed->rest;
  return got(one("parsed", std::move(body)));
}

Outcome depth(const json::Object& in) { return got(one("depth", session::subagent_depth(text_of(in, "key")))); }

Outcome is_cron(const json::Object& in) {
  json::Object out;
  out["cron"] = session::is_cron_key(text_of(in, "key"));
  out["cronRun"] = session::is_cron_run_key(text_of(in, "key"));
  return got(std::move(out));
}

Outcome chat_type(const json::Object& in) {
  return got(one("type", json::Value(session::chat_type_of_key(text_of(in, "key")))));
}

Outcome store_key(const json::Object& in) {
  const auto key = session::store_key(json::get_string_or(in, "agentId", "main"), text_of(in, "requestKey"),
                                      json::get_string_or(in, "mainKey", "main"));
  return got(one("key", json::Value(key)));
}

Outcome request_key(const json::Object& in) {
  return got(one("key", text_or_null(session::request_key(text_of(in, "key")))));
}

Outcome agent_id(const json::Object& in) {
  json::Object out;
  out["id"] = session::normalize_agent_id(text_of(in, "value"));
  out["valid"] = session::valid_agent_id(text_of(in, "value"));
  return got(std::move(out));
}

Outcome account_id(const json::Object& in) {
  const auto account = session::normalize_account_id(text_of(in, "value"));
  json::Object out;
  out["id"] = account.value_or(std::string(session::kDefaultAccount));
  out["optional"] = text_or_null(account);
  return got(std::move(out));
}

Outcome peer_key(const json::Object& in) {
  session::PeerRoute route;
  route.agent_id = json::get_string_or(in, "agentId", "main");
  route.channel = text_of(in, "channel");
  route.account = json::get_string_or(in, "accountId", "default");
  route.dm_scope = json::get_string_or(in, "dmScope", "main");
  if (const auto* peer = json::get_object(in, "peer")) {
    route.kind = json::get_string_or(*peer, "kind", "direct");
    route.peer_id = text_of(*peer, "id");
  }
  return got(one("key", json::Value(session::peer_key(route))));
}

Outcome thread_keys(const json::Object& in) {
  const auto base = text_of(in, "baseSessionKey");
  const bool suffix = flag_of(in, "useSuffix", true);
  json::Object out;
  out["sessionKey"] = suffix ? session::thread_key(base, text_of(in, "threadId")) : base;
  out["parentSessionKey"] = text_or_null(json::get_string(in, "parentSessionKey"));
  return got(std::move(out));
}

Outcome thread_suffix(const json::Object& in) {
  const auto split = session::split_thread(text_of(in, "key"));
  json::Object out;
  out["base"] = text_or_null(split.base);
  out["threadId"] = text_or_null(split.thread_id);
  return got(std::move(out));
}

Outcome main_key(const json::Object& in) {
  const json::Value config = config_of(in);
  session::KeySettings settings;
  if (const auto* block = json::get_object(config.get_object(), "session")) {
    settings.main_key = json::get_string_or(*block, "mainKey", settings.main_key);
    settings.global_scope = json::get_string_or(*block, "scope", "") == "global";
  }
  return got(one("key", json::Value(session::main_session_key(settings.default_agent, settings))));
}

const Area kArea("session-keys", {{"classify", classify},
                                  {"parse", parse},
                                  {"depth", depth},
                                  {"is_cron", is_cron},
                                  {"chat_type", chat_type},
                                  {"store_key", store_key},
                                  {"request_key", request_key},
                                  {"agent_id", agent_id},
                                  {"account_id", account_id},
                                  {"peer_key", peer_key},
                                  {"thread_keys", thread_keys},
                                  {"thread_suffix", thread_suffix},
                                  {"main_key", main_key}});

}  // namespace
}  // namespace openclaw::vectors
