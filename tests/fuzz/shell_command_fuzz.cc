// Command texts from an agent: the shell analysis and what is built on it. Whatever is satisfied must have
// been understood, and a refusal must say why.
#include "approvals/evaluate.h"
#include "approvals/shell.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw::approvals;
  if (size > 4096) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  static const Context context = [] {
    Context c;
    c.cwd = "/nonexistent";
    c.home = "/nonexistent/home";
    c.allowlist = {{"/nonexistent/bin/ok", "", ""}, {"~/**/x?", "", ""}};
    c.find = [](std::string_view name) -> std::optional<std::string> {
      if (name == "ok" || name == "sh" || name == "env") return "/nonexistent/bin/" + std::string(name);
      return std::nullopt;
    };
    return c;
  }();
  const Evaluation evaluation = evaluate_shell(text, context);
  if (evaluation.satisfied) {
    if (!evaluation.analysis_ok || evaluation.segments.empty() || !analyze_shell(text)) std::abort();
  } else if (evaluation.reason.empty()) {
    std::abort();
  }
  const Argv argv = {"env", "sh", "-c", text};
  (void)evaluate_argv(argv, context);
  (void)check_raw_command(argv, text);
  (void)is_safe_bin({"jq", text, "-n", text}, "/usr/bin/jq", {"jq"});
  (void)parse_arg_token(text);
  (void)glob_match(text.substr(0, size / 2), text.substr(size / 2));
  return 0;
}
