// The connections of the gateway and what is sent to several of them. An event is serialised once; each receiver
// adds its own sequence number. Clients that resume also get the number of the event in the log, and what they missed
// while they were away. On the loop's thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "gateway/event_log.h"
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
  int protocol = 3;           // negotiated
  std::string device_id;      // empty without a device
  std::string remote_ip;
  bool tool_events = false;   // cap tool-events
  std::int64_t seq = 0;       // last event number sent
  std::int64_t connected_at = 0;
  // Set for a client that asked to resume: its events carry `eid`, and its subscriptions outlive the connection under
  // this key for EventLogLimits::age_ms.
  std::string resume_key;
};

// Where a client says it was.
struct ResumePoint {
  std::string epoch;
  std::int64_t after = 0;
};

class Hub {
 public:
  Hub(const base::Clock& clock, std::string epoch) : clock_(clock), log_(std::move(epoch)) {}

  void add(std::shared_ptr<Session> session);
  void remove(const std::string& connection_id);
  std::shared_ptr<Session> find(const std::string& connection_id) const;
  const std::map<std::string, std::shared_ptr<Session>>& all() const { return sessions_; }

  struct Versions {
    std::int64_t presence = 0, health = 0;
  };
  // To everybody the event's row allows, with seq. `droppable`: this one may be skipped for a client that is behind,
  // whatever the row says (chat deltas).
  void broadcast(std::string_view event, std::string_view payload_json, std::optional<Versions> versions = std::nullopt,
                 bool droppable = false);
  // To one connection, without seq and never again.
  static void send_to(Session& session, std::string_view event, std::string_view payload_json);
  // To these connections without seq, also when one of them is away and comes back.
  void send_to_all(const std::set<std::string>& connection_ids, std::string_view event, std::string_view payload_json);
  // Closes what is connected with this device (and role, if given).
  void close_device(const std::string& device_id, const std::string& role, std::uint16_t code, const std::string& reason);
  void close_all(std::uint16_t code, const std::string& reason);

  // Connections that asked for tool events of a run.
  void follow_run(const std::string& run_id, const std::string& connection_id);
  void forget_run(const std::string& run_id);
  std::set<std::string> followers(const std::string& run_id) const;

  // Connections that asked for changes of all sessions, or for the messages of one (canonical key). They end with the
  // connection, or with the wait for its resumption.
  void subscribe_sessions(const std::string& connection_id, bool on);
  void subscribe_messages(const std::string& connection_id, const std::string& key, bool on);
  // Session subscribers, and for session.message those of the key. Without seq.
  void send_to_subscribers(std::string_view event, const std::string& key, std::string_view payload_json);
  bool has_subscribers(std::string_view event, const std::string& key) const;

  // A socket has been challenged: what happens from here on may be asked for.
  void expect_client();
  const EventLog& log() const { return log_; }
  // Before add(): sends what the session missed and gives it back the subscriptions of its last connection, which is
  // closed if it is still there. false: some of it is gone (or was of another epoch); nothing is sent then.
  bool resume(Session& session, const ResumePoint& point);
  // Frees what is too old; called now and then.
  void trim();

 private:
  struct Away {
    std::shared_ptr<Session> session;
    std::int64_t since = 0;  // steady ms
  };
  // Is the client so far behind that it gets no more? Then it either misses this event or is closed.
  bool left_behind(Session& session, const protocol::EventRow& row, bool droppable) const;
  std::string end_of(Session& session, bool with_seq, std::int64_t eid, const std::optional<Versions>& versions) const;
  void adopt(Session& session, const std::string& old_connection_id);
  void forget_connection(const std::string& connection_id);
  std::set<std::string> subscribers(std::string_view event, const std::string& key) const;

  const base::Clock& clock_;
  std::map<std::string, std::shared_ptr<Session>> sessions_;
  std::map<std::string, Away> away_;  // by resume key
  std::map<std::string, std::set<std::string>> followers_;
  std::set<std::string> session_subscribers_;
  std::map<std::string, std::set<std::string>> message_subscribers_;
  EventLog log_;
};

}  // namespace openclaw::gateway
