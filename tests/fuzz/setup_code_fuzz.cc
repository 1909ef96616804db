// Setup codes, origins and the output of the tailscale program, of any bytes: a code that is read is written
// and read again to the same; an origin is accepted only as the one that is allowed.
#include "auth/origin.h"
#include "auth/setup_code.h"
#include "auth/tailscale_identity.h"
#include "base/encoding.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string& code : {std::string(text), base::base64url_encode(text)}) {
    const auto decoded = auth::decode_setup_code(code);
    if (!decoded) continue;
    const auto again = auth::decode_setup_code(auth::encode_setup_code(*decoded));
    if (again && (again->url != decoded->url || again->bootstrap_token != decoded->bootstrap_token))
      std::abort();
  }
  auth::OriginRule rule;
  rule.allowed = {"https://control.example.com"};
  const auto verdict = auth::check_origin(text, text, false, rule);
  if (verdict.ok && verdict.origin != "https://control.example.com") std::abort();
  if (verdict.ok == verdict.matched_by.empty() || verdict.ok != verdict.reason.empty()) std::abort();
  const auto identity = auth::parse_whois(text);
  if (identity && identity->login.empty()) std::abort();
  const auto host = auth::parse_tailnet_host(text);
  if (host && host->empty()) std::abort();
  return 0;
}
