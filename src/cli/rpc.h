// One connection of a command, used like a function call. Failures are printed here, in one style.
#pragma once
#include "cli/command.h"
#include "cli/context.h"
#include "protocol/errors.h"

#include <memory>
#include <optional>
#include <string>

namespace openclaw::cli {

// Prints "error: <message>" and the lines after it on stderr and, with --json, the error document on stdout.
// Returns the exit code.
int report(Invocation& inv, const base::Error& error, const protocol::WireError* wire = nullptr);

class RpcSession {
 public:
  explicit RpcSession(Invocation& inv);
  ~RpcSession();
  RpcSession(const RpcSession&) = delete;

  // May be changed between construction and open().
  client::CallSettings& settings();
  const Context& context() const;

  // False after a failure, which has been printed; exit_code() tells.
  bool open();
  // Like open(), but the failure is returned instead of printed.
  std::optional<client::CallFailure> try_open();
  int exit_code() const;
  const client::Gateway& gateway() const;
  std::int64_t elapsed_ms() const;  // since construction

  // The command's --timeout covers everything since the construction unless `timeout_ms` says otherwise (0 =
  // none).
  protocol::WireResult<> call(const std::string& method, json::Value params = nullptr,
                              bool expect_final = false, std::optional<int> timeout_ms = std::nullopt);
  int fail(const protocol::WireError& error);
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The whole of a simple command: one call, then `human(payload)` or the payload as JSON.
int simple_call(Invocation& inv, const std::string& method, json::Value params,
                std::string (*human)(const json::Value&));
void print_json(Invocation& inv, const json::Value& value);

}  // namespace openclaw::cli
