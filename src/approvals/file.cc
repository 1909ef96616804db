#include "approvals/file.h"

#include "base/strings.h"
#include "crypto/crypto.h"
#include "fs/file.h"

#include <algorithm>

namespace openclaw::approvals {
namespace {

using base::ErrorKind;

constexpr std::size_t kMaxFileBytes = 4u << 20;
constexpr std::string_view kMainAgent = "main";
constexpr std::string_view kLegacyMain = "default";

// An agent's block; the old name "default" of "main" counts where "main" has nothing of its own.
std::vector<const json::Object*> agent_blocks(const json::Object& document, std::string_view id) {
  std::vector<const json::Object*> out;
  const json::Object* agents = json::get_object(document, "agents");
  if (!agents) return out;
  if (const auto* block = json::get_object(*agents, id)) out.push_back(block);
  if (id != kMainAgent) return out;
  if (const auto* block = json::get_object(*agents, kLegacyMain)) out.push_back(block);
  return out;
}

void append_allowlist(const json::Object& block, std::vector<AllowEntry>& out) {
  const json::Array* list = json::get_array(block, "allowlist");
  if (!list) return;
  for (const json::Value& item : *list) {
    AllowEntry entry;
    if (item.is_string()) {
      entry.pattern = std::string(item.as_string());
    } else if (const auto* object = item.if_object()) {
      entry.pattern = json::get_string_or(*object, "pattern", "");
      entry.source = json::get_string_or(*object, "source", "");
      entry.command_text = json::get_string_or(*object, "commandText", "");
      // An entry limited to certain arguments must not allow all of them.
      if (json::find(*object, "argPattern") != nullptr) continue;
    }
    entry.pattern = std::string(base::trim(entry.pattern));
    if (!entry.pattern.empty()) out.push_back(std::move(entry));
  }
}

// Looks one key up through the layers and says where it was found.
template <class T, class Parse>
T lookup(const std::vector<std::pair<std::string, const json::Object*>>& layers, std::string_view key,
         T fallback, Parse parse, std::string* source) {
  for (const auto& [name, block] : layers) {
    if (const auto text = json::get_string(*block, key)) {
      if (const auto value = parse(*text)) {
        if (source) *source = name + "." + std::string(key);
        return *value;
      }
    }
  }
  return fallback;
}

bool lookup_flag(const std::vector<std::pair<std::string, const json::Object*>>& layers, bool fallback) {
  for (const auto& layer : layers) {
    if (const auto value = json::get_bool(*layer.second, "autoAllowSkills")) return *value;
  }
  return fallback;
}

base::Result<> check_words(const json::Object& block, const std::string& where) {
  const auto wrong = [&](std::string_view key, std::string_view allowed) {
    return base::fail(ErrorKind::invalid,
                      where + "." + std::string(key) + " must be one of " + std::string(allowed));
  };
  for (const std::string_view key : {"security", "askFallback"}) {
    const json::Value* value = json::find(block, key);
    if (value && !(value->is_string() && parse_security(std::string_view(value->as_string())))) {
      return wrong(key, "deny, allowlist, full");
    }
  }
  const json::Value* ask = json::find(block, "ask");
  if (ask && !(ask->is_string() && parse_ask(std::string_view(ask->as_string())))) {
    return wrong("ask", "off, on-miss, always");
  }
  const json::Value* list = json::find(block, "allowlist");
  if (list && !list->is_array()) return base::fail(ErrorKind::invalid, where + ".allowlist must be a list");
  return {};
}

// A misspelt word must not silently fall back to "full".
base::Result<> check_document(const json::Object& document) {
  if (const auto* version = json::find(document, "version");
      version && !(version->is_int64() && version->as_int64() == 1)) {
    return base::fail(ErrorKind::invalid, "version must be 1");
  }
  for (const std::string_view key : {"socket", "defaults", "agents"}) {
    const json::Value* value = json::find(document, key);
    if (value && !value->is_object())
      return base::fail(ErrorKind::invalid, std::string(key) + " must be an object");
  }
  if (const auto* defaults = json::get_object(document, "defaults"))
    OC_TRY(check_words(*defaults, "defaults"));
  const json::Object* agents = json::get_object(document, "agents");
  if (!agents) return {};
  for (const auto& member : *agents) {
    const std::string where = "agents." + std::string(member.key());
    const json::Object* block = member.value().if_object();
    if (!block) return base::fail(ErrorKind::invalid, where + " must be an object");
    OC_TRY(check_words(*block, where));
  }
  return {};
}

}  // namespace

ApprovalsFile::ApprovalsFile() { document_["version"] = 1; }

base::Result<ApprovalsFile> ApprovalsFile::parse(std::string_view text, std::string_view name) {
  auto value = json::parse(text);
  if (!value) return tl::unexpected(std::move(value).error().within(name));
  if (!value->is_object())
    return base::fail(ErrorKind::invalid, std::string(name) + ": must be a JSON object");
  return from_json(std::move(value->as_object()), name);
}

base::Result<ApprovalsFile> ApprovalsFile::from_json(json::Object document, std::string_view name) {
  if (auto ok = check_document(document); !ok) return tl::unexpected(std::move(ok).error().within(name));
  ApprovalsFile file;
  for (auto& member : document) file.document_[member.key()] = std::move(member.value());
  return file;
}

FilePolicy ApprovalsFile::policy(std::string_view agent_id, const Settings& built_in) const {
  FilePolicy out;
  out.agent_id = agent_id.empty() ? std::string(kMainAgent) : std::string(agent_id);
  static const json::Object kEmpty;
  const json::Object* defaults = json::get_object(document_, "defaults");
  std::vector<std::pair<std::string, const json::Object*>> layers = {
      {"defaults", defaults ? defaults : &kEmpty}};
  out.defaults.security = lookup(layers, "security", built_in.security, parse_security, nullptr);
  out.defaults.ask = lookup(layers, "ask", built_in.ask, parse_ask, nullptr);
  out.defaults.ask_fallback = lookup(layers, "askFallback", built_in.ask_fallback, parse_security, nullptr);
  out.defaults.auto_allow_skills = lookup_flag(layers, built_in.auto_allow_skills);

  const auto own = agent_blocks(document_, out.agent_id);
  const auto everybody = agent_blocks(document_, "*");
  layers.clear();
  for (const auto* block : own) layers.emplace_back("agents." + out.agent_id, block);
  if (out.agent_id != "*") {
    for (const auto* block : everybody) layers.emplace_back("agents.*", block);
  }
  layers.emplace_back("defaults", defaults ? defaults : &kEmpty);
  out.agent.security = lookup(layers, "security", built_in.security, parse_security, &out.security_source);
  out.agent.ask = lookup(layers, "ask", built_in.ask, parse_ask, &out.ask_source);
  out.agent.ask_fallback =
      lookup(layers, "askFallback", built_in.ask_fallback, parse_security, &out.ask_fallback_source);
  out.agent.auto_allow_skills = lookup_flag(layers, built_in.auto_allow_skills);

  if (out.agent_id != "*") {
    for (const auto* block : everybody) append_allowlist(*block, out.allowlist);
  }
  for (const auto* block : own) append_allowlist(*block, out.allowlist);
  return out;
}

json::Object ApprovalsFile::public_document() const {
  json::Object out = document_;
  if (const json::Object* socket = json::get_object(out, "socket")) {
    json::Object shown = *socket;
    shown.erase("token");
    out["socket"] = std::move(shown);
  }
  return out;
}

void ApprovalsFile::keep_socket_of(const ApprovalsFile& old) {
  const json::Object* before = json::get_object(old.document_, "socket");
  if (!before) return;
  json::Object socket;
  if (const json::Object* now = json::get_object(document_, "socket")) socket = *now;
  for (const std::string_view key : {"path", "token"}) {
    if (const json::Value* value = json::find(*before, key); value && !json::find(socket, key))
      socket[key] = *value;
  }
  document_["socket"] = std::move(socket);
}

std::string approvals_path(const std::string& state_dir) { return state_dir + "/exec-approvals.json"; }

base::Result<Snapshot> load_approvals(const std::string& path) {
  Snapshot out;
  out.path = path;
  auto text = fs::read_file(path, kMaxFileBytes);
  if (!text && text.error().kind != ErrorKind::not_found) {
    return tl::unexpected(std::move(text).error().within("exec approvals"));
  }
  out.exists = text.has_value();
  out.hash = crypto::sha256_hex(text ? *text : std::string());
  if (!text) return out;
  auto file = ApprovalsFile::parse(*text, "exec approvals: " + path);
  if (!file) {
    base::Error error = std::move(file).error();
    error.kind = ErrorKind::config;
    error.hint = "mend or remove " + path + "; until then nothing that it would decide is run";
    return tl::unexpected(std::move(error));
  }
  out.file = std::move(*file);
  return out;
}

base::Result<Snapshot> store_approvals(const std::string& path, ApprovalsFile file,
                                       const std::optional<std::string>& base_hash) {
  OC_TRY_ASSIGN(Snapshot now, load_approvals(path));
  const auto refuse = [](std::string_view why) {
    return base::fail(ErrorKind::invalid, "exec approvals " + std::string(why) + "; reload and retry");
  };
  const bool given = base_hash && !base::trim(*base_hash).empty();
  if (!now.exists && (!given || base::trim(*base_hash) != now.hash)) return refuse("base hash unavailable");
  if (!given) return refuse("base hash required");
  if (base::trim(*base_hash) != now.hash) return refuse("changed");
  file.keep_socket_of(now.file);
  const std::string text = json::write_pretty(json::Value(file.document())) + "\n";
  OC_TRY(fs::write_atomic(path, text, 0600));
  return load_approvals(path);
}

EffectivePolicy effective_policy(Security configured_security, Ask configured_ask, const FilePolicy& file) {
  EffectivePolicy out;
  out.security = min_security(configured_security, file.agent.security);
  const bool switched_off = file.agent.ask == Ask::off && !file.ask_source.empty();
  out.ask = switched_off ? Ask::off : max_ask(configured_ask, file.agent.ask);
  out.ask_fallback = file.agent.ask_fallback;
  out.auto_allow_skills = file.agent.auto_allow_skills;
  out.allowlist = file.allowlist;
  out.agent_id = file.agent_id;
  return out;
}

std::string durable_pattern(std::string_view command_text) {
  return "=command:" + crypto::sha256_hex(base::trim(command_text)).substr(0, 16);
}

bool durable_approval(bool analysis_ok, const std::vector<std::optional<AllowEntry>>& segment_entries,
                      const std::vector<AllowEntry>& allowlist, std::string_view command_text) {
  const auto always = [](const AllowEntry& entry) { return entry.source == "allow-always"; };
  const std::string_view text = base::trim(command_text);
  const std::string pattern = durable_pattern(text);
  for (const AllowEntry& entry : allowlist) {
    if (!always(entry) || text.empty()) continue;
    if (entry.pattern == pattern || base::trim(entry.command_text) == text) return true;
  }
  if (!analysis_ok || segment_entries.empty()) return false;
  return std::all_of(segment_entries.begin(), segment_entries.end(),
                     [&](const std::optional<AllowEntry>& entry) { return entry && always(*entry); });
}

}  // namespace openclaw::approvals
