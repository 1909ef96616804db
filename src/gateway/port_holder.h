// Who listens on a TCP port of this machine, as far as /proc tells (other users' processes stay anonymous). Blocking;
// for error messages.
#pragma once
#include <cstdint>
#include <string>

namespace openclaw::gateway {

// "pid 123 (openclaw gateway run)", or empty.
std::string port_holder(std::uint16_t port);

}  // namespace openclaw::gateway
