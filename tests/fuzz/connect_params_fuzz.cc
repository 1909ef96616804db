// Connect parameters of any shape: check, read, write and judge. What was accepted must be accepted again, and nobody
// without the secret gets in.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "auth/connect_policy.h"
#include "protocol/connect.h"

namespace {

using namespace openclaw;

void judge(const protocol::ConnectParams& params) {
  static const auth::ServerAuth kAuth = [] {
    auth::ServerAuth out;
    out.token = "a secret that no input knows: 5d0c5a0e";
    return out;
  }();
  auth::ConnectFacts facts;
  facts.request = auth::request_facts("192.0.2.1", {}, kAuth);
  facts.nonce = "nonce";
  facts.now = 1'795'500'000'000;
  const auth::DeviceBook book;
  if (auth::judge_connect(params, facts, kAuth, book)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = json::parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!parsed) return 0;
  json::Value value = *parsed;
  if (!protocol::check_connect(value).problem.empty()) return 0;
  const auto params = protocol::read_connect(value);
  json::Value again = protocol::write_connect(params);
  (void)protocol::check_connect(again);
  judge(params);
  return 0;
}
