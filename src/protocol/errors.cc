#include "protocol/errors.h"

namespace openclaw::protocol {

json::Object to_json(const WireError& error) {
  json::Object out;
  out["code"] = error.code;
  out["message"] = error.message;
  if (!error.details.is_null()) out["details"] = error.details;
  if (error.retryable) out["retryable"] = *error.retryable;
  if (error.retry_after_ms) out["retryAfterMs"] = *error.retry_after_ms;
  return out;
}

WireError wire_error_from(const json::Object& object) {
  WireError error;
  error.code = json::get_string_or(object, "code", kUnavailable);
  error.message = json::get_string_or(object, "message", "unknown error");
  if (const auto* details = json::find(object, "details")) error.details = *details;
  error.retryable = json::get_bool(object, "retryable");
  error.retry_after_ms = json::get_int(object, "retryAfterMs");
  return error;
}

base::Error to_error(const WireError& error) {
  base::Error out;
  out.message = error.message;
  const bool auth = error.code == kNotPaired || error.code == kForbidden ||
                    error.message.starts_with("unauthorized") || error.message.starts_with("missing scope") ||
                    error.message.starts_with("pairing required") || error.message.starts_with("device ");
  out.kind = auth ? base::ErrorKind::auth : base::ErrorKind::failed;
  return out;
}

}  // namespace openclaw::protocol
