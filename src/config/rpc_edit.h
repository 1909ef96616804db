// Writes that clients of the gateway ask for: config.set, config.patch, config.apply and single settings
// (OpenClaw methods 3). Everything goes through write.h: same validator, lock, backups, audit. Blocking.
#pragma once
#include "config/config.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::config {

struct RpcEdit {
  enum class Kind { set, patch, apply };
  Kind kind = Kind::set;
  std::string raw;                       // JSON5: a document, for patch a merge patch
  std::optional<std::string> base_hash;  // of the file the client has seen
};

// Texts are interface.
struct RpcRefusal {
  std::string message;
  std::vector<Issue> issues;  // all of them, when the document would be invalid
  bool ours = false;          // the file could not be read or written; not the client's fault
};

struct RpcOutcome {
  bool noop = false;
  Snapshot after;                      // the file as it is now
  std::vector<KeyPath> changed_paths;  // in the file
  std::vector<std::string> warnings;   // for the log
};

using RpcResult = tl::expected<RpcOutcome, RpcRefusal>;

RpcResult rpc_edit(const Context& context, const RpcEdit& edit);
// One change of our own making; `change` gets the document as written and returns it as wanted.
RpcResult rpc_change(const Context& context, const std::string& command,
                     const std::function<json::Value(const json::Value& parsed)>& change);

// "invalid config: a: x; b: y; c: z (+2 more issues)"
std::string issue_summary(const std::vector<Issue>& issues);

}  // namespace openclaw::config
