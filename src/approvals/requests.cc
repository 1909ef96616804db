#include "approvals/requests.h"

#include "base/strings.h"
#include "crypto/crypto.h"

#include <fmt/format.h>

#include <algorithm>

namespace openclaw::approvals {

json::Object ApprovalRecord::to_json() const {
  json::Object out;
  out["id"] = id;
  out["kind"] = kind;
  out["request"] = request;
  out["createdAtMs"] = created_at;
  out["expiresAtMs"] = expires_at;
  out["connectionId"] = connection_id;
  out["deviceId"] = device_id;
  out["clientId"] = client_id;
  json::put(out, "envHash", env_hash);
  if (!resolved()) return out;
  out["resolvedAtMs"] = resolved_at;
  json::put(out, "decision", decision);
  out["resolvedBy"] = resolved_by;
  out["consumed"] = consumed;
  return out;
}

std::optional<ApprovalRecord> ApprovalRecord::from_json(const json::Object& object) {
  ApprovalRecord out;
  out.id = json::get_string_or(object, "id", "");
  out.kind = json::get_string_or(object, "kind", "");
  if (out.id.empty() || out.kind.empty()) return std::nullopt;
  if (const auto* request = json::get_object(object, "request")) out.request = *request;
  out.created_at = json::get_int(object, "createdAtMs").value_or(0);
  out.expires_at = json::get_int(object, "expiresAtMs").value_or(0);
  out.connection_id = json::get_string_or(object, "connectionId", "");
  out.device_id = json::get_string_or(object, "deviceId", "");
  out.client_id = json::get_string_or(object, "clientId", "");
  out.env_hash = json::get_string(object, "envHash");
  out.resolved_at = json::get_int(object, "resolvedAtMs").value_or(0);
  out.decision = json::get_string(object, "decision");
  out.resolved_by = json::get_string_or(object, "resolvedBy", "");
  out.consumed = json::get_bool(object, "consumed").value_or(false);
  return out;
}

json::Object ApprovalRecord::listed() const {
  json::Object out;
  out["id"] = id;
  out["request"] = request;
  out["createdAtMs"] = created_at;
  out["expiresAtMs"] = expires_at;
  return out;
}

json::Object ApprovalRecord::answer() const {
  json::Object out;
  out["id"] = id;
  out["decision"] = decision ? json::Value(*decision) : json::Value(nullptr);
  out["createdAtMs"] = created_at;
  out["expiresAtMs"] = expires_at;
  return out;
}

std::vector<std::string> ApprovalTable::expire(std::int64_t now) {
  std::vector<std::string> expired;
  for (auto it = records_.begin(); it != records_.end();) {
    auto& record = it->second;
    if (!record.resolved() && record.expires_at <= now) {
      record.resolved_at = now;
      expired.push_back(record.id);
    }
    const bool over = record.resolved() && now - record.resolved_at > kResolvedGraceMs;
    it = over ? records_.erase(it) : std::next(it);
  }
  return expired;
}

bool ApprovalTable::add(ApprovalRecord record) {
  const auto known = records_.find(record.id);
  if (known != records_.end() && !known->second.resolved()) return false;
  if (known == records_.end() && full()) return false;
  const std::string id = record.id;
  records_[id] = std::move(record);
  return true;
}

bool ApprovalTable::full() const { return records_.size() >= kMaxWaiting; }

ApprovalRecord* ApprovalTable::find(std::string_view id) {
  const auto it = records_.find(id);
  return it == records_.end() ? nullptr : &it->second;
}

void ApprovalTable::erase(const std::string& id) { records_.erase(id); }

std::vector<const ApprovalRecord*> ApprovalTable::waiting(std::string_view kind) const {
  std::vector<const ApprovalRecord*> out;
  for (const auto& [id, record] : records_) {
    if (record.kind == kind && !record.resolved()) out.push_back(&record);
  }
  std::stable_sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->created_at < b->created_at; });
  return out;
}

ApprovalTable::Match ApprovalTable::match(std::string_view kind, std::string_view id) {
  Match out;
  if (auto* exact = find(id); exact && exact->kind == kind) {
    out.record = exact;
    return out;
  }
  const std::string prefix = base::lower_ascii(id);
  if (prefix.empty()) return out;
  ApprovalRecord* found = nullptr;
  for (auto& [known, record] : records_) {
    if (record.kind != kind || record.resolved() || !base::lower_ascii(known).starts_with(prefix)) continue;
    out.ambiguous.push_back(known);
    found = &record;
  }
  if (out.ambiguous.size() == 1) {
    out.record = found;
    out.ambiguous.clear();
  }
  return out;
}

std::vector<std::string> allowed_decisions(std::string_view ask) {
  if (ask == "always") return {"allow-once", "deny"};
  return {"allow-once", "allow-always", "deny"};
}

bool is_decision(std::string_view text) { return text == "allow-once" || text == "allow-always" || text == "deny"; }

std::string ambiguous_text(const std::vector<std::string>& ids) {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> shown(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), kShown)));
  std::string more;
  if (ids.size() > kShown) more = fmt::format(" (+{} more)", ids.size() - kShown);
  return "ambiguous approval id prefix; matches: " + base::join(shown, ", ") + more + ". Use the full id.";
}

std::optional<std::string> env_hash(const json::Object* env) {
  if (!env || env->empty()) return std::nullopt;
  std::map<std::string, std::string> sorted;
  for (const auto& [key, value] : *env) {
    if (value.is_string()) sorted.emplace(key, value.get_string());
  }
  if (sorted.empty()) return std::nullopt;
  json::Array pairs;
  for (const auto& [key, value] : sorted) {
    json::Array pair;
    pair.emplace_back(key);
    pair.emplace_back(value);
    pairs.emplace_back(std::move(pair));
  }
  return crypto::sha256_hex(json::write(json::Value(std::move(pairs))));
}

}  // namespace openclaw::approvals
