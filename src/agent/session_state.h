// The sessions in memory: what the store holds, kept current by the runs. Loop's thread.
#pragma once
#include "agent/runtime.h"
#include "store/sessions.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace openclaw::agent {

class SessionTable {
 public:
  void load(std::vector<store::SessionRecord> records);
  store::SessionRecord* find(const std::string& key);
  const store::SessionRecord* find(const std::string& key) const;
  // Makes the session when it is new; `created` says so.
  store::SessionRecord& obtain(const std::string& key, const std::string& agent_id, bool& created);
  void erase(const std::string& key) { records_.erase(key); }
  std::vector<const store::SessionRecord*> newest_first() const;

 private:
  std::map<std::string, std::unique_ptr<store::SessionRecord>> records_;  // addresses stay valid
};

// Tokens and money of one run, for its session entry.
struct RunUsage {
  Usage sum, last;  // over all model calls; of the last one
  bool any = false;
};

void session_started(store::SessionRecord& session, std::int64_t now);
// Status: done, failed, killed, timeout.
void session_ended(store::SessionRecord& session, std::string_view status, std::int64_t now);
void session_used(store::SessionRecord& session, const ModelTarget& target, const RunUsage& usage);

// Text of /status (OpenClaw agent runtime 16). `model` may be the reason why there is none.
struct StatusFacts {
  std::string session_key;
  const store::SessionRecord* session = nullptr;
  base::Result<ModelTarget> model = base::fail(base::ErrorKind::config, "no model is configured");
  std::size_t queued = 0;
  std::int64_t now = 0;
};
std::string session_status_text(const StatusFacts& facts);

}  // namespace openclaw::agent
