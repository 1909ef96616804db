#include "cli/console.h"

#include <cstdio>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace openclaw::cli {
namespace {

void put(std::FILE* file, std::string* capture, std::string_view text) {
  const bool newline = text.empty() || text.back() != '\n';
  if (capture) {
    *capture += text;
    if (newline) *capture += '\n';
    return;
  }
  std::fwrite(text.data(), 1, text.size(), file);
  if (newline) std::fputc('\n', file);
}

}  // namespace

Console Console::for_process(bool no_color) {
  Console console;
  console.out_terminal = ::isatty(STDOUT_FILENO) == 1;
  console.err_terminal = ::isatty(STDERR_FILENO) == 1;
  console.color = console.out_terminal && !no_color;
  winsize size{};
  if (console.out_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) {
    console.width = size.ws_col;
  }
  return console;
}

Console Console::captured(std::string* out, std::string* err) {
  Console console;
  console.out_capture_ = out;
  console.err_capture_ = err;
  return console;
}

void Console::out(std::string_view text) { put(stdout, out_capture_, text); }
void Console::err(std::string_view text) { put(stderr, err_capture_, text); }

void Console::progress(std::string_view text) {
  if (!err_terminal || err_capture_) return;
  std::fprintf(stderr, "\r\x1b[K%.*s", static_cast<int>(text.size()), text.data());
  std::fflush(stderr);
}

}  // namespace openclaw::cli
