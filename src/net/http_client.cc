#include "net/http_client.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "base/limits.h"
#include "base/strings.h"
#include "net/any_stream.h"

namespace openclaw::net {
namespace http = beast::http;
using base::ErrorKind;

const std::string* HttpReply::header(std::string_view lower_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_name) return &value;
  }
  return nullptr;
}

namespace {

http::request<http::string_body> build(const HttpCall& call) {
  http::request<http::string_body> request;
  request.method_string(call.method);
  request.target(call.url.path);
  request.version(11);
  request.set(http::field::host, call.url.host_port());
  for (const auto& [name, value] : call.headers) request.set(name, value);
  request.set(http::field::connection, "close");
  request.body() = call.body;
  if (!call.body.empty() || call.method == "POST") request.prepare_payload();
  return request;
}

base::Error broken(const error_code& ec, const HttpCall& call, bool cancelled) {
  base::Error error;
  if (cancelled) {
    error.kind = ErrorKind::cancelled;
    error.message = "cancelled";
  } else if (ec == beast::error::timeout) {
    error.kind = ErrorKind::timeout;
    error.message = fmt::format("no response from {} for {}", call.url.host_port(), base::short_duration(call.idle_timeout_ms));
  } else if (ec.category() == http::make_error_code(http::error::end_of_stream).category() &&
             ec != http::error::end_of_stream && ec != http::error::partial_message) {
    error.kind = ErrorKind::invalid;
    error.message = fmt::format("{} sent no valid HTTP response: {}", call.url.host_port(), ec.message());
  } else {
    error.kind = ErrorKind::closed;
    error.message = fmt::format("{} closed the connection before the response was complete", call.url.host_port());
  }
  return error;
}

// Reads the body in pieces: to call.on_body when the status is 2xx, else into `reply`.
base::Task<base::Result<>> read_body(AnyStream& stream, beast::flat_buffer& buffer,
                                     http::response_parser<http::buffer_body>& parser, HttpCall& call, HttpReply& reply) {
  const bool streamed = call.on_body && reply.status >= 200 && reply.status < 300;
  char piece[16384];
  while (!parser.is_done()) {
    parser.get().body().data = piece;
    parser.get().body().size = sizeof piece;
    stream.tcp().expires_after(base::Millis(call.idle_timeout_ms));
    error_code ec;
    co_await http::async_read_some(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, ec));
    if (ec == http::error::need_buffer) ec = {};
    const std::string_view got(piece, sizeof piece - parser.get().body().size);
    if (!got.empty()) {
      if (streamed) {
        if (!call.on_body(got)) co_return base::Result<>{};
      } else {
        reply.body.append(got);
        if (reply.body.size() > call.max_body) {
          co_return base::fail(ErrorKind::invalid, fmt::format("{} sent more than {} bytes", call.url.host_port(), call.max_body));
        }
      }
    }
    if (call.cancel.cancelled()) co_return tl::unexpected(broken(ec, call, true));
    if (ec) co_return tl::unexpected(broken(ec, call, false));
  }
  co_return base::Result<>{};
}

}  // namespace

base::Task<base::Result<HttpReply>> http_call(base::Loop& loop, HttpCall call) {
  if (call.cancel.cancelled()) co_return base::fail(ErrorKind::cancelled, "cancelled");
  auto stream = std::make_shared<AnyStream>(loop);
  auto registration = call.cancel.on_cancel([weak = std::weak_ptr<AnyStream>(stream)] {
    if (auto alive = weak.lock()) alive->close();
  });
  auto connected = co_await stream->connect(call.url, call.connect_timeout_ms, {});
  if (call.cancel.cancelled()) co_return base::fail(ErrorKind::cancelled, "cancelled");
  if (!connected) co_return tl::unexpected(std::move(connected).error());

  error_code ec;
  auto request = build(call);
  stream->tcp().expires_after(base::Millis(call.idle_timeout_ms));
  co_await http::async_write(*stream, request, asio::redirect_error(asio::use_awaitable, ec));
  if (ec) co_return tl::unexpected(broken(ec, call, call.cancel.cancelled()));

  beast::flat_buffer buffer;
  http::response_parser<http::buffer_body> parser;
  parser.header_limit(base::kMaxHttpHeader);
  parser.body_limit(boost::none);
  stream->tcp().expires_after(base::Millis(call.idle_timeout_ms));
  co_await http::async_read_header(*stream, buffer, parser, asio::redirect_error(asio::use_awaitable, ec));
  if (ec) co_return tl::unexpected(broken(ec, call, call.cancel.cancelled()));

  HttpReply reply;
  reply.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get()) {
    reply.headers.emplace_back(base::lower_ascii({field.name_string().data(), field.name_string().size()}),
                               std::string(field.value().data(), field.value().size()));
  }
  auto body = co_await read_body(*stream, buffer, parser, call, reply);
  stream->close();
  if (!body) co_return tl::unexpected(std::move(body).error());
  co_return reply;
}

}  // namespace openclaw::net
