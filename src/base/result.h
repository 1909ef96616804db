// Errors as values. Every fallible function of ours returns Result<T>; exceptions stop at the border of the
// third-party library that throws them.
#pragma once
#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace openclaw::base {

// What went wrong, as far as a caller decides by it. The command line maps kinds to exit codes (cli/exit_code.h).
enum class ErrorKind : std::uint8_t {
  failed,       // refused or failed; nothing more specific is known
  usage,        // the person typed something that cannot be meant
  invalid,      // bytes or values from outside that break a rule
  not_found,
  unreachable,  // dns, tcp, tls: the other end was never spoken to
  timeout,
  auth,         // credentials, pairing or scope
  config,       // the local configuration is unusable
  cancelled,
  closed,       // the peer closed an established connection
  io,
  busy,
};

struct [[nodiscard]] Error {
  ErrorKind kind = ErrorKind::failed;
  std::string message;  // one line for a person: what failed, against what, why
  std::string hint;     // zero or more lines: the command or setting that mends it
  int code = 0;         // errno, HTTP status or WebSocket close code where one exists

  // "prefix: message"; each layer adds what it was doing.
  Error within(std::string_view prefix) && {
    message = std::string(prefix) + ": " + message;
    return std::move(*this);
  }
};

template <class T = void, class E = Error>
using Result = tl::expected<T, E>;

inline tl::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint = {}, int code = 0) {
  return tl::unexpected<Error>(Error{kind, std::move(message), std::move(hint), code});
}

}  // namespace openclaw::base

#define OC_CONCAT_(a, b) a##b
#define OC_CONCAT(a, b) OC_CONCAT_(a, b)
// OC_TRY(expr): return the error of a Result<void>-like expression. OC_TRY_ASSIGN(decl, expr): bind the value.
// The CO_ forms are for coroutines.
#define OC_TRY(expr)                                                              \
  do {                                                                            \
    auto&& oc_try_result = (expr);                                                \
    if (!oc_try_result) return ::tl::unexpected(std::move(oc_try_result).error()); \
  } while (0)
#define OC_TRY_ASSIGN(decl, expr)                                  \
  auto OC_CONCAT(oc_tmp_, __LINE__) = (expr);                      \
  if (!OC_CONCAT(oc_tmp_, __LINE__))                               \
    return ::tl::unexpected(std::move(OC_CONCAT(oc_tmp_, __LINE__)).error()); \
  decl = std::move(*OC_CONCAT(oc_tmp_, __LINE__))
#define OC_CO_TRY(expr)                                                              \
  do {                                                                               \
    auto oc_try_result = (expr);                                                     \
    if (!oc_try_result) co_return ::tl::unexpected(std::move(oc_try_result).error()); \
  } while (0)
#define OC_CO_TRY_ASSIGN(decl, expr)                               \
  auto OC_CONCAT(oc_tmp_, __LINE__) = (expr);                      \
  if (!OC_CONCAT(oc_tmp_, __LINE__))                               \
    co_return ::tl::unexpected(std::move(OC_CONCAT(oc_tmp_, __LINE__)).error()); \
  decl = std::move(*OC_CONCAT(oc_tmp_, __LINE__))
