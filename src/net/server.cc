#include "net/server.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <deque>

#include "base/limits.h"
#include "base/log.h"
#include "base/strings.h"
#include "net/address.h"

namespace openclaw::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;
// The concrete executor keeps the type-erased one, and its allocation per operation, off the hot path.
using Executor = base::Loop::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

constexpr int kHttpIdleSeconds = 30;  // for a head, and then for a body
constexpr int kLingerSeconds = 2;     // for a peer that still sends to read why it was refused
constexpr int kPingSeconds = 25;
constexpr std::size_t kShrinkReadBuffer = 16'384;
constexpr std::size_t kReadPiece = 65'536;  // of a message, at a time

Peer peer_of(const Socket& socket) {
  Peer peer;
  error_code ec;
  const auto endpoint = socket.remote_endpoint(ec);
  if (ec) return peer;
  peer.address = normalize_ip(endpoint.address().to_string());
  peer.port = endpoint.port();
  peer.loopback = is_loopback_ip(peer.address);
  return peer;
}

void tune(Socket& socket) {
  error_code ec;
  socket.set_option(asio::ip::tcp::no_delay(true), ec);
  // A peer that vanished without a FIN is noticed when a tick stays unacknowledged this long.
  const unsigned unacked_ms = 2 * base::kTickIntervalMs;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &unacked_ms, sizeof unacked_ms);
}

class WsSession final : public WsConnection, public std::enable_shared_from_this<WsSession> {
 public:
  WsSession(Socket socket, std::shared_ptr<std::size_t> count) : ws_(std::move(socket)), count_(std::move(count)) { ++*count_; }
  ~WsSession() override { --*count_; }

  void accept(http::request<http::string_body> request, beast::flat_buffer leftover,
              std::function<std::shared_ptr<WsHandler>(std::shared_ptr<WsConnection>)> make_handler) {
    websocket::stream_base::timeout timeouts{};
    timeouts.handshake_timeout = std::chrono::seconds(5);  // also bounds the closing handshake
    // A ping after 25 s of silence, the end 25 s later: a peer that stopped reading, or vanished, is noticed.
    timeouts.idle_timeout = std::chrono::seconds(2 * kPingSeconds);
    timeouts.keep_alive_pings = true;
    ws_.set_option(timeouts);
    ws_.auto_fragment(false);
    ws_.read_message_max(0);  // bounded in on_read, so that the close frame is not lost to a reset
    std::string subprotocol(request[http::field::sec_websocket_protocol]);
    subprotocol = std::string(base::trim(std::string_view(subprotocol).substr(0, subprotocol.find(','))));
    ws_.set_option(websocket::stream_base::decorator([subprotocol](websocket::response_type& response) {
      if (!subprotocol.empty()) response.set(http::field::sec_websocket_protocol, subprotocol);
    }));
    (void)leftover;  // a client may not speak before the 101
    auto held = std::make_shared<http::request<http::string_body>>(std::move(request));
    ws_.async_accept(*held, [self = shared_from_this(), held, make = std::move(make_handler)](error_code ec) {
      if (ec) return;
      self->open_ = true;
      self->handler_ = make(self);
      self->handler_->on_open();
      self->read_next();
    });
  }

  void send(Frame frame) override {
    if (!open_ || closing_) return;
    queued_ += frame.size();
    queue_.push_back(std::move(frame));
    if (!writing_) write_next();
  }
  std::size_t queued_bytes() const override { return queued_; }
  void close(std::uint16_t code, std::string reason) override {
    if (!open_ || closing_) return;
    closing_ = true;
    reason_.code = code;
    reason_.reason.assign(reason.data(), base::cut_utf8(reason, base::kMaxCloseReason).size());
    if (!writing_) start_close();
  }
  void set_max_message(std::size_t bytes) override { max_message_ = bytes; }
  bool open() const override { return open_ && !closing_; }

 private:
  void read_next() {
    ws_.async_read_some(buffer_, kReadPiece, [self = shared_from_this()](error_code ec, std::size_t) { self->on_read(ec); });
  }

