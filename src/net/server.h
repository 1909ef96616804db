// One listener that serves HTTP/1.1 and WebSocket (RFC 6455) on the loop's thread. The Beast templates live in
// server.cc only. Callbacks run on the loop's thread and must not block.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"

namespace openclaw::net {

struct Peer {
  std::string address;  // normalised IP
  std::uint16_t port = 0;
  bool loopback = false;
};

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in lower case

struct HttpRequest {
  std::string method, path, query;  // path without the query
  Headers headers;
  std::string body;
  Peer peer;
  const std::string* header(std::string_view lower_name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  Headers extra;
};

// A text frame to send. `head` is shared by all receivers of a broadcast, `tail` is this receiver's own end.
struct Frame {
  std::shared_ptr<const std::string> head;
  std::string tail;
  std::size_t size() const { return (head ? head->size() : 0) + tail.size(); }
};

// One WebSocket. Owned by the server while open; others hold weak or shared handles and may call any method after
// the close, to no effect.
class WsConnection {
 public:
  virtual ~WsConnection() = default;
  virtual void send(Frame frame) = 0;                 // queued; order is kept
  virtual std::size_t queued_bytes() const = 0;
  // Everything queued is sent, then the close frame; later sends are dropped. Idempotent.
  virtual void close(std::uint16_t code, std::string reason) = 0;
  virtual void set_max_message(std::size_t bytes) = 0;  // larger closes with 1009 and an empty reason
  virtual bool open() const = 0;
};

// What the gateway does with a socket. Destroyed after on_closed.
class WsHandler {
 public:
  virtual ~WsHandler() = default;
  virtual void on_open() = 0;
  virtual void on_message(std::string_view text) = 0;  // text or binary; view valid during the call
  // `code` is what the peer sent (1005 none, 1006 no close frame).
  virtual void on_closed(std::uint16_t code, std::string_view reason) = 0;
};

// One request that is being answered: at once or later, whole or in pieces. May be kept and used after the client has
// gone, to no effect.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  virtual const HttpRequest& request() const = 0;
  virtual void respond(HttpResponse response) = 0;  // the whole answer; once
  // A streamed answer: the head (its body is ignored), pieces, the end. Chunked transfer coding.
  virtual void start(HttpResponse head) = 0;
  virtual void write(std::string piece) = 0;
  virtual void finish() = 0;
  virtual std::size_t queued_bytes() const = 0;  // of a streamed answer: written and not yet taken by the system
  virtual bool open() const = 0;  // false once the client has gone or the answer is complete
  // Called once if the client goes before the answer is complete. Replaced by a later call.
  virtual void on_gone(std::function<void()> callback) = 0;
};

// What to do with a request of which only the head has arrived.
struct HttpPlan {
  std::size_t body_limit = 1 << 20;        // bytes
  std::optional<HttpResponse> answer;      // refuse or answer without reading the body
  int answer_delay_ms = 0;                 // ... but not before
  HttpResponse too_large{413, "text/plain; charset=utf-8", "Payload too large", {}};
  HttpResponse too_slow{408, "text/plain; charset=utf-8", "Request body timeout", {}};
};

struct ServerCallbacks {
  std::function<HttpPlan(const HttpRequest& head)> plan;
  std::function<void(std::shared_ptr<HttpExchange>)> http;
  // A response refuses the upgrade.
  std::function<std::optional<HttpResponse>(const HttpRequest&)> upgrade;
  std::function<std::shared_ptr<WsHandler>(std::shared_ptr<WsConnection>, HttpRequest)> socket;
};

class Server {
 public:
  Server(base::Loop& loop, ServerCallbacks callbacks);
  ~Server();
  Server(const Server&) = delete;
  // Returns the port (asked for or, with 0, chosen). ErrorKind::busy when the address is in use.
  base::Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  void stop_accepting();
  std::size_t connections() const;  // WebSockets open now

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace openclaw::net
