// Area device-pairing: the book of devices, bootstrap tokens, and the node store as the book shows it.
#include "auth/devices.h"
#include "auth/nodes_view.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

json::Value list_or_null(const json::Object& object, std::string_view key) {
  const auto* value = json::find(object, key);
  return value ? *value : json::Value(nullptr);
}

// Runs the steps of one case on a fresh book.
class Sequence {
 public:
  json::Array run(const json::Array& steps) {
    json::Array results;
    for (const auto& item : steps) {
      const auto& step = item.as_object();
      ++now_;
      const std::string op = text_of(step, "op");
      if (op == "advance")
        now_ += json::get_int(step, "ms").value_or(0);
      else
        results.push_back(one_step(op, step));
    }
    return results;
  }

 private:
  json::Value one_step(const std::string& op, const json::Object& step) {
    using Method = json::Value (Sequence::*)(const json::Object&);
    static const std::map<std::string, Method> kSteps = {{"request", &Sequence::request},
                                                         {"approve", &Sequence::approve},
                                                         {"reject", &Sequence::reject},
                                                         {"remove", &Sequence::remove},
                                                         {"revoke", &Sequence::revoke},
                                                         {"rotate", &Sequence::rotate},
                                                         {"ensure", &Sequence::ensure},
                                                         {"paired", &Sequence::paired},
                                                         {"list", &Sequence::list},
                                                         {"verify", &Sequence::verify},
                                                         {"bootstrap_issue", &Sequence::issue},
                                                         {"bootstrap_verify", &Sequence::use_bootstrap},
                                                         {"bootstrap_revoke", &Sequence::withdraw},
                                                         {"node_request", &Sequence::node_request},
                                                         {"node_approve", &Sequence::node_approve},
                                                         {"node_verify", &Sequence::node_verify},
                                                         {"node_list", &Sequence::node_list},
                                                         {"node_rename", &Sequence::node_rename}};
    const auto it = kSteps.find(op);
    return it == kSteps.end() ? json::Value("step not known: " + op) : (this->*it->second)(step);
  }

  // A repeated request keeps its first name.
  void name(const std::string& id, const json::Object& step) { names_.emplace(id, text_of(step, "as")); }
  std::string id_of(const std::string& name) const {
    for (const auto& [id, known] : names_) {
      if (known == name) return id;
    }
    return name;
  }
  json::Value names(const auto& entries) const {
    json::Array out;
    for (const auto* entry : entries) out.emplace_back(names_.at(entry->request_id));
    return out;
  }

  // $device.role, $node.id, $b1: what a step handed out; anything else is itself.
  std::string token_of(const std::string& text) const {
    if (const auto it = bootstrap_.find(text); it != bootstrap_.end()) return it->second;
    if (text.starts_with("$node.")) {
      const auto* device = book_.find(text.substr(6));
      return device && device->approval ? device->approval->token : text;
    }
    const auto dot = text.rfind('.');
    if (!text.starts_with("$") || dot == std::string::npos) return text;
    const auto* device = book_.find(text.substr(1, dot - 1));
    if (!device || !device->tokens.contains(text.substr(dot + 1))) return text;
    return device->tokens.at(text.substr(dot + 1)).token;
  }

  static json::Value device_json(const auth::PairedDevice* device) {
    if (!device) return nullptr;
    json::Object tokens;
    for (const auto& [role, token] : device->tokens) {
      json::Object entry;
      entry["scopes"] = json::strings(token.scopes);
      entry["revoked"] = token.revoked_at.has_value();
      entry["rotated"] = token.rotated_at.has_value();
      tokens[role] = std::move(entry);
    }
    json::Object out;
    out["role"] = device->role;
    out["roles"] = json::strings(device->roles);
    out["scopes"] = json::strings(device->scopes);
    out["approvedScopes"] = json::strings(device->approved_scopes);
    out["tokens"] = std::move(tokens);
    return out;
  }

  json::Value request(const json::Object& step) {
    const auto& given = step.at("request").as_object();
    auth::PendingDevice wanted;
    wanted.device_id = text_of(given, "deviceId");
    wanted.public_key = text_of(given, "publicKey");
    wanted.role = text_of(given, "role");
    if (!wanted.role.empty()) wanted.roles = {wanted.role};
    wanted.scopes = list_of(given, "scopes");
    wanted.has_scopes = given.contains("scopes");
    wanted.silent = flag_of(given, "silent");
    const auto requested = book_.request(std::move(wanted), now_);
    name(requested.request.request_id, step);
    // As a client sees it.
    const json::Object shown = requested.request.to_public_json();
    json::Object out;
    out["created"] = requested.created;
    out["request"] = names_.at(requested.request.request_id);
    for (const char* key : {"role", "roles", "scopes", "silent", "isRepair"})
      out[key] = list_or_null(shown, key);
    return out;
  }

  json::Value approve(const json::Object& step) {
    const protocol::Scopes caller = list_of(step, "callerScopes");
    const auto approved = book_.approve(id_of(text_of(step, "request")), &caller, now_);
    json::Object out;
    if (!approved.missing_scope.empty()) {
      out["status"] = "forbidden";
      out["missingScope"] = approved.missing_scope;
      return out;
    }
    if (!approved.device) return nullptr;
    out["status"] = "approved";
    out["device"] = device_json(approved.device);
    return out;
  }

  json::Value reject(const json::Object& step) {
    const auto rejected = book_.reject(id_of(text_of(step, "request")), now_);
    return rejected ? json::Value(one("deviceId", json::Value(rejected->device_id))) : json::Value(nullptr);
  }

  json::Value remove(const json::Object& step) {
    const std::string id = text_of(step, "deviceId");
    return book_.remove(id) ? json::Value(one("deviceId", json::Value(id))) : json::Value(nullptr);
  }

