// The command line of openclaw_load.
#pragma once
#include <optional>
#include <string>

namespace openclaw::bench {

enum class Mode { rpc, conn, idle };

struct Options {
  Mode mode = Mode::rpc;
  int port = 0;
  std::string token;    // from OPENCLAW_GATEWAY_TOKEN, never from the command line
  int connections = 1;  // conn: at once
  int depth = 1;        // rpc: requests in flight on each connection
  double seconds = 5;   // rpc, idle: how long once all are connected
  long total = 1000;    // conn: handshakes to make
  int ramp = 500;       // idle: most connections still shaking hands at once
  int identities = 0;   // prepared device identities; 0 = connect without a device
  std::string method = "health", params;
};

inline constexpr char kUsage[] =
    "usage: openclaw_load rpc  --port P [--conns N] [--depth N] [--seconds S] [--method M] [--params JSON] "
    "[--identities N]\n"
    "       openclaw_load conn --port P [--conns N] [--total N] [--identities N]\n"
    "       openclaw_load idle --port P [--conns N] [--seconds S] [--ramp N] [--identities N]\n"
    "       openclaw_load exec COUNT COMMAND [ARGS...]\n"
    "The gateway's token is read from OPENCLAW_GATEWAY_TOKEN. One JSON object is printed.\n";

// nullopt when the command line does not fit kUsage.
std::optional<Options> parse_options(int argc, char** argv);

}  // namespace openclaw::bench
