// Which commands of a node may be called (OpenClaw protocol 7.2). Pure.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/errors.h"

namespace openclaw::nodes {

// ios, android, macos, windows, linux, unknown
std::string platform_of(std::string_view platform, std::string_view device_family);

struct CommandPolicy {
  std::vector<std::string> allow, deny;  // gateway.nodes.allowCommands, denyCommands
  bool allowed(std::string_view platform, std::string_view command) const;
  // Every command that may be called on such a platform when a node declares it; sorted.
  std::vector<std::string> allowlist(std::string_view platform) const;
  // The declared commands that remain, order kept, duplicates and blanks gone.
  std::vector<std::string> filter(std::string_view platform, const std::vector<std::string>& declared) const;
  // Allowlist before declaration; nothing when the command may be called.
  std::optional<protocol::WireError> refusal(std::string_view platform, const std::vector<std::string>& commands,
                                             const std::string& command) const;
};

// What a node declared, cut down to what `allowed` says yes to: trimmed, order kept, duplicates and blanks gone.
std::vector<std::string> normalize_declared(const std::vector<std::string>& declared,
                                            const std::function<bool(std::string_view)>& allowed);
// Why the command may not be called ("command not allowlisted"); empty when it may.
std::string_view refusal_reason(std::string_view command, const std::vector<std::string>& declared, bool allowlisted);
// The scope that approving a node with these commands needs; empty for none.
std::string_view approval_scope(const std::vector<std::string>& commands);

}  // namespace openclaw::nodes
