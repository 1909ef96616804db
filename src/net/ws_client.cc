#include "net/ws_client.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <deque>

#include "net/any_stream.h"

namespace openclaw::net {
namespace {

namespace http = beast::http;
namespace websocket = beast::websocket;
using base::ErrorKind;

class WsClientImpl final : public WsClient, public std::enable_shared_from_this<WsClientImpl> {
 public:
  explicit WsClientImpl(base::Loop& loop) : ws_(loop) {}

  base::Task<base::Result<>> start(WsClientOptions options) {
    auto connected = co_await ws_.next_layer().connect(options.url, options.connect_timeout_ms, options.tls_fingerprint);
    if (!connected) co_return connected;
    websocket::stream_base::timeout timeouts = websocket::stream_base::timeout::suggested(beast::role_type::client);
    timeouts.handshake_timeout = base::Millis(options.connect_timeout_ms);
    timeouts.idle_timeout = websocket::stream_base::none();
    timeouts.keep_alive_pings = false;
    ws_.set_option(timeouts);
    ws_.read_message_max(options.max_message);
    ws_.auto_fragment(false);
    websocket::response_type response;
    error_code ec;
    co_await ws_.async_handshake(response, options.url.host_port(), options.url.path,
                                 asio::redirect_error(asio::use_awaitable, ec));
    if (!ec) co_return base::Result<>{};
    const int status = static_cast<int>(response.result_int());
    ws_.next_layer().close();
    if (ec == websocket::error::upgrade_declined) {
      std::string body(response.body().data(), std::min<std::size_t>(response.body().size(), 200));
      co_return base::fail(ErrorKind::unreachable,
                           fmt::format("{} answered HTTP {} instead of a WebSocket upgrade{}{}", options.url.host_port(), status,
                                       body.empty() ? "" : ": ", body),
                           {}, status);
    }
    if (ec == beast::error::timeout) {
      co_return base::fail(ErrorKind::timeout, "no WebSocket upgrade from " + options.url.host_port() + " in time");
    }
    co_return base::fail(ErrorKind::unreachable, options.url.host_port() + " does not answer like a WebSocket server: " + ec.message());
  }

  base::Task<base::Result<std::string>> read() override {
    auto self = shared_from_this();
    beast::flat_buffer buffer;
    error_code ec;
    co_await ws_.async_read(buffer, asio::redirect_error(asio::use_awaitable, ec));
    if (!ec) co_return std::string(static_cast<const char*>(buffer.data().data()), buffer.data().size());
    open_ = false;
    if (ec == websocket::error::closed) {
      const auto& reason = ws_.reason();
      const int code = reason.code == websocket::close_code::none ? 1005 : static_cast<int>(reason.code);
      co_return base::fail(ErrorKind::closed, std::string(reason.reason.c_str(), reason.reason.size()), {}, code);
    }
    ws_.next_layer().close();
    co_return base::fail(ErrorKind::closed, {}, ec.message(), 1006);
  }

  void send(std::string text) override {
    if (!open_) return;
    queue_.push_back(std::move(text));
    if (!writing_) write_next();
  }

  void ping() override {
    if (!open_) return;
    ws_.async_ping({}, [self = shared_from_this()](error_code) {});
  }

  base::Task<void> close(std::uint16_t code, std::string reason) override {
    auto self = shared_from_this();
    if (!open_) co_return;
    open_ = false;
    websocket::close_reason why;
    if (code != 1005) {
      why.code = code;
      why.reason.assign(reason.data(), std::min<std::size_t>(reason.size(), 120));
    }
    error_code ec;
    co_await ws_.async_close(why, asio::redirect_error(asio::use_awaitable, ec));
    ws_.next_layer().close();
  }

  void abort() override {
    open_ = false;
    ws_.next_layer().close();
  }

 private:
  void write_next() {
    writing_ = true;
    ws_.text(true);
    ws_.async_write(asio::buffer(queue_.front()), [self = shared_from_this()](error_code ec, std::size_t) {
      self->queue_.pop_front();
      self->writing_ = false;
      if (ec) return;
      if (!self->queue_.empty()) self->write_next();
    });
  }

  websocket::stream<AnyStream, false> ws_;
  std::deque<std::string> queue_;
  bool writing_ = false, open_ = true;
};

}  // namespace

base::Task<base::Result<std::shared_ptr<WsClient>>> WsClient::connect(base::Loop& loop, WsClientOptions options) {
  auto client = std::make_shared<WsClientImpl>(loop);
  auto started = co_await client->start(std::move(options));
  if (!started) co_return tl::unexpected(std::move(started).error());
  co_return std::static_pointer_cast<WsClient>(client);
}

}  // namespace openclaw::net
