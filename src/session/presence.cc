#include "session/presence.h"

#include <algorithm>

#include "base/limits.h"

namespace openclaw::session {
namespace {

void put_text(json::Object& object, std::string_view key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

}  // namespace

json::Object PresenceEntry::to_json() const {
  json::Object out;
  put_text(out, "host", host);
  put_text(out, "ip", ip);
  put_text(out, "version", version);
  put_text(out, "platform", platform);
  put_text(out, "deviceFamily", device_family);
  put_text(out, "modelIdentifier", model_identifier);
  put_text(out, "mode", mode);
  if (last_input_seconds) out["lastInputSeconds"] = *last_input_seconds;
  put_text(out, "deviceId", device_id);
  if (!roles.empty()) out["roles"] = json::strings(roles);
  if (!scopes.empty()) out["scopes"] = json::strings(scopes);
  put_text(out, "instanceId", instance_id);
  put_text(out, "reason", reason);
  out["ts"] = ts;
  put_text(out, "text", text);
  return out;
}

void Presence::connected(std::string key, PresenceEntry entry, std::int64_t now) {
  ++version_;
  entry.ts = now;
  entry.reason = "connect";
  std::unique_ptr<Slot> slot;
  const auto it = std::find_if(slots_.begin(), slots_.end(), [&](const auto& known) { return known->key == key; });
  if (it != slots_.end()) {
    slot = std::move(*it);
    slots_.erase(it);
    entry.roles = protocol::merged(slot->entry.roles, entry.roles);
    entry.scopes = protocol::merged(slot->entry.scopes, entry.scopes);
  } else {
    slot = std::make_unique<Slot>();
    slot->key = std::move(key);
  }
  slot->text = json::write(entry.to_json());
  slot->entry = std::move(entry);
  slots_.push_back(std::move(slot));
  prune(now);
}

void Presence::disconnected(const std::string& key, std::int64_t now) {
  const auto it = std::find_if(slots_.begin(), slots_.end(), [&](const auto& slot) { return slot->key == key; });
  if (it == slots_.end()) return;
  ++version_;
  auto slot = std::move(*it);
  slots_.erase(it);
  slot->entry.ts = now;
  slot->entry.reason = "disconnect";
  slot->text = json::write(slot->entry.to_json());
  slots_.push_back(std::move(slot));
}

std::vector<std::string> Presence::report(std::string key, PresenceEntry& entry, std::int64_t now) {
  ++version_;
  entry.ts = now;
  std::unique_ptr<Slot> slot;
  const auto it = std::find_if(slots_.begin(), slots_.end(), [&](const auto& known) { return known->key == key; });
  if (it != slots_.end()) {
    slot = std::move(*it);
    slots_.erase(it);
  } else {
    slot = std::make_unique<Slot>();
    slot->key = std::move(key);
  }
  const PresenceEntry& old = slot->entry;
  for (const auto field : {&PresenceEntry::host, &PresenceEntry::ip, &PresenceEntry::version, &PresenceEntry::platform,
                           &PresenceEntry::device_family, &PresenceEntry::model_identifier, &PresenceEntry::mode,
                           &PresenceEntry::reason, &PresenceEntry::text, &PresenceEntry::device_id, &PresenceEntry::instance_id}) {
    if ((entry.*field).empty()) entry.*field = old.*field;
  }
  if (!entry.last_input_seconds) entry.last_input_seconds = old.last_input_seconds;
  entry.roles = protocol::merged(old.roles, entry.roles);
  entry.scopes = protocol::merged(old.scopes, entry.scopes);
  std::vector<std::string> changed;
  const auto compare = [&](const char* name, const std::string& before, const std::string& after) {
    if (before != after) changed.emplace_back(name);
  };
  compare("host", old.host, entry.host);
  compare("ip", old.ip, entry.ip);
  compare("version", old.version, entry.version);
  compare("mode", old.mode, entry.mode);
  compare("reason", old.reason, entry.reason);
  slot->text = json::write(entry.to_json());
  slot->entry = entry;
  slots_.push_back(std::move(slot));
  prune(now);
  return changed;
}

void Presence::prune(std::int64_t now) {
  std::erase_if(slots_, [&](const auto& slot) { return now - slot->entry.ts > base::kPresenceTtlMs; });
  if (slots_.size() >= base::kPresenceMax) {
    slots_.erase(slots_.begin(), slots_.begin() + static_cast<std::ptrdiff_t>(slots_.size() - base::kPresenceMax + 1));
  }
}

json::Array Presence::list(std::int64_t now) {
  prune(now);
  json::Array out;
  self_.ts = now;
  out.emplace_back(self_.to_json());
  for (auto it = slots_.rbegin(); it != slots_.rend(); ++it) out.emplace_back((*it)->entry.to_json());
  return out;
}

const std::string& Presence::json(std::int64_t now) {
  // Many connects in one second read the same list; only its own ts would differ.
  if (cached_version_ != version_ || now - cached_at_ > 1000) {
    prune(now);
    self_.ts = now;
    cached_ = "[";
    cached_ += json::write(self_.to_json());
    for (auto it = slots_.rbegin(); it != slots_.rend(); ++it) {
      cached_ += ',';
      cached_ += (*it)->text;
    }
    cached_ += ']';
    cached_version_ = version_;
    cached_at_ = now;
  }
  return cached_;
}

}  // namespace openclaw::session
