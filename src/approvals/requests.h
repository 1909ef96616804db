// Questions put to a person: may this command run, may this plugin do that (OpenClaw exec approvals, flow). The table
// of those that wait or were answered a moment ago. Pure: the caller brings the time and stores what changed.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"

namespace openclaw::approvals {

inline constexpr std::int64_t kResolvedGraceMs = 15'000;  // an answer can be fetched that long
inline constexpr std::size_t kMaxWaiting = 1'000;         // of both kinds together

struct ApprovalRecord {
  std::string id;
  std::string kind;      // "exec" or "plugin"
  json::Object request;  // as broadcast
  std::int64_t created_at = 0, expires_at = 0;
  std::string connection_id, device_id, client_id;  // who asked
  std::optional<std::string> env_hash;              // SHA-256 of the environment that was shown; not broadcast
  // Once it is over. No decision = nobody answered.
  std::int64_t resolved_at = 0;
  std::optional<std::string> decision;  // allow-once, allow-always, deny
  std::string resolved_by;
  bool consumed = false;                // an allow-once that has been used

  bool resolved() const { return resolved_at != 0; }
  json::Object to_json() const;         // as stored
  static std::optional<ApprovalRecord> from_json(const json::Object& object);
  json::Object listed() const;          // {id, request, createdAtMs, expiresAtMs}
  json::Object answer() const;          // {id, decision, createdAtMs, expiresAtMs}
};

class ApprovalTable {
 public:
  // Drops what is over for longer than the grace. Expired ones that nobody resolved become resolved without a
  // decision and are returned.
  std::vector<std::string> expire(std::int64_t now);
  // False when the id is taken by one that waits, or the table is full.
  bool add(ApprovalRecord record);
  ApprovalRecord* find(std::string_view id);
  bool full() const;
  std::vector<const ApprovalRecord*> waiting(std::string_view kind) const;  // oldest first

  struct Match {
    ApprovalRecord* record = nullptr;      // the one
    std::vector<std::string> ambiguous;    // or the ids that the prefix fits
  };
  // By id, else by a case-insensitive prefix of those that wait.
  Match match(std::string_view kind, std::string_view id);
  void erase(const std::string& id);

 private:
  std::map<std::string, ApprovalRecord, std::less<>> records_;
};

// The words a person may answer with; allow-always only when asking is not required every time.
std::vector<std::string> allowed_decisions(std::string_view ask);
bool is_decision(std::string_view text);
// "ambiguous approval id prefix; matches: a, b, c (+2 more). Use the full id."
std::string ambiguous_text(const std::vector<std::string>& ids);

// SHA-256 hex of the JSON list of [name, value] pairs sorted by name; nothing when there are none.
std::optional<std::string> env_hash(const json::Object* env);

}  // namespace openclaw::approvals
