#include "gateway/hub.h"

#include "base/limits.h"
#include "base/log.h"
#include "protocol/frame.h"

namespace openclaw::gateway {
namespace {

// From the challenge to the end of a handshake.
constexpr std::int64_t kHandshakeMs = 15'000;

bool receives(const Session& session, const protocol::EventRow& row) {
  if (session.role == protocol::kRoleNode) return row.to_nodes;
  return protocol::allows(session.scopes, row.scope);
}

}  // namespace

void Hub::add(std::shared_ptr<Session> session) {
  const std::string id = session->connection_id;
  if (!session->resume_key.empty()) log_.want(clock_.steady_ms(), EventLogLimits{}.age_ms);
  sessions_[id] = std::move(session);
}

void Hub::remove(const std::string& connection_id) {
  const auto it = sessions_.find(connection_id);
  if (it == sessions_.end()) return;
  auto session = std::move(it->second);
  sessions_.erase(it);
  if (session->resume_key.empty()) {
    forget_connection(connection_id);
    return;
  }
  const std::int64_t now = clock_.steady_ms();
  log_.want(now, EventLogLimits{}.age_ms);
  const std::string key = session->resume_key;
  away_[key] = Away{std::move(session), now};
}

std::shared_ptr<Session> Hub::find(const std::string& connection_id) const {
  const auto it = sessions_.find(connection_id);
  return it == sessions_.end() ? nullptr : it->second;
}

std::string Hub::end_of(Session& session, bool with_seq, std::int64_t eid, const std::optional<Versions>& versions) const {
  std::string tail;
  if (with_seq) tail = fmt::format(",\"seq\":{}", ++session.seq);
  if (versions) {
    tail += fmt::format(",\"stateVersion\":{{\"presence\":{},\"health\":{}}}", versions->presence, versions->health);
  }
  // Other clients know a closed frame: an unknown property would make it invalid for them.
  if (eid > 0 && !session.resume_key.empty()) tail += fmt::format(",\"eid\":{}", eid);
  tail += '}';
  return tail;
}

bool Hub::left_behind(Session& session, const protocol::EventRow& row, bool droppable) const {
  if (session.socket->queued_bytes() <= base::kMaxBuffered) return false;
  // A client that resumes must not miss an event unnoticed: it is closed, comes back and gets all of it or a gap.
  if (droppable && (session.resume_key.empty() || !row.resumed)) return true;
  base::log_warn("gateway", fmt::format("closing slow consumer {}: {}", session.client.id, row.name));
  session.socket->close(1008, "slow consumer");
  return true;
}

void Hub::broadcast(std::string_view event, std::string_view payload_json, std::optional<Versions> versions, bool droppable) {
  const auto* row = protocol::find_event(event);
  if (!row) return;
  const std::int64_t now = clock_.steady_ms();
  std::shared_ptr<const std::string> head;
  std::int64_t eid = 0;
  if (row->resumed) {
    if (log_.wanted(now)) head = protocol::event_head(event, payload_json);
    eid = log_.add(*row, head, {}, now);
  }
  for (auto& [id, session] : sessions_) {
    if (!receives(*session, *row) || !session->socket->open()) continue;
    if (left_behind(*session, *row, droppable || row->droppable)) continue;
    if (!head) head = protocol::event_head(event, payload_json);
    session->socket->send({head, end_of(*session, true, eid, versions)});
  }
}

void Hub::send_to(Session& session, std::string_view event, std::string_view payload_json) {
  session.socket->send({protocol::event_head(event, payload_json), "}"});
}

void Hub::send_to_all(const std::set<std::string>& connection_ids, std::string_view event, std::string_view payload_json) {
  const auto* row = protocol::find_event(event);
  if (!row || connection_ids.empty()) return;
  const std::int64_t now = clock_.steady_ms();
  std::shared_ptr<const std::string> head;
  for (auto& [id, session] : sessions_) {
    if (!connection_ids.contains(id)) continue;
    if (!head) head = protocol::event_head(event, payload_json);
    const std::int64_t eid = session->resume_key.empty() ? 0 : log_.add(*row, head, session->resume_key, now);
    if (!session->socket->open() || left_behind(*session, *row, row->droppable)) continue;
    session->socket->send({head, end_of(*session, false, eid, std::nullopt)});
  }
  for (auto& [key, away] : away_) {
    if (!connection_ids.contains(away.session->connection_id)) continue;
    if (!head) head = protocol::event_head(event, payload_json);
    log_.add(*row, head, key, now);
  }
}

void Hub::close_device(const std::string& device_id, const std::string& role, std::uint16_t code, const std::string& reason) {
  std::erase_if(away_, [&](const auto& entry) {
    const Session& session = *entry.second.session;
    return session.device_id == device_id && (role.empty() || session.role == role);
  });
  for (auto& [id, session] : sessions_) {
    if (session->device_id == device_id && (role.empty() || session->role == role)) {
      session->resume_key.clear();
      session->socket->close(code, reason);
    }
  }
}

void Hub::close_all(std::uint16_t code, const std::string& reason) {
  for (auto& [id, session] : sessions_) session->socket->close(code, reason);
}

void Hub::follow_run(const std::string& run_id, const std::string& connection_id) { followers_[run_id].insert(connection_id); }
void Hub::forget_run(const std::string& run_id) { followers_.erase(run_id); }

std::set<std::string> Hub::followers(const std::string& run_id) const {
  const auto it = followers_.find(run_id);
  return it == followers_.end() ? std::set<std::string>{} : it->second;
}

void Hub::expect_client() { log_.want(clock_.steady_ms(), kHandshakeMs); }

void Hub::adopt(Session& session, const std::string& old_connection_id) {
  for (auto& [run, ids] : followers_) {
    if (ids.erase(old_connection_id) > 0) ids.insert(session.connection_id);
  }
  if (session_subscribers_.erase(old_connection_id) > 0) session_subscribers_.insert(session.connection_id);
  for (auto& [key, ids] : message_subscribers_) {
    if (ids.erase(old_connection_id) > 0) ids.insert(session.connection_id);
  }
}

void Hub::forget_connection(const std::string& connection_id) {
  for (auto& [run, ids] : followers_) ids.erase(connection_id);
  session_subscribers_.erase(connection_id);
  for (auto it = message_subscribers_.begin(); it != message_subscribers_.end();) {
    it->second.erase(connection_id);
    it = it->second.empty() ? message_subscribers_.erase(it) : std::next(it);
  }
}

void Hub::subscribe_sessions(const std::string& connection_id, bool on) {
  if (on) session_subscribers_.insert(connection_id);
  else session_subscribers_.erase(connection_id);
}

void Hub::subscribe_messages(const std::string& connection_id, const std::string& key, bool on) {
  if (on) {
    message_subscribers_[key].insert(connection_id);
    return;
  }
  const auto it = message_subscribers_.find(key);
  if (it == message_subscribers_.end()) return;
  it->second.erase(connection_id);
  if (it->second.empty()) message_subscribers_.erase(it);
}

std::set<std::string> Hub::subscribers(std::string_view event, const std::string& key) const {
  std::set<std::string> out = session_subscribers_;
  if (event != "session.message") return out;
  if (const auto it = message_subscribers_.find(key); it != message_subscribers_.end()) out.insert(it->second.begin(), it->second.end());
  return out;
}

void Hub::send_to_subscribers(std::string_view event, const std::string& key, std::string_view payload_json) {
  send_to_all(subscribers(event, key), event, payload_json);
}

bool Hub::has_subscribers(std::string_view event, const std::string& key) const {
  return !session_subscribers_.empty() || (event == "session.message" && message_subscribers_.contains(key));
}

bool Hub::resume(Session& session, const ResumePoint& point) {
  // A connection that the client gave up and we have not missed yet.
  for (auto& [id, other] : sessions_) {
    if (other->resume_key != session.resume_key) continue;
    auto stale = other;
    base::log_info("gateway", fmt::format("{} resumed on another connection", session.client.id));
    stale->socket->close(1001, "resumed on another connection");
    remove(stale->connection_id);
    break;
  }
  const auto it = away_.find(session.resume_key);
  if (it != away_.end()) {
    adopt(session, it->second.session->connection_id);
    away_.erase(it);
  }
  if (!log_.covers(point.epoch, point.after)) return false;
  for (const auto& event : log_.events()) {
    if (event.eid <= point.after) continue;
    // The rights of this connection count, not those of the one that was lost.
    if (!receives(session, *event.row) || (!event.target.empty() && event.target != session.resume_key)) continue;
    session.socket->send({event.head, end_of(session, event.target.empty(), event.eid, std::nullopt)});
  }
  return true;
}

void Hub::trim() {
  const std::int64_t now = clock_.steady_ms();
  log_.trim(now);
  std::erase_if(away_, [&](const auto& entry) {
    if (now - entry.second.since <= EventLogLimits{}.age_ms) return false;
    forget_connection(entry.second.session->connection_id);
    return true;
  });
  for (const auto& [id, session] : sessions_) {
    if (!session->resume_key.empty()) return log_.want(now, EventLogLimits{}.age_ms);
  }
}

}  // namespace openclaw::gateway
