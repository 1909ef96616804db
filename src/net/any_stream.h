// A TCP or TLS client stream with one type, so that Beast is instantiated once for both. Private to net/.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <memory>
#include <optional>

#include "base/result.h"
#include "base/task.h"
#include "net/address.h"

namespace openclaw::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

class AnyStream {
 public:
  using executor_type = beast::tcp_stream::executor_type;
  explicit AnyStream(base::Loop& loop) : tcp_(loop) {}
  executor_type get_executor() { return tcp_.get_executor(); }
  beast::tcp_stream& tcp() { return tcp_; }

  // Resolves, connects and, for a TLS URL, verifies the certificate (CA store and name, or the pinned
  // fingerprint) before any byte of ours leaves. `timeout_ms` covers all of it.
  base::Task<base::Result<>> connect(Url url, int timeout_ms, std::string fingerprint);

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& b) {
          if (tls_) tls_->async_read_some(b, std::move(handler));
          else tcp_.async_read_some(b, std::move(handler));
        },
        token, buffers);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& b) {
          if (tls_) tls_->async_write_some(b, std::move(handler));
          else tcp_.async_write_some(b, std::move(handler));
        },
        token, buffers);
  }
  void close();

 private:
  beast::tcp_stream tcp_;
  std::unique_ptr<asio::ssl::context> context_;
  std::unique_ptr<asio::ssl::stream<beast::tcp_stream&>> tls_;
};

// Beast finds these by argument-dependent look-up.
void teardown(beast::role_type, AnyStream& stream, error_code& ec);
template <class Handler>
void async_teardown(beast::role_type, AnyStream& stream, Handler&& handler) {
  stream.close();
  asio::post(stream.get_executor(), beast::bind_front_handler(std::forward<Handler>(handler), error_code{}));
}
inline void beast_close_socket(AnyStream& stream) { stream.close(); }

}  // namespace openclaw::net