  json::Value revoke(const json::Object& step) {
    const auto* token = book_.revoke(text_of(step, "deviceId"), text_of(step, "role"), now_);
    return token ? json::Value(one("revoked", token->revoked_at.has_value())) : json::Value(nullptr);
  }

  json::Value rotate(const json::Object& step) {
    std::optional<protocol::Scopes> scopes;
    if (step.contains("scopes")) scopes = list_of(step, "scopes");
    const auto* token = book_.rotate(text_of(step, "deviceId"), text_of(step, "role"), scopes, nullptr, now_);
    json::Object out;
    out["ok"] = token != nullptr;
    if (token) out["scopes"] = json::strings(token->scopes);
    return out;
  }

  json::Value ensure(const json::Object& step) {
    bool changed = false;
    const std::string role = text_of(step, "role");
    const auto* token =
        book_.token_for(text_of(step, "deviceId"), role, list_of(step, "scopes"), now_, changed);
    if (!token) return nullptr;
    json::Object out;
    out["role"] = role;
    out["scopes"] = json::strings(token->scopes);
    out["reused"] = !changed;
    return out;
  }

  json::Value paired(const json::Object& step) { return device_json(book_.find(text_of(step, "deviceId"))); }

  json::Value list(const json::Object&) {
    json::Array devices;
    for (const auto* device : book_.paired()) devices.emplace_back(device->device_id);
    json::Object out;
    out["pending"] = names(book_.pending(now_));
    out["paired"] = std::move(devices);
    return out;
  }

  json::Value verify(const json::Object& step) {
    const auto verified = book_.verify_token(text_of(step, "deviceId"), text_of(step, "role"),
                                             list_of(step, "scopes"), token_of(text_of(step, "token")));
    json::Object out;
    out["ok"] = verified.ok;
    out["reason"] = text_or_null(std::string(verified.reason));
    return out;
  }

  json::Value issue(const json::Object& step) {
    auth::BootstrapProfile profile;
    if (const auto* given = json::get_object(step, "profile"))
      profile = {list_of(*given, "roles"), list_of(*given, "scopes")};
    bootstrap_["$" + text_of(step, "as")] = book_.bootstrap().issue(std::move(profile), now_).token;
    return one("ttlMs", auth::kBootstrapTtlMs);
  }

  json::Value use_bootstrap(const json::Object& step) {
    const std::string token = token_of(text_of(step, "token"));
    const auth::BootstrapUse use{token, text_of(step, "deviceId"), text_of(step, "publicKey"),
                                 text_of(step, "role"), list_of(step, "scopes")};
    const auto id = book_.bootstrap().verify(use, now_);
    if (id) book_.bootstrap().bind(*id, use.device_id, use.public_key, now_);
    json::Object out;
    out["ok"] = id.has_value();
    out["reason"] = id ? json::Value(nullptr) : json::Value("bootstrap_token_invalid");
    return out;
  }

  json::Value withdraw(const json::Object& step) {
    return one("removed",
               book_.bootstrap().remove(auth::BootstrapTokens::id_of(token_of(text_of(step, "token")))));
  }

  json::Value node_request(const json::Object& step) {
    const auto& given = step.at("request").as_object();
    auth::PendingDevice wanted;
    wanted.device_id = text_of(given, "nodeId");
    wanted.platform = text_of(given, "platform");
    wanted.silent = flag_of(given, "silent");
    for (const char* key : {"caps", "commands"}) {
      if (given.contains(key)) wanted.node[key] = given.at(key);
    }
    const auto requested = nodes_.request(std::move(wanted), now_);
    name(requested.request.request_id, step);
    json::Object out;
    out["created"] = requested.created;
    out["request"] = names_.at(requested.request.request_id);
    out["commands"] = list_or_null(requested.request.node, "commands");
    out["caps"] = list_or_null(requested.request.node, "caps");
    return out;
  }

  json::Value node_approve(const json::Object& step) {
    const auto approved =
        nodes_.approve(id_of(text_of(step, "request")), list_of(step, "callerScopes"), now_);
    if (!approved.found) return nullptr;
    json::Object out;
    if (!approved.missing_scope.empty()) {
      out["status"] = "forbidden";
      out["missingScope"] = approved.missing_scope;
      return out;
    }
    out["approved"] = true;
    out["nodeId"] = approved.node_id;
    out["commands"] = list_or_null(book_.find(approved.node_id)->node, "commands");
    return out;
  }

  json::Value node_verify(const json::Object& step) {
    return one("ok", nodes_.verify(text_of(step, "nodeId"), token_of(text_of(step, "token"))) != nullptr);
  }

  json::Value node_list(const json::Object&) {
    json::Array nodes;
    for (const auto* device : nodes_.paired()) nodes.emplace_back(device->device_id);
    json::Object out;
    out["pending"] = names(nodes_.pending(now_));
    out["paired"] = std::move(nodes);
    return out;
  }

  json::Value node_rename(const json::Object& step) {
    const auto* device = nodes_.rename(text_of(step, "nodeId"), text_of(step, "name"));
    return device ? json::Value(one("displayName", json::Value(device->display_name))) : json::Value(nullptr);
  }

  std::int64_t now_ = 1'795'500'000'000;
  auth::DeviceBook book_;
  auth::NodesView nodes_{book_};
  std::map<std::string, std::string> names_, bootstrap_;
};

Outcome pairing_sequence(const json::Object& in) {
  Sequence sequence;
  return got(one("results", sequence.run(in.at("steps").as_array())));
}

const Area kArea("device-pairing", {{"pairing_sequence", pairing_sequence}});

}  // namespace
}  // namespace openclaw::vectors
