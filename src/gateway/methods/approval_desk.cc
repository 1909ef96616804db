#include "gateway/methods/approval_desk.h"

#include "base/log.h"
#include "base/strings.h"
#include "store/records.h"

namespace openclaw::gateway {

using approvals::ApprovalRecord;
using base::Task;
using protocol::invalid_request;

namespace {

constexpr const char* kKind = "approval";

tl::unexpected<protocol::WireError> not_found() {
  json::Object details;
  details["reason"] = "APPROVAL_NOT_FOUND";
  return invalid_request("unknown or expired approval id", std::move(details));
}

std::string who(const CallContext& caller) {
  if (!caller.client.display_name.empty()) return caller.client.display_name;
  return caller.client.id;
}

}  // namespace

Task<base::Result<>> ApprovalDesk::load() {
  auto job = [](store::Db& db) { return store::load_records(db, kKind); };
  auto loaded = co_await state_.store.read(std::move(job));
  if (!loaded) co_return tl::unexpected(std::move(loaded).error());
  const std::int64_t now = state_.clock.wall_ms();
  std::vector<std::string> gone;
  for (const auto& [id, body] : *loaded) {
    auto record = ApprovalRecord::from_json(body);
    if (!record || record->expires_at <= now || record->consumed) {
      gone.push_back(id);
      continue;
    }
    // Whoever asked was cut off; the answer is kept as long for them as if it had been given now.
    if (record->resolved()) record->resolved_at = now;
    table_.add(std::move(*record));
  }
  if (!gone.empty()) base::spawn(state_.loop, forget_later(state_, std::move(gone)), "approvals");
  co_return base::Result<>{};
}

Task<void> ApprovalDesk::forget_later(State& state, std::vector<std::string> ids) {
  auto job = [ids = std::move(ids)](store::Db& db) -> base::Result<> {
    for (const auto& id : ids) OC_TRY(store::delete_record(db, kKind, id));
    return {};
  };
  auto written = co_await state.store.write(std::move(job));
  if (!written) base::log_warn("approvals", written.error().message);
}

void ApprovalDesk::expire() {
  auto expired = table_.expire(state_.clock.wall_ms());
  if (expired.empty()) return;
  for (const auto& id : expired) wake(id);
  base::spawn(state_.loop, forget_later(state_, std::move(expired)), "approvals");
}

void ApprovalDesk::wake(const std::string& id) {
  const auto it = waiters_.find(id);
  if (it == waiters_.end()) return;
  const auto events = std::move(it->second);
  waiters_.erase(it);
  for (const auto& event : events) event->set();
}

Task<base::Result<>> ApprovalDesk::store(ApprovalRecord record) {
  auto job = [id = record.id, body = record.to_json()](store::Db& db) { return store::put_record(db, kKind, id, body); };
  auto written = co_await state_.store.write(std::move(job));
  co_return written;
}

Task<protocol::WireResult<>> ApprovalDesk::open(ApprovalRecord record) {
  expire();
  const std::string id = record.id, event = record.kind + ".approval.requested";
  if (auto* known = table_.find(id); known && !known->resolved()) co_return invalid_request("approval id already pending");
  ApprovalRecord copy = record;
  if (!table_.add(std::move(copy))) co_return invalid_request("registration failed: too many approvals are waiting");
  const json::Object listed = record.listed();
  auto written = co_await store(std::move(record));
  if (!written) {
    table_.erase(id);
    co_return invalid_request("registration failed: " + written.error().message);
  }
  state_.hub.broadcast(event, json::write(listed));
  co_return json::Value(listed);
}

Task<ApprovalRecord> ApprovalDesk::wait(std::string id) {
  for (;;) {
    expire();
    const auto* record = table_.find(id);
    if (!record) {
      // Over for longer than it is kept.
      ApprovalRecord gone;
      gone.id = id;
      co_return gone;
    }
    if (record->resolved() && !deciding_.contains(id)) co_return *record;
    auto event = std::make_shared<base::Event>(state_.loop);
    waiters_[id].push_back(event);
    const std::int64_t left = record->expires_at - state_.clock.wall_ms();
    co_await event->wait_for(base::Millis(std::clamp<std::int64_t>(left + 1, 1, 60'000)));
    if (const auto it = waiters_.find(id); it != waiters_.end()) {
      std::erase(it->second, event);
      if (it->second.empty()) waiters_.erase(it);
    }
  }
}

Task<void> ApprovalDesk::give_up(std::string id) {
  auto* record = table_.find(id);
  if (!record || record->resolved()) co_return;
  record->resolved_at = state_.clock.wall_ms();
  record->resolved_by = "no-approval-route";
  wake(id);
  std::vector<std::string> ids;
  ids.push_back(id);
  co_await forget_later(state_, std::move(ids));
}

const ApprovalRecord* ApprovalDesk::find(const std::string& id) {
  expire();
  return table_.find(id);
}

json::Array ApprovalDesk::waiting(std::string_view kind) {
  expire();
  json::Array out;
  for (const auto* record : table_.waiting(kind)) out.emplace_back(record->listed());
  return out;
}

Task<MethodResult> ApprovalDesk::resolve(std::string kind, CallContext caller, json::Object params) {
  const std::string given(base::trim(json::get_string_or(params, "id", "")));
  const std::string decision = json::get_string_or(params, "decision", "");
  if (!approvals::is_decision(decision)) co_return invalid_request("invalid decision");
  expire();
  const auto match = table_.match(kind, given);
  // A plugin's ids all begin alike; a prefix that fits several reads as unknown there.
  if (!match.record && !match.ambiguous.empty() && kind == "exec") co_return invalid_request(approvals::ambiguous_text(match.ambiguous));
  if (!match.record) co_return not_found();
  json::Object ok;
  ok["ok"] = true;
  if (match.record->resolved()) {
    if (match.record->decision == decision) co_return Reply(std::move(ok));
    co_return not_found();
  }
  if (decision == "allow-always" && json::get_string_or(match.record->request, "ask", "") == "always") {
    co_return invalid_request("allow-always is unavailable because the effective policy requires approval every time");
  }
  ApprovalRecord next = *match.record;
  next.decision = decision;
  next.resolved_by = who(caller);
  next.resolved_at = state_.clock.wall_ms();
  // Nobody else answers while this answer is written.
  *match.record = next;
  deciding_.insert(next.id);
  ApprovalRecord copy = next;
  auto written = co_await store(std::move(copy));
  deciding_.erase(next.id);
  if (!written) {
    if (auto* record = table_.find(next.id)) {
      record->decision.reset();
      record->resolved_by.clear();
      record->resolved_at = 0;
    }
    co_return protocol::unavailable("Error: " + written.error().message);
  }
  wake(next.id);
  json::Object event;
  event["id"] = next.id;
  event["decision"] = decision;
  if (!next.resolved_by.empty()) event["resolvedBy"] = next.resolved_by;
  event["ts"] = state_.clock.wall_ms();
  event["request"] = next.request;
  state_.hub.broadcast(kind + ".approval.resolved", json::write(event));
  co_return Reply(std::move(ok));
}

Task<bool> ApprovalDesk::consume(std::string id) {
  auto* record = table_.find(id);
  if (!record) co_return false;
  record->consumed = true;
  ApprovalRecord copy = *record;
  auto written = co_await store(std::move(copy));
  if (!written) base::log_error("approvals", "an approval could not be marked as used: " + written.error().message);
  co_return written.has_value();
}

ApprovalDesk& approval_desk(State& state) {
  if (!state.approvals) state.approvals = std::make_shared<ApprovalDesk>(state);
  return *state.approvals;
}

bool ApprovalDesk::has_approver(const std::string& but_connection_id) const {
  for (const auto& [id, session] : state_.hub.all()) {
    if (id == but_connection_id || session->role != protocol::kRoleOperator) continue;
    if (protocol::allows(session->scopes, protocol::kApprovals)) return true;
  }
  return false;
}

}  // namespace openclaw::gateway
