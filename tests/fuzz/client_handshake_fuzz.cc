// What a client reads from a gateway it does not trust yet: the challenge, hello-ok and refusals.
#include "client/connect_params.h"
#include "client/resume.h"
#include "client/retry.h"
#include "protocol/auth_errors.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  const auto value = json::parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!value) return 0;
  client::ConnectOptions options;
  options.url = net::Url{"ws", "127.0.0.1", "/", 1, false};
  options.gateway_id = "id";
  options.resumable = true;
  if (const auto challenge = client::parse_challenge(&*value)) {
    (void)client::check_gateway(options, challenge->gateway);
    (void)client::connect_params(options, *challenge, 1);
  }
  if (auto hello = client::parse_hello(*value)) {
    (void)client::tick_interval_ms(*hello);
    (void)hello->offers("health");
    client::ResumableView view;
    (void)view.welcome(*hello);
  }
  if (const auto* object = value->if_object()) {
    const auto failure = client::refusal_failure(protocol::wire_error_from(*object));
    client::RetryPolicy retry;
    (void)retry.after_failure(failure, 0.5);
    (void)client::short_reason(failure);
    (void)failure.request_id();
    (void)failure.missing_scope();
    (void)protocol::read_auth_advice(failure.refusal->details);
  }
  return 0;
}
