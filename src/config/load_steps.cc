#include "config/load_steps.h"

#include "base/strings.h"
#include "base/version.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace openclaw::config {
namespace {

using json::Value;

json::Object& block(json::Object& parent, std::string_view key) {
  Value& value = parent[key];
  if (!value.is_object()) value = json::Object();
  return value.get_object();
}

void fill(json::Object& object, std::string_view key, const Value& value) {
  if (!object.contains(key)) object.emplace(key, value);
}

void fill_models(json::Object& root) {
  auto* models = root.if_contains("models");
  auto* providers = models && models->is_object() ? models->get_object().if_contains("providers") : nullptr;
  if (!providers || !providers->is_object()) return;
  for (auto& [name, provider] : providers->get_object()) {
    auto* list = provider.is_object() ? provider.get_object().if_contains("models") : nullptr;
    if (!list || !list->is_array()) continue;
    for (auto& model : list->get_array()) {
      if (!model.is_object()) continue;
      auto& entry = model.get_object();
      fill(entry, "reasoning", false);
      fill(entry, "input", json::Array{Value("text")});
      auto& cost = block(entry, "cost");
      for (const char* kind : {"input", "output", "cacheRead", "cacheWrite"}) fill(cost, kind, 0);
      fill(entry, "contextWindow", 200000);
      fill(entry, "maxTokens",
           std::min<std::int64_t>(8192, json::get_int(entry, "contextWindow").value_or(8192)));
    }
  }
}

// "2026.4.2" and suffixes such as "-beta.1"; absent when it is none.
std::optional<std::array<std::int64_t, 3>> version_of(std::string_view text) {
  const std::string core(text.substr(0, text.find_first_of("-+")));
  const auto parts = base::split(core, '.');
  if (parts.size() != 3) return std::nullopt;
  std::array<std::int64_t, 3> out{};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto number = base::parse_int(parts[i]);
    if (!number) return std::nullopt;
    out[i] = *number;
  }
  return out;
}

}  // namespace

void map_legacy(Value& document, std::vector<Issue>& warnings) {
  auto* root = document.if_object();
  auto* gateway = root ? root->if_contains("gateway") : nullptr;
  auto* bind = gateway && gateway->is_object() ? gateway->get_object().if_contains("bind") : nullptr;
  if (!bind || !bind->is_string()) return;
  const std::string old(std::string_view(bind->get_string()));
  std::string mode;
  for (const char* any : {"0.0.0.0", "::", "[::]", "*"}) {
    if (old == any) mode = "lan";
  }
  for (const char* local : {"127.0.0.1", "localhost", "::1", "[::1]"}) {
    if (old == local) mode = "loopback";
  }
  if (mode.empty()) return;
  *bind = mode;
  warnings.push_back(make_issue({"gateway", "bind"},
                                fmt::format("Normalized gateway.bind \"{}\" \u2192 \"{}\".", old, mode)));
}

void fill_in(Value& document) {
  if (!document.is_object()) return;
  auto& root = document.get_object();
  if (root.contains("logging")) fill(block(root, "logging"), "redactSensitive", "tools");
  auto& agents = block(root, "agents");
  const bool had_defaults = agents.contains("defaults");
  auto& defaults = block(agents, "defaults");
  fill(defaults, "maxConcurrent", 4);
  fill(block(defaults, "subagents"), "maxConcurrent", 8);
  if (had_defaults) fill(block(defaults, "compaction"), "mode", "safeguard");
  fill(block(root, "messages"), "ackReactionScope", "group-mentions");
  auto& commands = block(root, "commands");
  fill(commands, "native", "auto");
  fill(commands, "nativeSkills", "auto");
  fill(commands, "restart", true);
  fill(commands, "ownerDisplay", "raw");
  fill_models(root);
}

std::optional<Issue> newer_version_warning(const Value& document) {
  const Value* written = json::find_path(document, "meta.lastTouchedVersion");
  if (!written || !written->is_string()) return std::nullopt;
  const std::string text(std::string_view(written->get_string()));
  const auto theirs = version_of(text);
  if (!theirs || *theirs <= *version_of(base::kReferenceVersion)) return std::nullopt;
  return make_issue({"meta", "lastTouchedVersion"},
                    fmt::format("Config was last written by a newer OpenClaw ({}); current version is {}.",
                                text, base::kReferenceVersion));
}

}  // namespace openclaw::config
