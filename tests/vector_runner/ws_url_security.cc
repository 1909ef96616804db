#include "net/address.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

Outcome secure_url(const json::Object& in) {
  const auto url = net::parse_url(text_of(in, "url"));
  return got(one("secure", url && net::plaintext_allowed(*url, flag_of(in, "allowPrivateWs"))));
}

const Area kArea("ws-url-security", {{"secure_url", secure_url}});

}  // namespace
}  // namespace openclaw::vectors
