#include "agent/session_state.h"

#include "agent/transcript.h"
#include "base/random.h"
#include "base/version.h"

#include <fmt/format.h>

#include <algorithm>

namespace openclaw::agent {
namespace {

// 614 -> "614", 1234 -> "1.2k", 128000 -> "128k".
std::string short_count(std::int64_t value) {
  if (value < 1'000) return fmt::format("{}", value);
  if (value < 10'000) return fmt::format("{:.1f}k", static_cast<double>(value) / 1e3);
  if (value < 1'000'000) return fmt::format("{}k", (value + 500) / 1'000);
  return fmt::format("{:.1f}m", static_cast<double>(value) / 1e6);
}

std::string age_text(std::int64_t ms) {
  const auto minutes = ms / 60'000;
  if (minutes < 1) return "just now";
  if (minutes < 60) return fmt::format("{}m ago", minutes);
  if (minutes < 48 * 60) return fmt::format("{}h ago", minutes / 60);
  return fmt::format("{}d ago", minutes / (24 * 60));
}

std::string model_line(const base::Result<ModelTarget>& model) {
  if (!model) return "🧠 Model: none · " + model.error().message + "\n";
  if (model->api == "builtin")
    return fmt::format("🧠 Model: {}/{} · command interpreter, not a language model\n", model->provider,
                       model->model);
  const auto source =
      model->key_source.empty() ? std::string("no key") : "api-key (" + model->key_source + ")";
  return fmt::format("🧠 Model: {}/{} · 🔑 {}\n", model->provider, model->model, source);
}

std::string usage_lines(const StatusFacts& facts) {
  static const json::Object kNothing;
  const auto& entry = facts.session ? facts.session->entry : kNothing;
  std::string out;
  const auto input = json::get_int(entry, "inputTokens").value_or(0);
  const auto output = json::get_int(entry, "outputTokens").value_or(0);
  if (input > 0 || output > 0) {
    out += fmt::format("🧮 Tokens: {} in / {} out", short_count(input), short_count(output));
    const auto* cost = json::find(entry, "estimatedCostUsd");
    if (cost && cost->is_number() && cost->to_number<double>() > 0)
      out += fmt::format(" · 💵 Cost: ${:.4f}", cost->to_number<double>());
    out += '\n';
  }
  const auto window =
      facts.model ? facts.model->context_window : json::get_int(entry, "contextTokens").value_or(0);
  const auto used = json::get_int(entry, "totalTokens").value_or(0);
  if (window > 0)
    out += fmt::format("📚 Context: {}/{} ({}%) · 🧹 Compactions: 0\n", short_count(used),
                       short_count(window), used * 100 / window);
  return out;
}

}  // namespace

void SessionTable::load(std::vector<store::SessionRecord> records) {
  for (auto& record : records) {
    auto key = record.key;
    records_[std::move(key)] = std::make_unique<store::SessionRecord>(std::move(record));
  }
}

store::SessionRecord* SessionTable::find(const std::string& key) {
  const auto it = records_.find(key);
  return it == records_.end() ? nullptr : it->second.get();
}

const store::SessionRecord* SessionTable::find(const std::string& key) const {
  const auto it = records_.find(key);
  return it == records_.end() ? nullptr : it->second.get();
}

store::SessionRecord& SessionTable::obtain(const std::string& key, const std::string& agent_id,
                                           bool& created) {
  auto& slot = records_[key];
  created = slot == nullptr;
  if (created) {
    slot = std::make_unique<store::SessionRecord>();
    slot->key = key;
    slot->session_id = base::uuid4();
    slot->agent_id = agent_id;
  }
  return *slot;
}

std::vector<const store::SessionRecord*> SessionTable::newest_first() const {
  std::vector<const store::SessionRecord*> out;
  for (const auto& [key, record] : records_) out.push_back(record.get());
  std::stable_sort(out.begin(), out.end(),
                   [](const auto* a, const auto* b) { return a->updated_at > b->updated_at; });
  return out;
}

void session_started(store::SessionRecord& session, std::int64_t now) {
  session.updated_at = now;
  session.entry["status"] = "running";
  session.entry["startedAt"] = now;
  session.entry["abortedLastRun"] = false;
  session.entry.stable_erase("endedAt");
  session.entry.stable_erase("runtimeMs");
}

void session_ended(store::SessionRecord& session, std::string_view status, std::int64_t now) {
  const auto started = json::get_int(session.entry, "startedAt").value_or(now);
  session.updated_at = now;
  session.entry["status"] = status;
  session.entry["endedAt"] = now;
  session.entry["runtimeMs"] = std::max<std::int64_t>(now - started, 0);
  session.entry["abortedLastRun"] = status == "killed" || status == "timeout";
  session.entry["systemSent"] = true;
}

void session_used(store::SessionRecord& session, const ModelTarget& target, const RunUsage& usage) {
  auto& entry = session.entry;
  entry["modelProvider"] = target.provider;
  entry["model"] = target.model;
  entry["contextTokens"] = target.context_window;
  if (!usage.any) return;
  entry["inputTokens"] = usage.sum.input;
  entry["outputTokens"] = usage.sum.output;
  entry["cacheRead"] = usage.sum.cache_read;
  entry["cacheWrite"] = usage.sum.cache_write;
  entry["totalTokens"] = usage.last.input + usage.last.cache_read + usage.last.cache_write;
  entry["totalTokensFresh"] = true;
  const auto* before = json::find(entry, "estimatedCostUsd");
  const double spent = before && before->is_number() ? before->to_number<double>() : 0.0;
  entry["estimatedCostUsd"] = spent + cost_of(usage.sum, target);
}

std::string session_status_text(const StatusFacts& facts) {
  std::string out = fmt::format("🦞 OpenClaw native {}\n", base::kOwnVersion);
  out += model_line(facts.model);
  out += usage_lines(facts);
  out += "🧵 Session: " + facts.session_key;
  out +=
      facts.session ? " • updated " + age_text(facts.now - facts.session->updated_at) : std::string(" • new");
  const auto thinking =
      facts.session ? json::get_string_or(facts.session->entry, "thinkingLevel", "off") : "off";
  out +=
      fmt::format("\n⚙️ Runtime: direct · Think: {}\n🪢 Queue: followup (depth {})", thinking, facts.queued);
  return out;
}

}  // namespace openclaw::agent
