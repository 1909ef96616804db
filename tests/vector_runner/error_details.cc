#include "base/limits.h"
#include "base/strings.h"
#include "protocol/auth_errors.h"
#include "protocol/session_label.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

json::Value details_of(const json::Object& in) {
  const auto* details = json::find(in, "details");
  return details ? *details : json::Value(nullptr);
}

Outcome auth_detail_code(const json::Object& in) {
  return got(one("code", json::Value(protocol::auth_detail_code(text_of(in, "reason")))));
}

Outcome device_detail_code(const json::Object& in) {
  return got(one("code", json::Value(protocol::device_detail_code(text_of(in, "reason")))));
}

Outcome read_detail_code(const json::Object& in) {
  return got(one("code", text_or_null(protocol::read_detail_code(details_of(in)))));
}

Outcome read_advice(const json::Object& in) {
  const auto advice = protocol::read_auth_advice(details_of(in));
  json::Object out;
  out["canRetryWithDeviceToken"] = advice.can_retry_with_device_token
                                       ? json::Value(*advice.can_retry_with_device_token)
                                       : json::Value(nullptr);
  out["recommendedNextStep"] = text_or_null(advice.recommended_next_step);
  return got(std::move(out));
}

Outcome auth_failure_message(const json::Object& in) {
  const json::Object nobody;
  const auto* client = json::get_object(in, "client");
  const json::Object& who = client ? *client : nobody;
  const std::string id = text_of(who, "id"), mode = text_of(who, "mode");
  const auto text = protocol::auth_refusal(text_of(in, "reason"), {id, mode}, text_of(in, "authMode"),
                                           text_of(in, "authProvided"));
  return got(one("message", json::Value(text.message)));
}

Outcome close_reason(const json::Object& in) {
  const std::string reason = text_of(in, "reason");
  return got(one("reason", json::Value(base::cut_utf8(reason, base::kMaxCloseReason))));
}

Outcome session_label(const json::Object& in) {
  const auto* given = json::find(in, "label");
  const auto label = protocol::parse_session_label(given ? *given : json::Value(nullptr));
  json::Object out;
  out["ok"] = label.has_value();
  if (label) {
    out["label"] = *label;
  } else {
    out["error"] = label.error().message;
  }
  return got(std::move(out));
}

const Area kArea("error-details", {{"auth_detail_code", auth_detail_code},
                                   {"device_detail_code", device_detail_code},
                                   {"read_detail_code", read_detail_code},
                                   {"read_advice", read_advice},
                                   {"auth_failure_message", auth_failure_message},
                                   {"close_reason", close_reason},
                                   {"session_label", session_label}});

}  // namespace
}  // namespace openclaw::vectors
