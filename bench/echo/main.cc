// openclaw_echo PORT: a bare Beast WebSocket server with Boost.JSON that answers every request with about 400
// bytes. It greets like a gateway so that openclaw_load can drive it. What it reaches on a machine is the
// limit a gateway could reach there, and a run counts only when it comes close to the figures written down in
// bench/README.md.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

constexpr std::size_t kAnswerBytes = 400;
constexpr char kChallenge[] =
    R"({"type":"event","event":"connect.challenge","payload":{"nonce":"00000000-0000-4000-8000-000000000000","ts":1}})";

std::string answer_to(std::string_view text) {
  boost::system::error_code error;
  const auto request = boost::json::parse(text, error);
  const auto* object = error ? nullptr : request.if_object();
  const auto* id = object ? object->if_contains("id") : nullptr;
  std::string out = R"({"type":"res","id":")";
  if (id && id->is_string()) out.append(id->get_string().c_str(), id->get_string().size());
  out += R"(","ok":true,"payload":{"type":"hello-ok","filler":")";
  constexpr char kEnd[] = R"("}})";
  if (out.size() + sizeof kEnd < kAnswerBytes) out.append(kAnswerBytes - out.size() - sizeof kEnd, 'x');
  return out + kEnd;
}

// One connection: a reader that is always armed and a queue of answers, written one at a time.
class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : stream_(std::move(socket)) {}

  void start() {
    beast::http::async_read(stream_.next_layer(), buffer_, request_,
                            [self = shared_from_this()](auto error, auto) {
                              if (!error) self->on_request();
                            });
  }

 private:
  void on_request() {
    if (!beast::websocket::is_upgrade(request_)) return answer_http();
    stream_.set_option(beast::websocket::stream_base::timeout::suggested(beast::role_type::server));
    stream_.async_accept(request_, [self = shared_from_this()](auto error) {
      if (error) return;
      self->send(kChallenge);
      self->read();
    });
  }

  void answer_http() {
    response_.result(200);
    response_.keep_alive(false);
    response_.body() = "ok";
    response_.prepare_payload();
    beast::http::async_write(stream_.next_layer(), response_, [self = shared_from_this()](auto, auto) {
      boost::system::error_code ignored;
      self->stream_.next_layer().shutdown(tcp::socket::shutdown_both, ignored);
    });
  }

  void read() {
    stream_.async_read(buffer_, [self = shared_from_this()](auto error, auto bytes) {
      if (error) return;
      const auto* data = static_cast<const char*>(self->buffer_.cdata().data());
      self->send(answer_to({data, bytes}));
      self->buffer_.consume(bytes);
      self->read();
    });
  }

  void send(std::string text) {
    queue_.push_back(std::move(text));
    if (queue_.size() == 1) write();
  }

  void write() {
    stream_.async_write(asio::buffer(queue_.front()), [self = shared_from_this()](auto error, auto) {
      if (error) return;
      self->queue_.pop_front();
      if (!self->queue_.empty()) self->write();
    });
  }

  beast::websocket::stream<tcp::socket> stream_;
  beast::flat_buffer buffer_;
  beast::http::request<beast::http::empty_body> request_;
  beast::http::response<beast::http::string_body> response_;
  std::deque<std::string> queue_;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](auto error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true), error);
      std::make_shared<Session>(std::move(socket))->start();
    }
    accept(acceptor);
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: openclaw_echo PORT\n");
    return 2;
  }
  asio::io_context loop(1);
  boost::system::error_code error;
  tcp::acceptor acceptor(loop);
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(),
                               static_cast<unsigned short>(std::atoi(argv[1])));
  acceptor.open(endpoint.protocol(), error);
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    std::fprintf(stderr, "cannot listen on port %s: %s\n", argv[1], error.message().c_str());
    return 1;
  }
  accept(acceptor);
  loop.run();
}
