// Questions to a person under way (exec.approval.*, plugin.approval.*): the table, its durable copy, who waits for an
// answer, and the events. They survive a restart until they expire; then whoever asked joins again by the id. On the
// loop's thread.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "approvals/requests.h"
#include "gateway/dispatch.h"

namespace openclaw::gateway {

class ApprovalDesk {
 public:
  explicit ApprovalDesk(State& state) : state_(state) {}

  base::Task<base::Result<>> load();
  // Makes the question known, durably. Errors: `approval id already pending`, `registration failed: ...`.
  base::Task<protocol::WireResult<>> open(approvals::ApprovalRecord record);
  // The record once it is over: answered or expired.
  base::Task<approvals::ApprovalRecord> wait(std::string id);
  // Closes it without an answer, because nobody could give one.
  base::Task<void> give_up(std::string id);
  base::Task<MethodResult> resolve(std::string kind, CallContext caller, json::Object params);
  // Nothing when it is neither waiting nor just over.
  const approvals::ApprovalRecord* find(const std::string& id);
  json::Array waiting(std::string_view kind);
  // An allow-once, or the one run after a time-out, is used up. False when the store refused.
  base::Task<bool> consume(std::string id);
  // May anybody but the caller answer?
  bool has_approver(const std::string& but_connection_id) const;

 private:
  void expire();
  static base::Task<void> forget_later(State& state, std::vector<std::string> ids);
  base::Task<base::Result<>> store(approvals::ApprovalRecord record);
  void wake(const std::string& id);

  State& state_;
  approvals::ApprovalTable table_;
  std::map<std::string, std::vector<std::shared_ptr<base::Event>>> waiters_;
  std::set<std::string> deciding_;  // answered, but the answer is not committed yet
};

// The gateway's one desk.
ApprovalDesk& approval_desk(State& state);

}  // namespace openclaw::gateway
