#include "cli/params.h"

#include "fs/file.h"

#include <unistd.h>

namespace openclaw::cli {
namespace {

constexpr std::size_t kMaxParams = 26'214'400;  // what one frame may carry

base::Result<std::string> read_stdin() {
  std::string out;
  char buffer[65536];
  for (;;) {
    const auto n = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (n <= 0) return out;
    out.append(buffer, static_cast<std::size_t>(n));
    if (out.size() > kMaxParams)
      return base::fail(base::ErrorKind::usage, "invalid --params: stdin is longer than 25 MiB");
  }
}

}  // namespace

base::Result<json::Value> params_option(const Invocation& inv) {
  std::string text = inv.value("params", "{}");
  if (text == "-") {
    OC_TRY_ASSIGN(text, read_stdin());
  } else if (text.starts_with('@')) {
    auto file = fs::read_file(text.substr(1), kMaxParams);
    if (!file) return base::fail(base::ErrorKind::usage, "invalid --params: " + file.error().message);
    text = std::move(*file);
  }
  auto value = json::parse(text);
  if (value) return value;
  std::string why = value.error().message;
  const std::size_t at = why.rfind(" at offset ");
  if (at != std::string::npos) {
    const auto offset = static_cast<std::size_t>(std::strtoull(why.c_str() + at + 11, nullptr, 10));
    const std::size_t line_start = text.rfind('\n', offset == 0 ? 0 : offset - 1);
    const std::size_t column =
        line_start == std::string::npos || line_start >= offset ? offset + 1 : offset - line_start;
    why = why.substr(0, at) + " at column " + std::to_string(column);
  }
  return base::fail(base::ErrorKind::usage, "invalid --params: " + why,
                    "Fix: give JSON like '{\"key\":\"value\"}', @file or - for stdin.");
}

}  // namespace openclaw::cli
