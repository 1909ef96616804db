// Nodes connected now and the invocations under way (OpenClaw protocol 7.4). On the loop's thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/task.h"
#include "json/json.h"
#include "nodes/foreground_queue.h"
#include "nodes/pending_work.h"
#include "protocol/errors.h"

namespace openclaw::nodes {

struct LiveNode {
  std::string node_id, connection_id;
  std::string display_name, platform, version, client_id, client_mode, device_family, model_identifier, remote_ip, path_env;
  std::vector<std::string> caps, commands, declared;  // commands: what the policy left of declared
  json::Object permissions;
  std::int64_t connected_at = 0;
  std::function<void(std::string_view event, const json::Object& payload)> send;  // targeted, without seq
};

class Registry {
 public:
  explicit Registry(base::Loop& loop) : loop_(loop) {}
  // Replaces an older session of the same node; its invocations fail as if it had disconnected.
  void add(LiveNode node);
  // The policy has changed: what is left of the declared commands now.
  void set_commands(const std::string& node_id, std::vector<std::string> commands);
  // Only when the connection is still the node's current one.
  bool remove(const std::string& node_id, const std::string& connection_id);
  const LiveNode* find(const std::string& node_id) const;
  std::vector<const LiveNode*> all() const;

  struct Invocation {
    std::string node_id, command;
    std::optional<std::string> params_json;
    std::optional<std::int64_t> timeout_ms;  // passed on when the caller gave one
    std::string idempotency_key;
  };
  // {ok, nodeId, command, payload, payloadJSON} or the errors of protocol 7.4.
  base::Task<protocol::WireResult<>> invoke(Invocation invocation);
  // A node.invoke.result. False when nobody waits for it (any more).
  bool resolve(const std::string& node_id, const json::Object& result);

  // node.event chat.subscribe: the node gets copies of the chat and agent events of a session, until it unsubscribes or
  // its connection ends. Keys are compared literally. False when the node is not connected.
  bool subscribe(const std::string& node_id, const std::string& session_key, bool on);
  void send_to_subscribers(const std::string& session_key, std::string_view event, const json::Object& payload) const;

  ForegroundQueue& foreground() { return foreground_; }
  PendingWork& work() { return work_; }

 private:
  struct Pending {
    Pending(base::Loop& loop, std::string node, std::string name) : done(loop), node_id(std::move(node)), command(std::move(name)) {}
    base::Event done;
    std::string node_id, command;
    json::Object result;
    bool disconnected = false;
  };
  void fail_pending(const std::string& node_id);
  void forget_subscriptions(const std::string& node_id);
  base::Loop& loop_;
  std::map<std::string, LiveNode> live_;
  std::map<std::string, std::shared_ptr<Pending>> pending_;
  std::map<std::string, std::set<std::string>> subscribers_;  // session key -> node ids
  ForegroundQueue foreground_;
  PendingWork work_;
};

}  // namespace openclaw::nodes
