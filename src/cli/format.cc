#include "cli/format.h"

#include "base/strings.h"
#include "cli/table.h"

namespace openclaw::cli {
namespace {

const json::Object& object_of(const json::Value& value) {
  static const json::Object kEmpty;
  const auto* object = value.if_object();
  return object ? *object : kEmpty;
}

const json::Array& array_of(const json::Object& object, std::string_view key) {
  static const json::Array kEmpty;
  const auto* array = json::get_array(object, key);
  return array ? *array : kEmpty;
}

std::string text_of(const json::Object& object, std::string_view key, std::string_view fallback = "-") {
  auto text = json::get_string_or(object, key, fallback);
  return text.empty() ? std::string(fallback) : text;
}

std::string channel_state(const json::Object& channel) {
  if (json::get_bool(channel, "configured") == false) return "not configured";
  const auto* probe = json::get_object(channel, "probe");
  if (!probe) return json::get_bool(channel, "running") == true ? "running" : "configured";
  if (json::get_bool(*probe, "ok") != true)
    return "failed (" + text_of(*probe, "error", "unknown error") + ")";
  std::string out = "ok";
  if (const auto* bot = json::get_object(*probe, "bot")) {
    if (const auto name = json::get_string(*bot, "username")) out += " (@" + *name + ")";
  }
  if (const auto ms = json::get_int(*probe, "elapsedMs")) out += fmt::format(" ({}ms)", *ms);
  return out;
}

void add_session_lines(std::string& out, const json::Object& sessions, const std::string& agent) {
  out += fmt::format("Session store ({}): {} ({} entries)\n", agent, text_of(sessions, "path"),
                     json::get_int(sessions, "count").value_or(0));
  for (const auto& item : array_of(sessions, "recent")) {
    const auto& entry = object_of(item);
    const auto age = json::get_int(entry, "age");
    out += "- " + text_of(entry, "key") + (age ? " (" + base::short_duration(*age) + " ago)" : "") + "\n";
  }
}

std::string token_cell(const json::Object& session) {
  const auto window = json::get_int(session, "contextTokens");
  const auto total = json::get_int(session, "totalTokens");
  const std::string size = window ? std::to_string(*window / 1000) + "k" : "?";
  if (!total) return "unknown/" + size + " (?%)";
  const std::string used =
      *total < 1000 ? std::to_string(*total) : fmt::format("{:.1f}k", static_cast<double>(*total) / 1000);
  return used + "/" + size +
         (window && *window > 0 ? fmt::format(" ({}%)", *total * 100 / *window) : " (?%)");
}

}  // namespace

std::string short_id(const std::string& id) { return id.size() <= 14 ? id : id.substr(0, 12) + "…"; }

std::string age_text(std::optional<std::int64_t> then_ms, std::int64_t now_ms) {
  if (!then_ms) return "-";
  return base::short_duration(std::max<std::int64_t>(0, now_ms - *then_ms)) + " ago";
}

std::vector<std::string> channel_lines(const json::Object& health) {
  std::vector<std::string> out;
  const auto* channels = json::get_object(health, "channels");
  const auto* labels = json::get_object(health, "channelLabels");
  if (!channels) return out;
  for (const auto& id : json::string_list(json::find(health, "channelOrder"))) {
    const auto* channel = json::get_object(*channels, id);
    if (!channel) continue;
    out.push_back((labels ? text_of(*labels, id, id) : id) + ": " + channel_state(*channel));
  }
  return out;
}

std::string format_health(const json::Value& payload) {
  const auto& health = object_of(payload);
  std::string out;
  for (const auto& line : channel_lines(health)) out += line + "\n";
  std::vector<std::string> agents, beats;
  std::string stores;
  for (const auto& item : array_of(health, "agents")) {
    const auto& agent = object_of(item);
    const std::string id = text_of(agent, "agentId");
    agents.push_back(id + (json::get_bool(agent, "isDefault") == true ? " (default)" : ""));
    if (const auto* beat = json::get_object(agent, "heartbeat")) {
      const bool on =
          json::get_bool(*beat, "enabled") == true && json::get_int(*beat, "everyMs").value_or(0) > 0;
      beats.push_back((on ? text_of(*beat, "every") : std::string("disabled")) + " (" + id + ")");
    }
    if (const auto* sessions = json::get_object(agent, "sessions")) add_session_lines(stores, *sessions, id);
  }
  if (!agents.empty()) out += "Agents: " + base::join(agents, ", ") + "\n";
  if (!beats.empty()) out += "Heartbeat interval: " + base::join(beats, ", ") + "\n";
  out += stores;
  return out.empty() ? (json::get_bool(health, "ok") == true ? "OK\n" : "Not healthy\n") : out;
}

std::string format_sessions(const json::Value& payload, std::int64_t now_ms, bool boxes) {
  const auto& list = object_of(payload);
  std::string out = "Session store: " + text_of(list, "path") + "\n";
  const auto& sessions = array_of(list, "sessions");
  if (sessions.empty()) return out + "No sessions found.\n";
  out += fmt::format("Sessions listed: {}\n", sessions.size());
  Table table({"Kind", "Key", "Age", "Model", "Tokens (ctx %)", "Flags"});
  for (const auto& item : sessions) {
    const auto& session = object_of(item);
    std::string flags = json::get_bool(session, "systemSent") == true ? "system " : "";
    if (const auto id = json::get_string(session, "sessionId")) flags += "id:" + *id;
    table.row({text_of(session, "kind"), text_of(session, "key"),
               age_text(json::get_int(session, "updatedAt"), now_ms), text_of(session, "model"),
               token_cell(session), flags});
  }
  return out + table.render(boxes);
}

std::string format_channels(const json::Value& payload) {
  const auto& status = object_of(payload);
  std::string out = "Gateway reachable.\n";
  const auto* accounts = json::get_object(status, "channelAccounts");
  const auto* labels = json::get_object(status, "channelLabels");
  for (const auto& id : json::string_list(json::find(status, "channelOrder"))) {
    const auto* list = accounts ? json::get_array(*accounts, id) : nullptr;
    if (!list) continue;
    for (const auto& item : *list) {
      const auto& account = object_of(item);
      std::vector<std::string> words;
      for (const auto& [key, yes, no] : {std::tuple("enabled", "enabled", "disabled"),
                                         std::tuple("configured", "configured", "not configured"),
                                         std::tuple("running", "running", "stopped")}) {
        if (const auto value = json::get_bool(account, key)) words.emplace_back(*value ? yes : no);
      }
      if (const auto mode = json::get_string(account, "mode")) words.push_back("mode:" + *mode);
      if (const auto* probe = json::get_object(account, "probe")) {
        words.push_back(json::get_bool(*probe, "ok") == true ? "works" : "probe failed");
      }
      if (const auto error = json::get_string(account, "lastError")) words.push_back("error: " + *error);
      out += "- " + (labels ? text_of(*labels, id, id) : id) + " " +
             text_of(account, "accountId", "default") + ": " + base::join(words, ", ") + "\n";
    }
  }
  return out;
}

std::string format_agent(const json::Value& payload) {
  const auto* payloads = json::find_path(payload, "result.payloads");
  const auto* list = payloads ? payloads->if_array() : nullptr;
  std::string out;
  if (list) {
    for (const auto& item : *list) {
      const auto& part = object_of(item);
      const auto text = json::get_string_or(part, "text", "");
      if (!text.empty()) out += text + "\n";
      auto media = json::string_list(json::find(part, "mediaUrls"));
      if (const auto one = json::get_string(part, "mediaUrl"); one && media.empty()) media.push_back(*one);
      for (const auto& url : media) out += "MEDIA:" + url + "\n";
    }
  }
  return out.empty() ? "No reply from agent.\n" : out;
}

}  // namespace openclaw::cli
