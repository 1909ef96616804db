#include "gateway/hub.h"

#include "base/limits.h"
#include "base/log.h"
#include "protocol/frame.h"

namespace openclaw::gateway {
namespace {

bool receives(const Session& session, const protocol::EventRow& row) {
  if (session.role == protocol::kRoleNode) return row.to_nodes;
  return protocol::allows(session.scopes, row.scope);
}

}  // namespace

void Hub::add(std::shared_ptr<Session> session) {
  const std::string id = session->connection_id;
  sessions_[id] = std::move(session);
}

void Hub::remove(const std::string& connection_id) { sessions_.erase(connection_id); }

std::shared_ptr<Session> Hub::find(const std::string& connection_id) const {
  const auto it = sessions_.find(connection_id);
  return it == sessions_.end() ? nullptr : it->second;
}

void Hub::broadcast(std::string_view event, std::string_view payload_json, std::optional<Versions> versions) {
  const auto* row = protocol::find_event(event);
  if (!row || sessions_.empty()) return;
  std::shared_ptr<const std::string> head;
  for (auto& [id, session] : sessions_) {
    if (!receives(*session, *row) || !session->socket->open()) continue;
    if (session->socket->queued_bytes() > base::kMaxBuffered) {
      if (row->droppable) continue;
      base::log_warn("gateway", "closing slow consumer " + session->client.id);
      session->socket->close(1008, "slow consumer");
      continue;
    }
    if (!head) head = protocol::event_head(event, payload_json);
    std::string tail = fmt::format(",\"seq\":{}", ++session->seq);
    if (versions) {
      tail += fmt::format(",\"stateVersion\":{{\"presence\":{},\"health\":{}}}", versions->presence, versions->health);
    }
    tail += '}';
    session->socket->send({head, std::move(tail)});
  }
}

void Hub::send_to(Session& session, std::string_view event, std::string_view payload_json) {
  session.socket->send({protocol::event_head(event, payload_json), "}"});
}

void Hub::close_device(const std::string& device_id, const std::string& role, std::uint16_t code, const std::string& reason) {
  for (auto& [id, session] : sessions_) {
    if (session->device_id == device_id && (role.empty() || session->role == role)) session->socket->close(code, reason);
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

}  // namespace openclaw::gateway
