#include "cli/command.h"

#include <algorithm>

namespace openclaw::cli {
namespace {

constexpr Option kRpcOptions[] = {
    {"--url", "<url>", "Gateway URL (ws:// on this machine, wss:// elsewhere); needs --token or --password"},
    {"--token", "<token>", "Gateway token; - reads it from stdin"},
    {"--token-file", "<path>", "Read the token from a file"},
    {"--password", "<password>", "Gateway password; - reads it from stdin"},
    {"--password-file", "<path>", "Read the password from a file"},
    {"--tls-fingerprint", "<sha256>",
     "Expected SHA-256 of the gateway's certificate, instead of CA verification"},
    {"--timeout", "<ms>", "Give up after this many milliseconds", "10000"},
    {"--json", "", "Print JSON"},
};

constexpr Option kGlobalOptions[] = {
    {"--profile", "<name>", "Use the state and configuration of a profile (~/.openclaw-<name>)"},
    {"--dev", "", "Profile dev, gateway port 19001"},
    {"--log-level", "<level>", "Log level", {}, "silent|fatal|error|warn|info|debug|trace"},
    {"--no-color", "", "No colours"},
    {"-h,--help", "", "Show help"},
};

}  // namespace

std::string_view Option::long_name() const {
  const std::size_t at = names.rfind("--");
  return at == std::string_view::npos ? names : names.substr(at + 2);
}

std::optional<std::string> Invocation::get(std::string_view name) const {
  const auto it = options.find(name);
  if (it == options.end() || it->second.empty()) return std::nullopt;
  return it->second.back();
}

std::string Invocation::value(std::string_view name, std::string_view fallback) const {
  return get(name).value_or(std::string(fallback));
}

std::span<const Option> rpc_options() { return kRpcOptions; }
std::span<const Option> global_options() { return kGlobalOptions; }

std::vector<const Option*> all_options(const Command& command) {
  std::vector<const Option*> out;
  const auto add = [&](std::span<const Option> set) {
    for (const Option& option : set) {
      const bool taken = std::any_of(out.begin(), out.end(), [&](const Option* have) {
        return have->long_name() == option.long_name();
      });
      if (!taken) out.push_back(&option);
    }
  };
  add(command.options);
  if (command.rpc) add(kRpcOptions);
  add(kGlobalOptions);
  return out;
}

const Command* find_command(std::string_view path) {
  for (const Command* command : commands()) {
    if (command->path == path) return command;
  }
  return nullptr;
}

const Group* find_group(std::string_view path) {
  for (const Group& group : groups()) {
    if (group.path == path) return &group;
  }
  return nullptr;
}

std::vector<std::string> children_of(std::string_view path) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view full) {
    if (!path.empty()) {
      if (full.size() <= path.size() + 1 || !full.starts_with(path) || full[path.size()] != ' ') return;
      full.remove_prefix(path.size() + 1);
    }
    std::string word(full.substr(0, full.find(' ')));
    if (std::find(out.begin(), out.end(), word) == out.end()) out.push_back(std::move(word));
  };
  for (const Command* command : commands()) add(command->path);
  return out;
}

}  // namespace openclaw::cli
