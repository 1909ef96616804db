// A WebSocket client connection over TCP or TLS. Used by client/ only. One reader task, any number of writers.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "net/address.h"

namespace openclaw::net {

struct WsClientOptions {
  Url url;
  int connect_timeout_ms = 10'000;
  std::string tls_fingerprint;  // SHA-256 of the certificate; when set it replaces CA verification
  std::size_t max_message = 26'214'400;
};

class WsClient {
 public:
  virtual ~WsClient() = default;
  // Errors: unreachable (dns, refused, TLS, HTTP status instead of 101), timeout.
  static base::Task<base::Result<std::shared_ptr<WsClient>>> connect(base::Loop& loop, WsClientOptions options);
  // Next message. ErrorKind::closed at the end: code = close code (1005, 1006 as in RFC 6455), message = reason.
  virtual base::Task<base::Result<std::string>> read() = 0;
  virtual void send(std::string text) = 0;  // queued
  virtual void ping() = 0;
  virtual base::Task<void> close(std::uint16_t code, std::string reason) = 0;  // 1005 sends no code
  virtual void abort() = 0;  // drops the TCP connection; a pending read ends with 1006
};

}  // namespace openclaw::net
