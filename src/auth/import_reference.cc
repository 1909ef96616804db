#include "auth/import_reference.h"

#include "auth/devices.h"
#include "auth/identity.h"
#include "base/encoding.h"
#include "base/limits.h"
#include "crypto/crypto.h"
#include "fs/file.h"

#include <map>

namespace openclaw::auth {
namespace {

constexpr std::size_t kMaxFile = 16u << 20;
constexpr std::size_t kMaxEntries = 20'000;

// What a node entry says beside the fields that devices have too.
constexpr std::string_view kNodeFacts[] = {"version",  "coreVersion", "uiVersion", "modelIdentifier",  "caps",
                                           "commands", "permissions", "bins",      "lastConnectedAtMs"};

class Importer {
 public:
  Importer(std::string state_dir, std::int64_t now) : dir_(std::move(state_dir)), now_(now) {}

  ImportedPairing run() {
    each("devices/paired.json", &Importer::device);
    each("nodes/paired.json", &Importer::node);
    each("devices/pending.json", &Importer::request);
    each("nodes/pending.json", &Importer::node_request);
    each("devices/bootstrap.json", &Importer::bootstrap);
    for (const auto& [id, device] : devices_) out_.records.push_back({"device", id, device.to_json()});
    for (const auto& [id, waiting] : requests_)
      out_.records.push_back({"device-pending", id, waiting.to_json()});
    return std::move(out_);
  }

 private:
  using Handler = bool (Importer::*)(const std::string& key, const json::Object& entry);

  // False: the entry is no such thing.
  void each(const char* name, Handler handler) {
    const std::string path = dir_ + "/" + name;
    if (!fs::exists(path)) return;
    const auto text = fs::read_file(path, kMaxFile);
    if (!text) return problem(name, text.error().message);
    const auto value = json::parse(*text);
    if (!value) return problem(name, "is no JSON: " + value.error().message);
    const auto* object = value->if_object();
    if (!object) return problem(name, "is no object");
    std::size_t count = 0, skipped = 0;
    for (const auto& [key, item] : *object) {
      const auto* entry = item.if_object();
      if (++count > kMaxEntries || !entry || !(this->*handler)(std::string(key), *entry)) ++skipped;
    }
    if (skipped > 0)
      problem(name, fmt::format("{} of {} entries are malformed and were skipped", skipped, object->size()));
  }

  void problem(const char* name, const std::string& text) {
    out_.problems.push_back(std::string(name) + ": " + text);
  }

  // The key in its canonical form; nothing when it does not belong to the id.
  static bool canonical_key(auto& device) {
    const auto raw = crypto::ed25519_public_from_text(device.public_key);
    if (!raw || device_id_of(*raw) != device.device_id) return false;
    device.public_key = base::base64url_encode(*raw);
    return true;
  }

  bool device(const std::string& key, const json::Object& entry) {
    json::Object without = entry;
    without["approval"] = nullptr;  // what a node may do stands in the nodes file
    auto read = PairedDevice::from_json(without);
    if (!read || read->device_id != key || !canonical_key(*read)) return false;
    if (const auto it = read->tokens.find(std::string(protocol::kRoleNode)); it != read->tokens.end())
      it->second.scopes.clear();
    devices_[key] = std::move(*read);
    return true;
  }

  static void take_facts(const json::Object& entry, json::Object& node) {
    for (const auto key : kNodeFacts) {
      if (const auto* value = json::find(entry, key)) node[key] = *value;
    }
  }

  bool node(const std::string& key, const json::Object& entry) {
    if (json::get_string_or(entry, "nodeId", "") != key) return false;
    PairedDevice& device = devices_[key];
    if (device.device_id.empty()) {
      device.device_id = key;
      device.platform = json::get_string_or(entry, "platform", "");
      device.device_family = json::get_string_or(entry, "deviceFamily", "");
      device.remote_ip = json::get_string_or(entry, "remoteIp", "");
    }
    device.roles = protocol::merged(device.roles, {std::string(protocol::kRoleNode)});
    take_facts(entry, device.node);
    const std::string name = json::get_string_or(entry, "displayName", "");
    if (!name.empty() && name != device.display_name) {
      if (!device.display_name.empty()) device.node["renamed"] = name;
      device.display_name = name;
    }
    NodeApproval approval;
    approval.token = json::get_string_or(entry, "token", "");
    approval.commands = json::string_list(json::find(entry, "commands"));
    approval.created_at = json::get_int(entry, "createdAtMs").value_or(0);
    approval.approved_at = json::get_int(entry, "approvedAtMs").value_or(0);
    if (device.created_at == 0) device.created_at = approval.created_at;
    if (device.approved_at == 0) device.approved_at = approval.approved_at;
    device.approval = std::move(approval);
    return true;
  }

  bool expired(std::int64_t since, std::int64_t ttl) const { return now_ - since > ttl; }

  bool request(const std::string& key, const json::Object& entry) {
    auto read = PendingDevice::from_json(entry);
    if (!read || read->request_id != key || !canonical_key(*read)) return false;
    if (!expired(read->ts, base::kPendingPairingMs)) requests_[key] = std::move(*read);
    return true;
  }

  bool node_request(const std::string& key, const json::Object& entry) {
    PendingDevice read;
    read.request_id = json::get_string_or(entry, "requestId", "");
    read.device_id = json::get_string_or(entry, "nodeId", "");
    if (read.request_id != key || read.device_id.empty()) return false;
    read.ts = json::get_int(entry, "ts").value_or(0);
    if (expired(read.ts, base::kPendingPairingMs)) return true;
    // A node that waits to be paired as a device has one request here, not two.
    for (auto& [id, waiting] : requests_) {
      if (waiting.device_id != read.device_id) continue;
      take_facts(entry, waiting.node);
      return true;
    }
    read.display_name = json::get_string_or(entry, "displayName", "");
    read.platform = json::get_string_or(entry, "platform", "");
    read.device_family = json::get_string_or(entry, "deviceFamily", "");
    read.remote_ip = json::get_string_or(entry, "remoteIp", "");
    read.silent = json::get_bool(entry, "silent").value_or(false);
    read.role = protocol::kRoleNode;
    read.roles = {read.role};
    read.commands_only = true;
    take_facts(entry, read.node);
    if (const auto it = devices_.find(read.device_id); it != devices_.end())
      read.public_key = it->second.public_key;
    requests_[key] = std::move(read);
    return true;
  }

  bool bootstrap(const std::string& key, const json::Object& entry) {
    json::Object converted = entry;
    converted["id"] = BootstrapTokens::id_of(json::get_string_or(entry, "token", key));
    const auto read = BootstrapToken::from_json(converted);
    if (!read) return false;
    if (now_ - read->issued_at < kBootstrapTtlMs)
      out_.records.push_back({"bootstrap", read->id, read->to_json()});
    return true;
  }

  std::string dir_;
  std::int64_t now_;
  std::map<std::string, PairedDevice> devices_;
  std::map<std::string, PendingDevice> requests_;
  ImportedPairing out_;
};

}  // namespace

ImportedPairing import_reference_pairing(const std::string& state_dir, std::int64_t now) {
  return Importer(state_dir, now).run();
}

}  // namespace openclaw::auth
