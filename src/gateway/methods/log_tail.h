// The end of the gateway's log file, as logs.tail gives it to clients (OpenClaw methods 2). Blocking.
#pragma once
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::gateway {

struct LogTailRequest {
  std::string file;                    // today's; when it is not there, the newest gateway-*.log beside it
  std::optional<std::int64_t> cursor;  // where the client has read to, in bytes
  std::int64_t limit = 500;            // lines
  std::int64_t max_bytes = 250'000;
};

struct LogTail {
  std::string file;
  std::int64_t cursor = 0, size = 0;
  std::vector<std::string> lines;  // as they stand in the file
  bool truncated = false;          // there was more before them
  bool reset = false;              // the cursor could not be continued
};

base::Result<LogTail> read_log_tail(const LogTailRequest& request);

// A line of our log as the record that official clients read: {"0": subsystem, "1": text, "_meta", "time"}.
// Lines that are none of ours stay as they are.
std::string log_record(const std::string& line, const std::string& host);

}  // namespace openclaw::gateway
