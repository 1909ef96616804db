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
  for (auto it = slots_.begin(); it != slots_.end(); ++it) {
    if (it->key != key) continue;
    entry.roles = protocol::merged(it->entry.roles, entry.roles);
    entry.scopes = protocol::merged(it->entry.scopes, entry.scopes);
    slots_.erase(it);
    break;
  }
  std::string text = json::write(entry.to_json());
  slots_.push_back({std::move(key), std::move(entry), std::move(text)});
  prune(now);
}

void Presence::disconnected(const std::string& key, std::int64_t now) {
  const auto it = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& slot) { return slot.key == key; });
  if (it == slots_.end()) return;
  ++version_;
  Slot slot = std::move(*it);
  slots_.erase(it);
  slot.entry.ts = now;
  slot.entry.reason = "disconnect";
  slot.text = json::write(slot.entry.to_json());
  slots_.push_back(std::move(slot));
}

void Presence::prune(std::int64_t now) {
  std::erase_if(slots_, [&](const Slot& slot) { return now - slot.entry.ts > base::kPresenceTtlMs; });
  if (slots_.size() >= base::kPresenceMax) {
    slots_.erase(slots_.begin(), slots_.begin() + static_cast<std::ptrdiff_t>(slots_.size() - base::kPresenceMax + 1));
  }
}

json::Array Presence::list(std::int64_t now) {
  prune(now);
  json::Array out;
  self_.ts = now;
  out.emplace_back(self_.to_json());
  for (auto it = slots_.rbegin(); it != slots_.rend(); ++it) out.emplace_back(it->entry.to_json());
  return out;
}

const std::string& Presence::json(std::int64_t now) {
  // Many connects in one second read the same list; only its own ts would differ.
  if (cached_version_ != version_ || now - cached_at_ > 1000) {
    prune(now);
    self_.ts = now;
    cached_ = "[" + json::write(self_.to_json());
    for (auto it = slots_.rbegin(); it != slots_.rend(); ++it) cached_ += "," + it->text;
    cached_ += "]";
    cached_version_ = version_;
    cached_at_ = now;
  }
  return cached_;
}

}  // namespace openclaw::session