  void on_read(error_code ec) {
    if (ec) return on_end(ec);
    if (buffer_.size() > max_message_) {
      // The closing handshake goes on reading what the peer still sends: were the socket closed with unread bytes,
      // the kernel would reset it and the peer would never see why.
      buffer_ = beast::flat_buffer{};
      reading_ = false;
      return close(1009, "");
    }
    if (!ws_.is_message_done()) return read_next();
    const auto data = buffer_.data();
    if (!closing_) handler_->on_message({static_cast<const char*>(data.data()), data.size()});
    buffer_.consume(buffer_.size());
    if (buffer_.capacity() > kShrinkReadBuffer) buffer_ = beast::flat_buffer{};
    read_next();
  }

  void on_end(error_code ec) {
    open_ = false;
    std::uint16_t code = 1006;
    std::string reason;
    if (ec == websocket::error::closed) {
      code = ws_.reason().code == websocket::close_code::none ? 1005 : static_cast<std::uint16_t>(ws_.reason().code);
      reason.assign(ws_.reason().reason.c_str(), ws_.reason().reason.size());
    }
    queue_.clear();
    if (auto handler = std::move(handler_)) handler->on_closed(code, reason);
  }

  void write_next() {
    writing_ = true;
    ws_.text(true);
    const Frame& frame = queue_.front();
    const std::array<asio::const_buffer, 2> parts{
        frame.head ? asio::buffer(*frame.head) : asio::const_buffer{}, asio::buffer(frame.tail)};
    ws_.async_write(parts, [self = shared_from_this()](error_code ec, std::size_t) {
      self->writing_ = false;
      if (!self->queue_.empty()) {
        self->queued_ -= self->queue_.front().size();
        self->queue_.pop_front();
      }
      if (ec) {
        // The pending read notices and ends the session.
        error_code ignored;
        beast::get_lowest_layer(self->ws_).close(ignored);
        return;
      }
      if (!self->queue_.empty()) self->write_next();
      else if (self->closing_) self->start_close();
    });
  }

  void start_close() {
    if (close_started_) return;
    close_started_ = true;
    ws_.async_close(reason_, [self = shared_from_this()](error_code) {
      error_code ignored;
      beast::get_lowest_layer(self->ws_).close(ignored);
      if (!self->reading_) self->on_end(websocket::error::closed);
    });
  }

  websocket::stream<Socket, false> ws_;
  std::shared_ptr<std::size_t> count_;
  std::shared_ptr<WsHandler> handler_;
  beast::flat_buffer buffer_;
  std::deque<Frame> queue_;
  std::size_t queued_ = 0;
  websocket::close_reason reason_;
  std::size_t max_message_ = base::kMaxPreauthPayload;
  bool open_ = false, writing_ = false, closing_ = false, close_started_ = false, reading_ = true;
};

std::string head_text(const HttpResponse& given) {
  const auto reason = http::obsolete_reason(static_cast<http::status>(given.status));
  std::string out = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\n", given.status, std::string_view(reason.data(), reason.size()),
                                given.content_type);
  for (const auto& [name, value] : given.extra) out += fmt::format("{}: {}\r\n", name, value);
  return out;
}

