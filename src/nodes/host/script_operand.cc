#include "approvals/shell.h"
#include "base/strings.h"
#include "nodes/host/run_plan.h"

#include <algorithm>
#include <vector>

namespace openclaw::nodes {
namespace {

using approvals::Argv;
using Kind = ScriptOperand::Kind;
using Words = std::vector<std::string_view>;

// How one interpreter's command line is read. An option that is in no list may do anything.
struct Interpreter {
  Words names;
  Words flags;                  // harmless, without value
  Words value_flags;            // harmless, the next word is the value
  Words inline_flags;           // program text in argv: no file
  std::string_view subcommand;  // `bun run FILE`, `deno run FILE`
};

const std::vector<Interpreter>& interpreters() {
  static const std::vector<Interpreter> kTable = {
      {{"python", "pypy"},
       {"-u", "-B", "-E", "-I", "-s", "-S", "-O", "-OO", "-v", "-q", "-b"},
       {"-W", "-X"},
       {"-c"},
       ""},
      {{"node", "nodejs", "tsx", "ts-node"},
       {"--no-warnings", "--trace-warnings", "--enable-source-maps", "--expose-gc",
        "--experimental-strip-types"},
       {"--stack-size", "--title"},
       {"-e", "--eval", "-p", "--print", "-pe"},
       ""},
      {{"bun"}, {"--silent", "--smol"}, {}, {"-e", "--eval", "-p", "--print"}, "run"},
      {{"deno"}, {"-A", "--allow-all", "--no-prompt", "--quiet", "-q", "--no-check"}, {}, {}, "run"},
      {{"ruby"}, {"-w", "-v", "-d", "-W", "-W0", "-W1", "-W2", "--yjit"}, {}, {"-e"}, ""},
      {{"perl"}, {"-w", "-W", "-t", "-T", "-n", "-p", "-l", "-a", "-v"}, {}, {"-e", "-E"}, ""},
      {{"php"}, {"-q", "-n"}, {}, {"-r", "--run"}, ""},
      {{"lua", "luajit", "Rscript"}, {"-v", "-W", "--vanilla"}, {}, {"-e"}, ""},
  };
  return kTable;
}

bool contains(const Words& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// python3.11 -> python
std::string family_of(const std::string& program) {
  std::string name = approvals::program_name(program);
  const std::string stem = name.substr(0, name.find_last_not_of("0123456789.") + 1);
  return stem.empty() ? name : stem;
}

const Interpreter* interpreter_of(const std::string& program) {
  const std::string family = family_of(program);
  const auto& table = interpreters();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& row) { return contains(row.names, family); });
  return found == table.end() ? nullptr : &*found;
}

ScriptOperand scan(const Interpreter& interpreter, const Argv& argv) {
  const bool needs_subcommand = interpreter.names.front() == "deno";
  bool subcommand_seen = false;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string& word = argv[i];
    if (word == "--") {
      return i + 1 < argv.size() ? ScriptOperand{Kind::file, i + 1} : ScriptOperand{Kind::unsafe};
    }
    if (word.empty() || word == "-") return {Kind::unsafe};
    if (contains(interpreter.inline_flags, word)) return {Kind::none};
    if (contains(interpreter.value_flags, word)) {
      ++i;
    } else if (word.front() == '-') {
      const bool permission = needs_subcommand && word.starts_with("--allow-");
      if (!contains(interpreter.flags, word) && !permission) return {Kind::unsafe};
    } else if (!interpreter.subcommand.empty() && !subcommand_seen && word == interpreter.subcommand) {
      subcommand_seen = true;
    } else if (needs_subcommand && !subcommand_seen) {
      return {Kind::unsafe};  // deno eval, deno task, ...
    } else if (interpreter.names.front() == "bun" && word.find_first_of("./") == std::string::npos) {
      return {Kind::unsafe};  // the name of a package script
    } else {
      return {Kind::file, i};
    }
  }
  return {Kind::unsafe};  // reads its program from standard input
}

// npm exec -- X, pnpm exec X, yarn exec X, npx X, bunx X: index of X; 0 = no runner; npos = one not looked
// through.
std::size_t runner_command(const Argv& argv) {
  const std::string name = approvals::program_name(argv.front());
  const bool direct = name == "npx" || name == "bunx" || name == "pnpx";
  const bool manager = name == "npm" || name == "pnpm" || name == "yarn";
  if (!direct && !manager) return 0;
  std::size_t at = 1;
  if (manager) {
    if (argv.size() < 2 || argv[1] != "exec") return std::string::npos;
    at = 2;
  }
  if (at < argv.size() && argv[at] == "--") ++at;
  return at < argv.size() && !argv[at].starts_with('-') ? at : std::string::npos;
}

ScriptOperand in_shell_text(const std::string& text) {
  const auto analysis = approvals::analyze_shell(text);
  if (!analysis) return {Kind::none};  // the person sees the text; there is no argument to bind a file to
  for (const approvals::Segment* segment : analysis->segments()) {
    if (find_script_operand(segment->argv).kind != Kind::none) return {Kind::unsafe};
  }
  return {Kind::none};
}

ScriptOperand shifted(ScriptOperand operand, std::size_t by) {
  if (operand.kind == Kind::file) operand.index += by;
  return operand;
}

}  // namespace

ScriptOperand find_script_operand(const Argv& argv) {
  const approvals::Unwrapped inner = approvals::unwrap(argv);
  if (inner.argv.empty() || !inner.blocked.empty()) return {inner.argv.empty() ? Kind::none : Kind::unsafe};
  const std::size_t start = argv.size() - inner.argv.size();
  const approvals::ShellCall call = approvals::parse_shell_call(inner.argv);
  if (call.is_shell) {
    if (call.unclear) return {Kind::unsafe};
    if (call.text) return in_shell_text(*call.text);
    if (call.script_index == 0) return {Kind::unsafe};
    return {Kind::file, start + call.script_index};
  }
  if (const std::size_t runner = runner_command(inner.argv); runner != 0) {
    if (runner == std::string::npos) return {Kind::unsafe};
    const Argv command(inner.argv.begin() + static_cast<std::ptrdiff_t>(runner), inner.argv.end());
    const Interpreter* interpreter = interpreter_of(command.front());
    // Any other program comes out of node_modules, which may change before the run.
    return interpreter ? shifted(scan(*interpreter, command), start + runner) : ScriptOperand{Kind::unsafe};
  }
  const Interpreter* interpreter = interpreter_of(inner.argv.front());
  return interpreter ? shifted(scan(*interpreter, inner.argv), start) : ScriptOperand{};
}

}  // namespace openclaw::nodes
