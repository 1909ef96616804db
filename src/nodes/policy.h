// Which commands of a node may be called (OpenClaw protocol 7.2). Pure.
#pragma once
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
  // The declared commands that remain, order kept, duplicates and blanks gone.
  std::vector<std::string> filter(std::string_view platform, const std::vector<std::string>& declared) const;
  // Allowlist before declaration; nothing when the command may be called.
  std::optional<protocol::WireError> refusal(std::string_view platform, const std::vector<std::string>& commands,
                                             const std::string& command) const;
};

}  // namespace openclaw::nodes
