#include "cli/overview.h"

#include "base/strings.h"
#include "cli/table.h"

namespace openclaw::cli {
namespace {

const json::Object& object_of(const json::Value& value) {
  static const json::Object kEmpty;
  const auto* object = value.if_object();
  return object ? *object : kEmpty;
}

const json::Object& object_at(const json::Object& object, std::string_view key) {
  static const json::Object kEmpty;
  const auto* inner = json::get_object(object, key);
  return inner ? *inner : kEmpty;
}

json::Value text_or_null(const std::string& text) {
  return text.empty() ? json::Value(nullptr) : json::Value(text);
}

bool is_remote(const client::Target& target) { return target.source != "local loopback"; }

std::string server_version(const json::Object& hello) {
  return json::get_string_or(object_at(hello, "server"), "version", "");
}

std::string gateway_cell(const StatusView& view) {
  std::string out = std::string(is_remote(view.target) ? "remote" : "local") + " · ";
  if (view.target.misconfigured)
    return out + "fallback " + view.target.url + " · misconfigured (remote.url missing)";
  out += view.target.url + " (" + view.target.source + ")";
  if (!view.reachable) return out + " · unreachable (" + view.error + ")";
  out += fmt::format(" · reachable {}ms", view.connect_ms);
  if (!view.credential_source.empty()) out += " · auth " + view.credential_source;
  const auto self = gateway_self(view.hello);
  if (const auto host = json::get_string(self, "host")) out += " · " + *host;
  if (const auto ip = json::get_string(self, "ip")) out += " (" + *ip + ")";
  if (const auto version = server_version(view.hello); !version.empty()) out += " app " + version;
  if (const auto platform = json::get_string(self, "platform")) out += " " + *platform;
  return out;
}

json::Object agents_json(const json::Object& status) {
  json::Array agents;
  std::int64_t total = 0;
  const auto* by_agent = json::get_array(object_at(status, "sessions"), "byAgent");
  if (by_agent) {
    for (const auto& item : *by_agent) {
      const auto& entry = object_of(item);
      json::Object agent;
      agent["id"] = json::get_string_or(entry, "agentId", "");
      json::put(agent, "sessionsPath", json::get_string(entry, "path"));
      const auto count = json::get_int(entry, "count").value_or(0);
      agent["sessionsCount"] = count;
      total += count;
      agents.push_back(json::Value(std::move(agent)));
    }
  }
  json::Object out;
  out["defaultId"] = json::get_string_or(object_at(status, "heartbeat"), "defaultAgentId", "main");
  out["agents"] = std::move(agents);
  out["totalSessions"] = total;
  return out;
}

json::Object gateway_json(const StatusView& view) {
  json::Object gateway;
  gateway["mode"] = is_remote(view.target) ? "remote" : "local";
  gateway["url"] = view.target.url;
  gateway["urlSource"] = view.target.source;
  gateway["misconfigured"] = view.target.misconfigured;
  gateway["reachable"] = view.reachable;
  gateway["connectLatencyMs"] = view.reachable ? json::Value(view.connect_ms) : json::Value(nullptr);
  json::Value self = nullptr;
  if (view.reachable) {
    const auto entry = gateway_self(view.hello);
    json::Object out;
    for (const char* key : {"host", "ip", "version", "platform"}) {
      const auto text = json::get_string(entry, key);
      out[key] = text ? json::Value(*text) : json::Value(nullptr);
    }
    if (out["version"].is_null()) out["version"] = server_version(view.hello);
    self = std::move(out);
  }
  gateway["self"] = std::move(self);
  gateway["error"] = text_or_null(view.error);
  gateway["authWarning"] = text_or_null(view.auth_warning);
  gateway["credentialSource"] = text_or_null(view.credential_source);
  return gateway;
}

void add_status_rows(Table& table, const json::Object& status) {
  const auto agents = agents_json(status);
  table.row({"Agents", fmt::format("{} · default {} · sessions {}", json::get_array(agents, "agents")->size(),
                                   json::get_string_or(agents, "defaultId", "main"),
                                   json::get_int(agents, "totalSessions").value_or(0))});
  const auto& tasks = object_at(status, "tasks");
  if (!tasks.empty()) {
    table.row(
        {"Tasks", fmt::format("{} active · {} total · {} failed", json::get_int(tasks, "active").value_or(0),
                              json::get_int(tasks, "total").value_or(0),
                              json::get_int(tasks, "failures").value_or(0))});
  }
  std::vector<std::string> beats;
  if (const auto* list = json::get_array(object_at(status, "heartbeat"), "agents")) {
    for (const auto& item : *list) {
      const auto& agent = object_of(item);
      const bool on = json::get_int(agent, "everyMs").value_or(0) > 0;
      beats.push_back((on ? json::get_string_or(agent, "every", "?") : std::string("disabled")) + " (" +
                      json::get_string_or(agent, "agentId", "?") + ")");
    }
  }
  if (!beats.empty()) table.row({"Heartbeat", base::join(beats, ", ")});
  const auto& defaults = object_at(object_at(status, "sessions"), "defaults");
  if (const auto model = json::get_string(defaults, "model")) table.row({"Model", *model});
}

}  // namespace

std::string credential_source(const client::Gateway& gateway) {
  const auto& used = gateway.credentials;
  if (!used.token.empty()) return "token from " + used.token_source;
  if (!used.password.empty()) return "password from " + used.password_source;
  return gateway.used_device_token ? "stored device token" : "none";
}

json::Object gateway_self(const json::Object& hello) {
  const auto* presence = json::get_array(object_at(hello, "snapshot"), "presence");
  if (!presence) return {};
  for (const auto& item : *presence) {
    const auto& entry = object_of(item);
    if (json::get_string(entry, "mode") == "gateway" && json::get_string(entry, "reason") == "self")
      return entry;
  }
  return {};
}

json::Value status_json(const StatusView& view) {
  json::Object out = object_of(view.status);
  json::Object os;
  os["platform"] = "linux";
  os["arch"] = view.os_arch;
  os["release"] = view.os_release;
  os["label"] = "linux " + view.os_release + " (" + view.os_arch + ")";
  out["os"] = std::move(os);
  out["gateway"] = gateway_json(view);
  if (view.status.is_object()) out["agents"] = agents_json(object_of(view.status));
  return json::Value(std::move(out));
}

std::string format_status(const StatusView& view, std::int64_t now_ms, bool boxes) {
  Table table({"Item", "Value"});
  table.row({"OS", "linux " + view.os_release + " (" + view.os_arch + ")"});
  table.row({"Config", view.target.config_path});
  table.row({"Gateway", gateway_cell(view)});
  if (!view.auth_warning.empty()) table.row({"Auth warning", view.auth_warning});
  const auto& status = object_of(view.status);
  if (view.status.is_object()) add_status_rows(table, status);
  std::string out = "OpenClaw status\n\nOverview\n" + table.render(boxes);
  const auto channels = json::string_list(json::find(status, "channelSummary"));
  if (!channels.empty()) out += "\nChannels\n";
  for (const auto& line : channels) out += line + "\n";
  const auto* recent = json::get_array(object_at(status, "sessions"), "recent");
  if (recent && !recent->empty()) {
    Table sessions({"Key", "Kind", "Age", "Model", "Tokens"});
    for (const auto& item : *recent) {
      const auto& entry = object_of(item);
      const auto total = json::get_int(entry, "totalTokens");
      sessions.row({json::get_string_or(entry, "key", "?"), json::get_string_or(entry, "kind", "-"),
                    age_text(json::get_int(entry, "updatedAt"), now_ms),
                    json::get_string_or(entry, "model", "-"), total ? std::to_string(*total) : "unknown"});
    }
    out += "\nSessions\n" + sessions.render(boxes);
  }
  if (!view.reachable)
    out += "\nNext step: start the gateway (openclaw gateway run) or mend the connection.\n";
  return out;
}

}  // namespace openclaw::cli
