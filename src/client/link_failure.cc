#include "client/gateway_client.h"
#include "protocol/auth_errors.h"

namespace openclaw::client {

std::string LinkFailure::detail_code() const {
  return refusal ? protocol::read_detail_code(refusal->details).value_or("") : std::string();
}

std::string LinkFailure::request_id() const {
  const auto* details = refusal ? refusal->details.if_object() : nullptr;
  if (details) {
    if (auto id = json::get_string(*details, "requestId"); id && !id->empty()) return *id;
  }
  // "pairing required: device is not approved yet (requestId: 6f..)"; a long reason may have been cut.
  constexpr std::string_view kMark = "(requestId: ";
  const std::size_t at = close_reason.find(kMark);
  const std::size_t end = at == std::string::npos ? at : close_reason.find(')', at);
  if (end == std::string::npos) return {};
  return close_reason.substr(at + kMark.size(), end - at - kMark.size());
}

std::string LinkFailure::missing_scope() const {
  return refusal ? protocol::missing_scope_of(refusal->details, refusal->message) : std::string();
}

bool LinkFailure::is_passing() const {
  if (close_code == 1013) return true;
  return refusal && refusal->code == protocol::kUnavailable && refusal->retryable.value_or(false);
}

std::optional<std::int64_t> LinkFailure::retry_after_ms() const {
  return refusal ? refusal->retry_after_ms : std::nullopt;
}

bool Hello::offers(std::string_view method) const {
  const auto* features = json::get_object(payload, "features");
  const auto* methods = features ? json::get_array(*features, "methods") : nullptr;
  if (!methods) return true;
  for (const auto& name : *methods) {
    if (name.is_string() && std::string_view(name.get_string()) == method) return true;
  }
  return false;
}

}  // namespace openclaw::client
