// HTTP/1.1 client over TCP or TLS (system CA store). One connection a call for now; bodies may be streamed.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "net/address.h"
#include "net/server.h"

namespace openclaw::net {

struct HttpCall {
  std::string method = "GET";
  Url url;
  Headers headers;  // Host, Content-Length and Connection are added
  std::string body;
  int connect_timeout_ms = 10'000;
  int idle_timeout_ms = 60'000;   // no byte for this long ends the call with ErrorKind::timeout
  std::size_t max_body = 33'554'432;
  // When set and the status is 2xx, the body goes here as it arrives and HttpReply.body stays empty. Returning
  // false ends the call cleanly (the connection is dropped).
  std::function<bool(std::string_view)> on_body;
  base::CancelToken cancel;       // closes the connection at once; ErrorKind::cancelled
};

struct HttpReply {
  int status = 0;
  Headers headers;
  std::string body;
  const std::string* header(std::string_view lower_name) const;
};

// Errors: unreachable (dns, refused, TLS), timeout, cancelled, closed (cut off inside the response), invalid.
base::Task<base::Result<HttpReply>> http_call(base::Loop& loop, HttpCall call);

}  // namespace openclaw::net
