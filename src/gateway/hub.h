// The connections of the gateway and what is sent to several of them. An event is serialised once; each receiver
// adds its own sequence number. On the loop's thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "json/json.h"
#include "net/server.h"
#include "protocol/connect.h"
#include "protocol/methods.h"

namespace openclaw::gateway {

// An accepted connection as the rest of the gateway sees it.
struct Session {
  std::string connection_id;
  std::shared_ptr<net::WsConnection> socket;
  protocol::ClientInfo client;
  std::string role;
  protocol::Scopes scopes;
  std::string device_id;      // empty without a device
  std::string remote_ip;
  bool tool_events = false;   // cap tool-events
  std::int64_t seq = 0;       // last event number sent
  std::int64_t connected_at = 0;
};

class Hub {
 public:
  void add(std::shared_ptr<Session> session);
  void remove(const std::string& connection_id);
  std::shared_ptr<Session> find(const std::string& connection_id) const;
  const std::map<std::string, std::shared_ptr<Session>>& all() const { return sessions_; }

  struct Versions {
    std::int64_t presence = 0, health = 0;
  };
  // To everybody the event's row allows, with seq.
  void broadcast(std::string_view event, std::string_view payload_json, std::optional<Versions> versions = std::nullopt);
  // To one connection, without seq.
  static void send_to(Session& session, std::string_view event, std::string_view payload_json);
  // Closes what is connected with this device (and role, if given).
  void close_device(const std::string& device_id, const std::string& role, std::uint16_t code, const std::string& reason);
  void close_all(std::uint16_t code, const std::string& reason);

  // Connections that asked for tool events of a run.
  void follow_run(const std::string& run_id, const std::string& connection_id);
  void forget_run(const std::string& run_id);
  std::set<std::string> followers(const std::string& run_id) const;

 private:
  std::map<std::string, std::shared_ptr<Session>> sessions_;
  std::map<std::string, std::set<std::string>> followers_;
};

}  // namespace openclaw::gateway
