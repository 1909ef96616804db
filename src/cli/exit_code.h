// Exit codes: 0 ok, 1 refused or failed, 2 usage, 3 cannot reach the gateway, 4 auth or pairing needed, 5
// invalid local configuration.
#pragma once
#include "base/result.h"

#include <string_view>

namespace openclaw::cli {

inline constexpr int kExitOk = 0, kExitFailed = 1, kExitUsage = 2, kExitUnreachable = 3, kExitAuth = 4,
                     kExitConfig = 5;

constexpr int exit_code_of(base::ErrorKind kind) {
  switch (kind) {
    case base::ErrorKind::usage:
      return kExitUsage;
    case base::ErrorKind::unreachable:
    case base::ErrorKind::timeout:
      return kExitUnreachable;
    case base::ErrorKind::auth:
      return kExitAuth;
    case base::ErrorKind::config:
      return kExitConfig;
    default:
      return kExitFailed;
  }
}

// The code in a JSON error that no gateway has coded.
constexpr std::string_view code_word(base::ErrorKind kind) {
  switch (kind) {
    case base::ErrorKind::usage:
      return "USAGE";
    case base::ErrorKind::unreachable:
      return "UNREACHABLE";
    case base::ErrorKind::timeout:
      return "TIMEOUT";
    case base::ErrorKind::auth:
      return "AUTH";
    case base::ErrorKind::config:
      return "CONFIG";
    case base::ErrorKind::closed:
      return "CLOSED";
    case base::ErrorKind::not_found:
      return "NOT_FOUND";
    default:
      return "FAILED";
  }
}

}  // namespace openclaw::cli