// One TCP connection that speaks HTTP/1.1: requests one after the other until it is upgraded or closed.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(Socket socket, std::shared_ptr<const ServerCallbacks> callbacks, std::shared_ptr<std::size_t> count)
      : socket_(std::move(socket)), timer_(socket_.get_executor()), callbacks_(std::move(callbacks)), count_(std::move(count)),
        peer_(peer_of(socket_)) {}

  void start() { read_header(); }

 private:
  // The view of a request that its handler keeps.
  class Exchange final : public HttpExchange {
   public:
    Exchange(std::shared_ptr<HttpSession> session, HttpRequest request)
        : session_(std::move(session)), request_(std::move(request)) {}
    ~Exchange() override {
      // A handler that forgot to answer, or to end its answer, must not leave the client waiting.
      if (!session_) return;
      if (answered_) session_->drop();
      else session_->refuse(500, "Internal Server Error");
    }
    const HttpRequest& request() const override { return request_; }
    void respond(HttpResponse response) override {
      if (!session_ || answered_) return;
      answered_ = true;
      session_->respond(response, session_->keep_alive_);
      session_.reset();
    }
    void start(HttpResponse head) override {
      if (!session_ || answered_) return;
      answered_ = true;
      session_->stream(head_text(head) + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
    }
    void write(std::string piece) override {
      if (session_ && !piece.empty()) session_->stream(fmt::format("{:x}\r\n", piece.size()) + piece + "\r\n");
    }
    void finish() override {
      if (!session_) return;
      session_->finish_stream();
      session_.reset();
    }
    std::size_t queued_bytes() const override { return session_ ? session_->stream_bytes() : 0; }
    bool open() const override { return session_ && !session_->gone_; }
    void on_gone(std::function<void()> callback) override {
      if (session_) session_->on_gone_ = std::move(callback);
    }

   private:
    std::shared_ptr<HttpSession> session_;
    HttpRequest request_;
    bool answered_ = false;
  };

  void arm(int seconds) {
    timer_.expires_after(std::chrono::seconds(seconds));
    timer_.async_wait([weak = weak_from_this()](error_code ec) {
      auto self = weak.lock();
      if (!self || ec) return;
      if (self->reading_body_) return self->body_is_late();
      error_code ignored;
      self->socket_.close(ignored);
    });
  }

  void read_header() {
    parser_.emplace();
    parser_->header_limit(base::kMaxHttpHeader);
    parser_->body_limit(boost::none);
    arm(kHttpIdleSeconds);
    http::async_read_header(socket_, buffer_, *parser_, [self = shared_from_this()](error_code ec, std::size_t) {
      if (ec == http::error::header_limit) return self->refuse(431, "Request header too large");
      if (ec == http::error::end_of_stream || ec == asio::error::operation_aborted || ec == asio::error::connection_reset ||
          ec == asio::error::eof) {
        return self->drop();
      }
      if (ec) return self->refuse(400, "Bad Request");
      self->on_header();
    });
  }

  void on_header() {
    // The reference never answers such a request from its HTTP routes, whatever else is wrong with it.
    if (websocket_wanted()) return upgrade();
    plan_ = callbacks_->plan(request());
    const auto length = parser_->content_length();
    keep_alive_ = parser_->get().keep_alive();
    if (plan_.answer && plan_.answer_delay_ms > 0) {
      timer_.expires_after(std::chrono::milliseconds(plan_.answer_delay_ms));
      return timer_.async_wait([self = shared_from_this()](error_code ec) {
        if (!ec) self->respond_and_linger(*self->plan_.answer);
      });
    }
    if (plan_.answer) {
      if (parser_->is_done()) return respond(*plan_.answer, keep_alive_);
      return respond_and_linger(*plan_.answer);
    }
    if (length && *length > plan_.body_limit) return respond_and_linger(plan_.too_large);
    parser_->body_limit(plan_.body_limit);
    if (base::equals_ignore_case(header_value(http::field::expect), "100-continue")) return confirm_body();
    read_body();
  }

  std::string_view header_value(http::field name) const {
    const auto value = parser_->get()[name];
    return base::trim({value.data(), value.size()});
  }

  void confirm_body() {
    static const std::string kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(socket_, asio::buffer(kContinue), [self = shared_from_this()](error_code ec, std::size_t) {
      if (ec) return self->drop();
      self->read_body();
    });
  }

  void read_body() {
    reading_body_ = true;
    arm(kHttpIdleSeconds);
    http::async_read(socket_, buffer_, *parser_, [self = shared_from_this()](error_code ec, std::size_t) {
      const bool late = !self->reading_body_;
      self->reading_body_ = false;
      if (late) return;
      if (ec == http::error::body_limit) return self->respond_and_linger(self->plan_.too_large);
      if (ec) return self->drop();
      self->timer_.cancel();
      self->watch_peer();
      self->callbacks_->http(std::make_shared<Exchange>(self->shared_from_this(), self->request()));
    });
  }

  void body_is_late() {
    reading_body_ = false;
    error_code ignored;
    socket_.cancel(ignored);
    respond_and_linger(plan_.too_slow);
  }

  // Notices that the client has gone while its answer is being made.
  void watch_peer() {
    socket_.async_wait(Socket::wait_read, [weak = weak_from_this()](error_code ec) {
      auto self = weak.lock();
      if (!self || ec) return;
      char byte;
      const ssize_t got = ::recv(self->socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
      if (got != 0 && !(got < 0 && errno != EAGAIN)) return;  // the next request, early
      self->gone_ = true;
      if (auto callback = std::move(self->on_gone_)) callback();
    });
  }

  bool websocket_wanted() const { return base::equals_ignore_case(header_value(http::field::upgrade), "websocket"); }

  void upgrade() {
    if (!websocket::is_upgrade(parser_->get())) return refuse(400, "Bad Request");
    HttpRequest info = request();
    if (auto refusal = callbacks_->upgrade(info)) return respond(*refusal, false);
    timer_.cancel();
    auto session = std::make_shared<WsSession>(std::move(socket_), count_);
    session->accept(parser_->release(), std::move(buffer_),
                    [make = callbacks_->socket, info = std::move(info)](std::shared_ptr<WsConnection> connection) {
                      return make(std::move(connection), info);
                    });
  }

  HttpRequest request() const {
    const auto& message = parser_->get();
    HttpRequest out;
    out.method = std::string(message.method_string());
    const std::string target(message.target());
    const std::size_t at = target.find('?');
    out.path = target.substr(0, at);
    if (at != std::string::npos) out.query = target.substr(at + 1);
    for (const auto& field : message) {
      out.headers.emplace_back(base::lower_ascii({field.name_string().data(), field.name_string().size()}),
                               std::string(field.value().data(), field.value().size()));
    }
    out.body = message.body();
    out.peer = peer_;
    return out;
  }

  void refuse(int status, std::string text) {
    HttpResponse response;
    response.status = status;
    response.body = std::move(text);
    respond_and_linger(response);
  }

  std::shared_ptr<http::response<http::string_body>> message_of(const HttpResponse& given, bool keep_alive) const {
    auto response = std::make_shared<http::response<http::string_body>>(static_cast<http::status>(given.status), 11);
    response->set(http::field::content_type, given.content_type);
    for (const auto& [name, value] : given.extra) response->set(name, value);
    response->keep_alive(keep_alive);
    response->body() = given.body;
    if (given.status != 204 && given.status != 304) response->prepare_payload();
    if (parser_ && parser_->get().method() == http::verb::head) response->body().clear();
    return response;
  }

  void respond(const HttpResponse& given, bool keep_alive) {
    auto response = message_of(given, keep_alive);
    on_gone_ = nullptr;
    error_code ignored;
    if (keep_alive) socket_.cancel(ignored);  // the watch on the peer
    arm(kHttpIdleSeconds);
    http::async_write(socket_, *response, [self = shared_from_this(), response, keep_alive](error_code ec, std::size_t) {
      if (!ec && keep_alive) return self->read_header();
      self->drop();
    });
  }

  // For a request of which something is still to come: were the socket closed with bytes unread, the kernel would
  // reset it and the peer would never read the answer.
  void respond_and_linger(const HttpResponse& given) {
    auto response = message_of(given, false);
    arm(kLingerSeconds);
    http::async_write(socket_, *response, [self = shared_from_this(), response](error_code ec, std::size_t) {
      if (ec) return self->drop();
      error_code ignored;
      self->socket_.shutdown(Socket::shutdown_send, ignored);
      self->scratch_.resize(kReadPiece);
      self->discard();
    });
  }

  void discard() {
    socket_.async_read_some(asio::buffer(scratch_), [self = shared_from_this()](error_code ec, std::size_t) {
      if (ec) return self->drop();
      self->discard();
    });
  }

  void stream(std::string text) {
    pieces_.push_back(std::move(text));
    if (pieces_.size() == 1) write_piece();
  }

  std::size_t stream_bytes() const {
    std::size_t out = 0;
    for (const auto& piece : pieces_) out += piece.size();
    return out;
  }

  // A client that stops reading is given up; what waits for it does not pile up for ever.
  void write_piece() {
    arm(kHttpIdleSeconds);
    asio::async_write(socket_, asio::buffer(pieces_.front()), [self = shared_from_this()](error_code ec, std::size_t) {
      self->timer_.cancel();
      self->pieces_.pop_front();
      if (ec) {
        self->pieces_.clear();
        return self->drop();
      }
      if (!self->pieces_.empty()) self->write_piece();
      else if (self->finished_) self->drop();
    });
  }

  void finish_stream() {
    on_gone_ = nullptr;
    finished_ = true;
    stream("0\r\n\r\n");
  }

  void drop() {
    timer_.cancel();
    error_code ignored;
    socket_.shutdown(Socket::shutdown_both, ignored);
    socket_.close(ignored);
    gone_ = true;
    if (auto callback = std::move(on_gone_)) callback();
  }

  Socket socket_;
  Timer timer_;
  std::shared_ptr<const ServerCallbacks> callbacks_;
  std::shared_ptr<std::size_t> count_;
  Peer peer_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  HttpPlan plan_;
  std::deque<std::string> pieces_;
  std::string scratch_;
  std::function<void()> on_gone_;
  bool keep_alive_ = false, reading_body_ = false, gone_ = false, finished_ = false;
};

}  // namespace

