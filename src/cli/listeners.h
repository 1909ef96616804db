#pragma once
#include <string>
#include <vector>

namespace openclaw::cli {

// TCP addresses of this machine that listen on `port`, from /proc/net; "127.0.0.1:18789", "[::1]:18789".
std::vector<std::string> listening_on(int port);
// One table of /proc/net as text.
std::vector<std::string> parse_listeners(const std::string& table, int port);

}  // namespace openclaw::cli
