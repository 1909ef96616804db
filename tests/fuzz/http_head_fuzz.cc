// Any bytes as the first bytes of a connection to the real server: HTTP heads, bodies, upgrades, WebSocket frames.
// The server answers or closes; it never hangs, and a later orderly request is still served.
#include "net/server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace {

namespace net = openclaw::net;

class Quiet : public net::WsHandler {
 public:
  explicit Quiet(std::shared_ptr<net::WsConnection> socket) : socket_(std::move(socket)) {}
  void on_open() override { socket_->send({nullptr, "hello"}); }
  void on_message(std::string_view text) override { socket_->send({nullptr, std::string(text)}); }
  void on_closed(std::uint16_t, std::string_view) override {}

 private:
  std::shared_ptr<net::WsConnection> socket_;
};

struct Host {
  openclaw::base::Loop loop{1};
  net::Server server;
  std::uint16_t port;
  Host() : server(loop, callbacks()) { port = *server.listen("127.0.0.1", 0); }
  static net::ServerCallbacks callbacks() {
    net::ServerCallbacks out;
    out.plan = [](const net::HttpRequest& head) {
      net::HttpPlan plan;
      plan.body_limit = 4096;
      if (head.path == "/refused") plan.answer = net::HttpResponse{401, "text/plain", "no", {}};
      return plan;
    };
    out.http = [](std::shared_ptr<net::HttpExchange> exchange) {
      if (exchange->request().path == "/stream") {
        exchange->start({});
        exchange->write(exchange->request().body);
        return exchange->finish();
      }
      exchange->respond({200, "text/plain", exchange->request().body, {}});
    };
    out.upgrade = [](const net::HttpRequest&) { return std::nullopt; };
    out.socket = [](std::shared_ptr<net::WsConnection> socket, net::HttpRequest) { return std::make_shared<Quiet>(std::move(socket)); };
    return out;
  }
};

// Sends the bytes, ends its side, and lets the server work until it has ended the other.
void talk(Host& host, const std::uint8_t* data, std::size_t size) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(host.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) std::abort();
  (void)!::send(fd, data, size, MSG_NOSIGNAL);
  ::shutdown(fd, SHUT_WR);
  char sink[4096];
  // Every step either makes progress or is one of a bounded number of waits for the kernel.
  for (int idle = 0; idle < 5000;) {
    host.loop.restart();
    if (host.loop.poll() > 0) idle = 0;
    const ssize_t got = ::recv(fd, sink, sizeof sink, MSG_DONTWAIT);
    if (got > 0) continue;
    if (got == 0 || errno != EAGAIN) break;
    pollfd waiting{fd, POLLIN, 0};
    (void)::poll(&waiting, 1, 1);
    if (++idle == 5000) std::abort();
  }
  ::close(fd);
  host.loop.restart();
  host.loop.poll();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Host host;
  talk(host, data, size);
  return 0;
}