const std::string* HttpRequest::header(std::string_view lower_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_name) return &value;
  }
  return nullptr;
}

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  Impl(base::Loop& l, ServerCallbacks c) : loop(l), callbacks(std::make_shared<ServerCallbacks>(std::move(c))) {}
  void accept_next(std::shared_ptr<Acceptor> acceptor) {
    acceptor->async_accept([self = shared_from_this(), acceptor](error_code ec, Socket socket) {
      if (ec == asio::error::operation_aborted || !acceptor->is_open()) return;
      if (ec) {
        // Out of descriptors: wait for some to come back instead of spinning.
        base::log_warn("gateway", "cannot accept a connection: " + ec.message());
        auto timer = std::make_shared<Timer>(self->loop.get_executor(), std::chrono::milliseconds(200));
        timer->async_wait([self, acceptor, timer](error_code) { self->accept_next(acceptor); });
        return;
      }
      tune(socket);
      std::make_shared<HttpSession>(std::move(socket), self->callbacks, self->count)->start();
      self->accept_next(acceptor);
    });
  }
  base::Loop& loop;
  std::shared_ptr<const ServerCallbacks> callbacks;
  std::vector<std::shared_ptr<Acceptor>> acceptors;
  std::shared_ptr<std::size_t> count = std::make_shared<std::size_t>(0);
};

