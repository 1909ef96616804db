#include "net/any_stream.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/encoding.h"
#include "base/strings.h"

namespace openclaw::net {
namespace {

using base::ErrorKind;

std::string plain_fingerprint(std::string_view text) {
  std::string out = base::lower_ascii(base::trim(text));
  if (out.starts_with("sha256:")) out.erase(0, 7);
  std::erase(out, ':');
  return out;
}

std::string peer_fingerprint(SSL* ssl) {
  std::unique_ptr<X509, decltype(&X509_free)> cert(SSL_get1_peer_certificate(ssl), X509_free);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (!cert || X509_digest(cert.get(), EVP_sha256(), digest, &size) != 1) return {};
  return base::hex_encode({reinterpret_cast<const char*>(digest), size});
}

base::Error link_error(const error_code& ec, const Url& url) {
  base::Error error;
  error.code = ec.value();
  const std::string where = url.host_port();
  error.kind = ErrorKind::unreachable;
  if (ec == beast::error::timeout) {
    error.kind = ErrorKind::timeout;
    error.message = "connection to " + where + " timed out";
  } else if (ec == asio::error::connection_refused) {
    error.message = "connection refused (" + where + ")";
  } else if (ec == asio::error::host_not_found || ec == asio::error::host_not_found_try_again ||
             ec == asio::error::no_data) {
    error.message = "name not found (" + url.host + ")";
  } else if (ec == asio::error::host_unreachable || ec == asio::error::network_unreachable) {
    error.message = "no route to host (" + where + ")";
  } else {
    error.message = ec.message() + " (" + where + ")";
  }
  return error;
}

}  // namespace

base::Task<base::Result<>> AnyStream::connect(Url url, int timeout_ms, std::string fingerprint) {
  error_code ec;
  std::vector<asio::ip::tcp::endpoint> endpoints;
  const auto address = asio::ip::make_address(url.host, ec);
  if (!ec) {
    endpoints.emplace_back(address, url.port);
  } else {
    // Only a name needs the resolver, whose first use starts a thread.
    asio::ip::tcp::resolver resolver(get_executor());
    auto results = co_await resolver.async_resolve(url.host, std::to_string(url.port),
                                                   asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return tl::unexpected(link_error(ec, url));
    for (const auto& entry : results) endpoints.push_back(entry.endpoint());
  }
  tcp_.expires_after(base::Millis(timeout_ms));
  co_await tcp_.async_connect(endpoints, asio::redirect_error(asio::use_awaitable, ec));
  if (ec) co_return tl::unexpected(link_error(ec, url));
  tcp_.socket().set_option(asio::ip::tcp::no_delay(true), ec);
  if (url.tls) {
    const std::string pin = plain_fingerprint(fingerprint);
    context_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
    if (pin.empty()) {
      context_->set_default_verify_paths(ec);
      context_->set_verify_mode(asio::ssl::verify_peer, ec);
    } else {
      context_->set_verify_mode(asio::ssl::verify_none, ec);
    }
    tls_ = std::make_unique<asio::ssl::stream<beast::tcp_stream&>>(tcp_, *context_);
    SSL* ssl = tls_->native_handle();
    if (!is_ip_literal(url.host)) SSL_set_tlsext_host_name(ssl, url.host.c_str());
    if (pin.empty()) {
      if (is_ip_literal(url.host)) X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), url.host.c_str());
      else SSL_set1_host(ssl, url.host.c_str());
    }
    co_await tls_->async_handshake(asio::ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, ec));
    if (ec) {
      const long verify = SSL_get_verify_result(ssl);
      std::string why = verify != X509_V_OK ? X509_verify_cert_error_string(verify) : ec.message();
      close();
      if (ec == beast::error::timeout) co_return tl::unexpected(link_error(ec, url));
      co_return base::fail(ErrorKind::unreachable, "TLS: " + why + " (" + url.host_port() + ")");
    }
    if (!pin.empty()) {
      const std::string seen = peer_fingerprint(ssl);
      if (seen != pin) {
        close();
        co_return base::fail(ErrorKind::unreachable, "gateway tls fingerprint mismatch (" + url.host_port() + ")",
                             "expected sha256:" + pin + "\nreceived sha256:" + seen);
      }
    }
  }
  tcp_.expires_never();
  co_return base::Result<>{};
}

void AnyStream::close() {
  error_code ec;
  tcp_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ec);
  tcp_.close();
}

void teardown(beast::role_type, AnyStream& stream, error_code& ec) {
  stream.close();
  ec = {};
}

}  // namespace openclaw::net
