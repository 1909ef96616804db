// <state>/exec-approvals.json (OpenClaw exec approvals, file): what each agent may run. Unknown keys survive
// a write. The functions that take text are pure; load and store touch the file (0600) and block.
#pragma once
#include "approvals/policy.h"
#include "base/result.h"
#include "json/json.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::approvals {

struct AllowEntry {
  std::string pattern;
  std::string source;        // "allow-always" or empty
  std::string command_text;  // of a durable approval
};

struct Settings {
  Security security = Security::full;
  Ask ask = Ask::off;
  Security ask_fallback = Security::full;
  bool auto_allow_skills = false;
};

// What the file says for one agent: agent before "*" before defaults before built-in.
struct FilePolicy {
  std::string agent_id;
  Settings defaults, agent;
  // "agents.main.security", "agents.*.security", "defaults.security"; empty = built-in.
  std::string security_source, ask_source, ask_fallback_source;
  std::vector<AllowEntry> allowlist;  // those of "*" first
};

class ApprovalsFile {
 public:
  ApprovalsFile();  // {"version":1}
  // `name` appears in errors.
  static base::Result<ApprovalsFile> parse(std::string_view text, std::string_view name);
  static base::Result<ApprovalsFile> from_json(json::Object document, std::string_view name);

  const json::Object& document() const { return document_; }
  // `built_in` replaces full/off/full where neither agent nor defaults say anything.
  FilePolicy policy(std::string_view agent_id, const Settings& built_in = {}) const;
  // Without socket.token, as it is shown to anybody.
  json::Object public_document() const;
  // Takes socket.path and socket.token from `old` where this file has none.
  void keep_socket_of(const ApprovalsFile& old);

 private:
  json::Object document_;
};

struct Snapshot {
  std::string path;
  bool exists = false;
  std::string hash;  // SHA-256 hex of the raw file; of the empty text when there is none
  ApprovalsFile file;
};
std::string approvals_path(const std::string& state_dir);
// A missing file is an empty one. A malformed one is an error: it must not turn into "everything allowed".
base::Result<Snapshot> load_approvals(const std::string& path);
// Refuses unless base_hash is the hash of what is there. Texts: "exec approvals base hash required; reload
// and retry", "... base hash unavailable; ...", "exec approvals changed; reload and retry".
base::Result<Snapshot> store_approvals(const std::string& path, ApprovalsFile file,
                                       const std::optional<std::string>& base_hash);

// The stricter of what configuration or request say and what the file says. The file's ask "off" wins only
// when it is written there.
struct EffectivePolicy {
  Security security = Security::deny;
  Ask ask = Ask::always;
  Security ask_fallback = Security::deny;
  bool auto_allow_skills = false;
  std::vector<AllowEntry> allowlist;
  std::string agent_id;
};
EffectivePolicy effective_policy(Security configured_security, Ask configured_ask, const FilePolicy& file);

// "=command:" and 16 hex digits of the SHA-256 of the command's text.
std::string durable_pattern(std::string_view command_text);
// Whether earlier allow-always decisions cover the command: its very text, or every one of its segments.
bool durable_approval(bool analysis_ok, const std::vector<std::optional<AllowEntry>>& segment_entries,
                      const std::vector<AllowEntry>& allowlist, std::string_view command_text);

}  // namespace openclaw::approvals