Server::Server(base::Loop& loop, ServerCallbacks callbacks) : impl_(std::make_shared<Impl>(loop, std::move(callbacks))) {}
Server::~Server() { stop_accepting(); }

base::Result<std::uint16_t> Server::listen(const std::string& address, std::uint16_t port) {
  error_code ec;
  const auto ip = asio::ip::make_address(address, ec);
  if (ec) return base::fail(base::ErrorKind::invalid, "not an IP address: " + address);
  const asio::ip::tcp::endpoint endpoint(ip, port);
  auto acceptor = std::make_shared<Acceptor>(impl_->loop.get_executor());
  acceptor->open(endpoint.protocol(), ec);
  if (!ec) acceptor->set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec && ip.is_v6()) acceptor->set_option(asio::ip::v6_only(true), ec);
  if (!ec) acceptor->bind(endpoint, ec);
  if (!ec) acceptor->listen(4096, ec);
  if (ec) {
    const auto kind = ec == asio::error::address_in_use ? base::ErrorKind::busy : base::ErrorKind::io;
    return base::fail(kind, ec.message(), {}, ec.value());
  }
  impl_->acceptors.push_back(acceptor);
  impl_->accept_next(acceptor);
  return acceptor->local_endpoint().port();
}

void Server::stop_accepting() {
  for (auto& acceptor : impl_->acceptors) {
    error_code ignored;
    acceptor->close(ignored);
  }
  impl_->acceptors.clear();
}

std::size_t Server::connections() const { return *impl_->count; }

}  // namespace openclaw::net
