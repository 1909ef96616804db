#include "agent/providers/http_provider.h"

#include "agent/failure.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/strings.h"
#include "net/sse.h"

namespace openclaw::agent {
namespace {

using base::ErrorKind;

// Takes the body as it arrives. Lives in the frame of complete(), which outlives the call.
struct Intake {
  std::unique_ptr<StreamDecoder> decoder;
  net::SseParser parser{base::kMaxProviderLine};
  std::string head;  // the beginning, for a reply that turns out to be no event stream
  std::size_t bytes = 0;
  bool more = true;
  bool too_large = false;

  bool take(std::string_view piece) {
    constexpr std::size_t kHead = 4096;
    bytes += piece.size();
    if (head.size() < kHead) head.append(piece.substr(0, kHead - head.size()));
    const bool fits =
        parser.feed(piece, [this](const net::SseEvent& event) { more = more && decoder->feed(event); });
    too_large = more && (!fits || bytes > base::kMaxProviderBody);
    return more && !too_large;
  }
  // An event without its blank line counts when it is whole; half of one means that the stream was cut.
  void end() {
    parser.finish([this](const net::SseEvent& event) {
      const std::string_view data = base::trim(event.data);
      if (more && (data == "[DONE]" || json::parse(data))) more = decoder->feed(event);
    });
  }
};

ModelFailure make(FailureReason reason, std::string text) {
  ModelFailure failure;
  failure.reason = reason;
  failure.text = std::move(text);
  return failure;
}

std::string where(const ModelTarget& target, const net::Url& url) {
  return fmt::format("{} at {}", target.provider, url.host_port());
}

ModelFailure link_failure(const base::Error& error, const ModelRequest& request, const net::Url& url,
                          std::int64_t waited_ms) {
  switch (error.kind) {
    case ErrorKind::cancelled:
      return make(FailureReason::cancelled, "cancelled");
    case ErrorKind::timeout:
      if (waited_ms < request.idle_timeout_ms) {  // it was the connecting
        return make(FailureReason::timeout,
                    fmt::format("cannot reach {}: {}", where(request.target, url), error.message));
      }
      return make(FailureReason::timeout, fmt::format("LLM idle timeout ({}s): no response from model",
                                                      (request.idle_timeout_ms + 999) / 1000));
    case ErrorKind::closed:
      return make(FailureReason::network,
                  fmt::format("{} closed the connection without an answer", where(request.target, url)));
    case ErrorKind::invalid:
      return make(FailureReason::format, error.message);
    default:
      return make(FailureReason::network,
                  fmt::format("cannot reach {}: {}", where(request.target, url), error.message));
  }
}

// A 2xx reply without a single event: a JSON error, a web page, a server that does not stream.
ModelFailure not_a_stream(const Intake& intake, const ModelTarget& target, const net::Url& url) {
  if (auto body = json::parse(base::trim(intake.head))) {
    const ProviderError error = parse_provider_error(*body);
    if (!error.message.empty()) return stream_failure(error);
  }
  return make(
      FailureReason::format,
      fmt::format(
          "{} answered {} with something that is not an event stream; check models.providers.{}.baseUrl",
          url.host_port(), url.path, target.provider));
}

ModelResult<ModelReply> conclude(Intake& intake, const ModelRequest& request, const net::Url& url,
                                 const base::Result<net::HttpReply>& reply, std::int64_t waited_ms) {
  if (request.cancel.cancelled()) return tl::unexpected(make(FailureReason::cancelled, "cancelled"));
  if (reply && (reply->status < 200 || reply->status >= 300)) {
    const auto now = base::SystemClock::instance().wall_ms();
    return tl::unexpected(http_failure(reply->status, reply->headers, reply->body, now));
  }
  if (intake.too_large) {
    return tl::unexpected(make(FailureReason::format, fmt::format("{} sent more than one reply may have",
                                                                  where(request.target, url))));
  }
  const bool cut_off = !reply && reply.error().kind == ErrorKind::closed && intake.bytes > 0;
  if (reply || cut_off) intake.end();
  if (!reply && !cut_off && intake.more && !intake.decoder->complete()) {
    return tl::unexpected(link_failure(reply.error(), request, url, waited_ms));
  }
  if (intake.decoder->events() == 0 && !base::trim(intake.head).empty()) {
    return tl::unexpected(not_a_stream(intake, request.target, url));
  }
  return intake.decoder->finish();
}

}  // namespace

base::Task<ModelResult<ModelReply>> HttpProvider::complete(ModelRequest request, ModelSink sink) {
  auto call = format_.call(request);
  if (!call) {
    auto failure = make(FailureReason::format, fmt::format("models.providers.{}.baseUrl: {}",
                                                           request.target.provider, call.error().message));
    co_return tl::unexpected(std::move(failure));
  }
  const net::Url url = call->url;
  Intake intake;
  intake.decoder = format_.decoder(std::move(sink));
  call->on_body = [&intake](std::string_view piece) { return intake.take(piece); };
  net::HttpCall ready = std::move(*call);
  const std::int64_t started = base::SystemClock::instance().steady_ms();
  auto reply = co_await net::http_call(loop_, std::move(ready));
  const std::int64_t waited = base::SystemClock::instance().steady_ms() - started;
  auto result = conclude(intake, request, url, reply, waited);
  if (!result) {
    result.error().streamed = intake.decoder->streamed();
    result.error().text = without_secrets(std::move(result.error().text), request.target);
  }
  co_return result;
}

}  // namespace openclaw::agent
