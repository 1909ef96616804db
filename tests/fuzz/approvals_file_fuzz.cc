// exec-approvals.json as an operator may send it: what parses must survive a round trip with the same policy.
#include "approvals/file.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw::approvals;
  auto file = ApprovalsFile::parse(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz");
  if (!file) return 0;
  auto again = ApprovalsFile::parse(openclaw::json::write(file->document()), "fuzz");
  if (!again) std::abort();
  for (const char* agent : {"", "main", "*", "x"}) {
    const FilePolicy a = file->policy(agent), b = again->policy(agent);
    if (a.agent.security != b.agent.security || a.agent.ask != b.agent.ask ||
        a.allowlist.size() != b.allowlist.size())
      std::abort();
    if (effective_policy(Security::deny, Ask::off, a).security != Security::deny) std::abort();
  }
  file->keep_socket_of(*again);
  (void)file->public_document();
  return 0;
}
