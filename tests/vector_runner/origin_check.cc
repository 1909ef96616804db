#include "auth/origin.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

Outcome origin_check(const json::Object& in) {
  auth::OriginRule rule;
  rule.allowed = list_of(in, "allowedOrigins");
  rule.host_header_fallback = flag_of(in, "allowHostHeaderOriginFallback");
  const auto verdict = auth::check_origin(text_of(in, "origin"), text_of(in, "requestHost"),
                                          flag_of(in, "isLocalClient"), rule);
  json::Object out;
  out["ok"] = verdict.ok;
  if (verdict.ok)
    out["matchedBy"] = verdict.matched_by;
  else
    out["reason"] = verdict.reason;
  return got(std::move(out));
}

const Area kArea("origin-check", {{"origin_check", origin_check}});

}  // namespace
}  // namespace openclaw::vectors
