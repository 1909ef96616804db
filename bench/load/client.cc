#include "bench/load/client.h"

#include "bench/load/frame.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdio>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace openclaw::bench {
namespace {

// Only the head of a message is looked at: the properties a load generator needs come first.
bool head_has(std::string_view payload, std::string_view text) {
  return payload.substr(0, 200).find(text) != std::string_view::npos;
}

}  // namespace

Client::Client(const Options& options)
    : options_(options),
      greeter_(options.token, static_cast<std::size_t>(options.identities)),
      epoll_(epoll_create1(0)) {}

Client::~Client() {
  for (auto& connection : connections_) drop(*connection);
  close(epoll_);
}

bool Client::open_one(Connection& connection, std::size_t index) {
  connection = Connection{};
  connection.index = index;
  connection.born = now_seconds();
  connection.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int one = 1;
  setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(options_.port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connection.state = Connection::State::upgrading;
  ++shaking_;
  if (connect(connection.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0 &&
      errno != EINPROGRESS) {
    fail(connection, "cannot connect");
    return false;
  }
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.ptr = &connection;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
  connection.writable_armed = true;
  connection.out = "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_.port) +
                   "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  return true;
}

void Client::drop(Connection& connection) {
  if (connection.fd >= 0) close(connection.fd);
  connection.fd = -1;
  if (connection.state != Connection::State::dead && connection.state != Connection::State::ready) --shaking_;
  connection.state = Connection::State::dead;
}

void Client::fail(Connection& connection, std::string_view why) {
  ++counters_.failures;
  if (!complained_) {
    std::fprintf(stderr, "openclaw_load: first failure: %.*s\n", static_cast<int>(why.size()), why.data());
    complained_ = true;
  }
  drop(connection);
}

void Client::arm(Connection& connection, bool writable) {
  if (connection.writable_armed == writable) return;
  epoll_event event{};
  event.events = EPOLLIN | (writable ? EPOLLOUT : 0U);
  event.data.ptr = &connection;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
  connection.writable_armed = writable;
}

void Client::flush(Connection& connection) {
  while (connection.sent < connection.out.size()) {
    const auto count = send(connection.fd, connection.out.data() + connection.sent,
                            connection.out.size() - connection.sent, MSG_NOSIGNAL);
    if (count <= 0) {
      arm(connection, true);
      return;
    }
    connection.sent += static_cast<std::size_t>(count);
  }
  connection.out.clear();
  connection.sent = 0;
  arm(connection, false);
}

void Client::request(Connection& connection) {
  std::string text = R"({"type":"req","id":")" + std::to_string(connection.next_id++) + R"(","method":")" +
                     options_.method + '"';
  if (!options_.params.empty()) text += R"(,"params":)" + options_.params;
  text += '}';
  connection.asked.push_back(now_seconds());
  append_frame(connection.out, text);
}

void Client::on_hello(Connection& connection, std::string_view payload) {
  if (!head_has(payload, R"("ok":true)")) return fail(connection, payload.substr(0, 300));
  connection.state = Connection::State::ready;
  --shaking_;
  ++counters_.handshakes;
  latencies_.add(now_seconds() - connection.born);
  if (!keep_after_hello_) drop(connection);
}

void Client::on_response(Connection& connection, std::string_view payload) {
  if (connection.asked.empty()) return;
  if (!head_has(payload, R"("ok":true)") && counters_.errors++ == 0)
    std::fprintf(stderr, "openclaw_load: first error: %.300s\n", std::string(payload).c_str());
  latencies_.add(now_seconds() - connection.asked.front());
  connection.asked.pop_front();
  ++counters_.responses;
  if (asking_) request(connection);
}

void Client::on_frame(Connection& connection, std::string_view payload) {
  using State = Connection::State;
  if (connection.state == State::challenged) {
    if (!head_has(payload, "connect.challenge")) return;
    append_frame(connection.out, greeter_.connect_request(payload, connection.index));
    connection.state = State::greeted;
  } else if (head_has(payload, R"("type":"event")")) {
    ++counters_.events;
  } else if (connection.state == State::greeted) {
    on_hello(connection, payload);
  } else if (connection.state == State::ready) {
    on_response(connection, payload);
  }
}

void Client::on_readable(Connection& connection) {
  static std::array<char, 65536> bytes;
  for (;;) {
    const auto count = recv(connection.fd, bytes.data(), bytes.size(), 0);
    if (count == 0) return fail(connection, "connection refused or closed by the gateway");
    if (count < 0) {
      if (errno != EAGAIN && errno != EWOULDBLOCK) return fail(connection, "connection reset");
      break;
    }
    connection.in.append(bytes.data(), static_cast<std::size_t>(count));
    if (count < static_cast<ssize_t>(bytes.size())) break;
  }
  if (connection.state == Connection::State::upgrading) {
    const auto end = connection.in.find("\r\n\r\n");
    if (end == std::string::npos) return;
    if (connection.in.compare(9, 3, "101") != 0) return fail(connection, connection.in.substr(0, 200));
    connection.in.erase(0, end + 4);
    connection.state = Connection::State::challenged;
  }
  std::size_t used = 0;
  while (connection.state != Connection::State::dead) {
    const auto frame = next_frame(std::string_view(connection.in).substr(used));
    if (!frame.complete) break;
    used += frame.size;
    if (frame.opcode == Opcode::text) on_frame(connection, frame.payload);
    if (frame.opcode == Opcode::ping) append_frame(connection.out, frame.payload, Opcode::pong);
    if (frame.opcode == Opcode::close)
      return fail(
          connection,
          "closed: " + std::string(frame.payload.substr(std::min<std::size_t>(2, frame.payload.size()))));
  }
  if (connection.state == Connection::State::dead) return;
  connection.in.erase(0, used);
  flush(connection);
}

void Client::poll_once(int timeout_ms) {
  std::array<epoll_event, 512> events;
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  for (int i = 0; i < count; ++i) {
    auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
    const auto what = events[static_cast<std::size_t>(i)].events;
    if (connection.state != Connection::State::dead && (what & EPOLLOUT)) flush(connection);
    if (connection.state != Connection::State::dead && (what & (EPOLLIN | EPOLLERR | EPOLLHUP)))
      on_readable(connection);
  }
}

}  // namespace openclaw::bench
