// Where a command writes: the answer to stdout, everything else to stderr. Tests capture both.
#pragma once
#include <string>
#include <string_view>

namespace openclaw::cli {

class Console {
 public:
  static Console for_process(bool no_color);
  static Console captured(std::string* out, std::string* err);

  void out(std::string_view text);  // a newline is added when missing
  void err(std::string_view text);
  // A line that replaces itself; only on a terminal. Empty removes it.
  void progress(std::string_view text);

  bool out_terminal = false, err_terminal = false, color = false;
  int width = 120;

 private:
  std::string* out_capture_ = nullptr;
  std::string* err_capture_ = nullptr;
};

}  // namespace openclaw::cli
