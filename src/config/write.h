// Changing the configuration file: lock, read again, edit the text, check the result as a whole, keep
// backups, replace atomically, note it in <state>/logs/config-audit.jsonl (paths and command, never values).
// Blocking.
#pragma once
#include "base/result.h"
#include "config/config.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::config {

// New text of the file for its present text; `before` is what that text means.
using TextEdit = std::function<base::Result<std::string>(const std::string& text, const Snapshot& before)>;

struct WriteOptions {
  std::string command;                   // for the audit line: "config set"
  std::optional<std::string> base_hash;  // refused when the file has another hash by now
  bool allow_shrink = false;             // else a file that loses more than half is refused
  bool dry_run = false;                  // everything but the write
  int lock_wait_ms = 2000;               // how long another writer is waited for
};

struct WriteResult {
  bool changed = false;
  Snapshot before;
  Snapshot after;
  std::vector<KeyPath> changed_paths;  // an array counts as one
  std::string audit_error;             // the file was written but the audit line was not
};

// ErrorKind::config with one line a problem when the result would be invalid; busy when another writer holds
// the lock; the edit's own errors. Nothing is written on any error.
base::Result<WriteResult> write_config(const Context& context, const TextEdit& edit,
                                       const WriteOptions& options);

// In token mode without any token: generates one and writes it with gateway.auth.mode token. The new token,
// or absent when there was nothing to do. The file must exist.
base::Result<std::optional<std::string>> ensure_token(const Context& context);

std::vector<KeyPath> changed_paths(const json::Value& before, const json::Value& after);
// token, password, none or trusted-proxy: gateway.auth.mode, else password if one is set anywhere, else
// token.
std::string auth_mode(const Snapshot& snapshot, const base::Env& env);

}  // namespace openclaw::config
