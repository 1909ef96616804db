#include "cli/parser.h"

#include "base/strings.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/main.h"

#include <gtest/gtest.h>

namespace openclaw::cli {
namespace {

struct Ran {
  int code = -1;
  std::string out, err;
};

Ran run(std::vector<std::string> args, std::map<std::string, std::string, std::less<>> env = {}) {
  Ran ran;
  env.emplace("HOME", "/nonexistent-home");
  ran.code = run_cli(args, base::Env(std::move(env)), Console::captured(&ran.out, &ran.err));
  return ran;
}

struct UsageCase {
  std::vector<std::string> args;
  std::string err;
};

TEST(Usage, CommanderTextsAndExitTwo) {
  const std::vector<UsageCase> cases = {
      {{"xyzzy"}, "error: unknown command 'xyzzy'\n"},
      {{"helth"}, "error: unknown command 'helth'\n(Did you mean health?)\n"},
      {{"gateway", "cal"}, "error: unknown command 'gateway cal'\n(Did you mean call?)\n"},
      {{"nodes", "lst"}, "error: unknown command 'nodes lst'\n(Did you mean list?)\n"},
      {{"--bogus"}, "error: unknown option '--bogus'\n"},
      {{"health", "--jsn"}, "error: unknown option '--jsn'\n(Did you mean --json?)\n"},
      {{"health", "--bogus=1"}, "error: unknown option '--bogus'\n"},
      {{"gateway", "call"}, "error: missing required argument 'method'\n"},
      {{"gateway", "call", "a", "b"},
       "error: too many arguments for 'call'. Expected 1 argument but got 2.\n"},
      {{"health", "now"}, "error: unknown command 'health now'\n"},
      {{"nodes", "describe"}, "error: required option '--node <idOrNameOrIp>' not specified\n"},
      {{"health", "--timeout"}, "error: option '--timeout <ms>' argument missing\n"},
      {{"--profile"}, "error: option '--profile <name>' argument missing\n"},
      {{"gateway", "run", "--auth", "x"},
       "error: Invalid --auth (use \"none\", \"token\", \"password\", or \"trusted-proxy\")\n"},
      {{"gateway", "run", "--port", "99999999"}, "error: Invalid port\n"},
      {{"completion", "-s", "tcsh"}, "error: Invalid --shell (use \"bash\", \"zsh\", or \"fish\")\n"},
      {{"agent"}, "error: Message (--message) is required\n"},
      {{"agent", "-m", "x", "--timeout", "soon"}, "error: invalid --timeout\n"},
      {{"sessions", "--active", "0"}, "error: --active must be a positive integer (minutes)\n"},
  };
  for (const auto& c : cases) {
    const auto ran = run(c.args);
    EXPECT_EQ(ran.code, kExitUsage) << base::join(c.args, " ");
    EXPECT_EQ(ran.err, c.err) << base::join(c.args, " ");
    EXPECT_EQ(ran.out, "") << base::join(c.args, " ");
  }
}

TEST(Usage, BadValuesOfRpcOptions) {
  for (const char* bad : {"0", "-1", "x", "10s", "2147483648"}) {
    const auto ran = run({"health", "--timeout=" + std::string(bad)});
    EXPECT_EQ(ran.code, kExitUsage) << bad;
    EXPECT_TRUE(ran.err.starts_with("error: invalid --timeout\n")) << ran.err;
  }
  const auto params = run({"gateway", "call", "x", "--params", "{\"a\":nope}"});
  EXPECT_EQ(params.code, kExitUsage);
  EXPECT_TRUE(params.err.starts_with("error: invalid --params: ")) << params.err;
  EXPECT_NE(params.err.find(" at column "), std::string::npos) << params.err;
  const auto both = run({"health", "--token", "a", "--token-file", "/x"});
  EXPECT_EQ(both.err, "error: --token and --token-file exclude each other\n");
  const auto invoke = run({"nodes", "invoke", "--node", "n", "--command", "system.run"});
  EXPECT_EQ(invoke.code, kExitUsage);
  EXPECT_NE(invoke.err.find("is reserved for shell execution"), std::string::npos);
}

TEST(Usage, JsonFailuresAreADocumentToo) {
  const auto ran = run({"health", "--json", "--timeout", "x"});
  EXPECT_EQ(ran.out,
            "{\n  \"ok\": false,\n  \"error\": {\n    \"code\": \"USAGE\",\n    \"message\": \"invalid "
            "--timeout\"\n  }\n}\n");
  EXPECT_TRUE(ran.err.starts_with("error: invalid --timeout\n"));
  const auto parse = run({"health", "--json", "--nope"});
  EXPECT_NE(parse.out.find("\"message\": \"unknown option '--nope'\""), std::string::npos);
}

TEST(Usage, ProfileErrors) {
  EXPECT_EQ(run({"--profile", "../x", "config", "file"}).code, kExitUsage);
  EXPECT_EQ(run({"--dev", "--profile", "a", "config", "file"}).code, kExitUsage);
  const auto ok = run({"config", "file", "--profile", "work"});
  EXPECT_EQ(ok.code, kExitOk);
  EXPECT_NE(ok.out.find(".openclaw-work/openclaw.json"), std::string::npos) << ok.out;
}

TEST(Parser, OptionsBeforeAndAfter) {
  const auto parsed = parse_command_line({"--log-level", "debug", "gateway", "call", "--params", "-",
                                          "health", "--expect-final", "--url=ws://x", "--url", "ws://y"});
  ASSERT_TRUE(parsed);
  const auto& inv = parsed->invocation;
  EXPECT_EQ(inv.command->path, "gateway call");
  EXPECT_EQ(inv.args, std::vector<std::string>{"health"});
  EXPECT_EQ(inv.value("params"), "-");
  EXPECT_EQ(inv.value("url"), "ws://y");
  EXPECT_TRUE(inv.has("expect-final"));
  EXPECT_EQ(inv.globals.log_level, "debug");
}

TEST(Parser, ValuesThatLookLikeOptions) {
  const auto parsed = parse_command_line({"agent", "-m", "--not an option", "--session-key", "k"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->invocation.value("message"), "--not an option");
  const auto dashes = parse_command_line({"config", "set", "a", "--", "-5"});
  ASSERT_TRUE(dashes);
  EXPECT_EQ(dashes->invocation.args, (std::vector<std::string>{"a", "-5"}));
  const auto brackets = parse_command_line({"config", "set", "a", "[1,2]"});
  ASSERT_TRUE(brackets);
  EXPECT_EQ(brackets->invocation.args[1], "[1,2]");
}

TEST(Help, EveryCommandHasHelpWithItsOptions) {
  for (const Command* command : commands()) {
    SCOPED_TRACE(std::string(command->path));
    auto args = base::split(command->path, ' ');
    args.push_back("--help");
    const auto ran = run(args);
    EXPECT_EQ(ran.code, kExitOk);
    EXPECT_TRUE(ran.out.starts_with("Usage: openclaw " + std::string(command->path)));
    for (const Option* option : all_options(*command)) {
      EXPECT_NE(ran.out.find("--" + std::string(option->long_name())), std::string::npos) << option->names;
    }
    for (const auto example : command->examples) EXPECT_NE(ran.out.find(example), std::string::npos);
    EXPECT_NE(command->run, nullptr);
  }
}

// As a shell splits words; quotes only, no expansion.
std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool inside = false;
  char quote = 0;
  for (const char c : line) {
    if (quote != 0 ? c == quote : (c == '"' || c == '\'')) {
      quote = quote == 0 ? c : 0;
      inside = true;
    } else if (c == ' ' && quote == 0) {
      if (inside) words.push_back(std::move(word));
      word.clear();
      inside = false;
    } else {
      word += c;
      inside = true;
    }
  }
  if (inside) words.push_back(std::move(word));
  return words;
}

TEST(Help, ExamplesParseAsTheirCommand) {
  int parsed = 0;
  for (const Command* command : commands()) {
    for (const auto example : command->examples) {
      SCOPED_TRACE(std::string(example));
      if (!example.starts_with("openclaw ")) continue;  // part of a larger shell line
      auto words = shell_words(example.substr(0, example.find(" > ")));
      words.erase(words.begin());
      const auto outcome = parse_command_line(words);
      ASSERT_TRUE(outcome) << outcome.error().text;
      EXPECT_EQ(outcome->action, Action::run);
      ASSERT_NE(outcome->invocation.command, nullptr);
      EXPECT_EQ(outcome->invocation.command->path, command->path);
      ++parsed;
    }
  }
  EXPECT_GE(parsed, 15);
}

TEST(Help, RootGroupsAndVersion) {
  EXPECT_EQ(run({"--version"}).out, "OpenClaw native 0.1.0 (compatible with 2026.4.2)\n");
  EXPECT_EQ(run({"-V"}).code, kExitOk);
  const auto root = run({});
  EXPECT_EQ(root.code, kExitOk);
  EXPECT_NE(root.out.find("  gateway "), std::string::npos);
  EXPECT_EQ(run({"help"}).out, root.out);
  EXPECT_EQ(run({"help", "nodes"}).out, run({"nodes", "--help"}).out);
  const auto group = run({"nodes"});
  EXPECT_EQ(group.code, kExitUsage);
  EXPECT_EQ(group.out, "");
  EXPECT_EQ(group.err, run({"nodes", "--help"}).out);
}

TEST(Help, EveryRpcCommandTakesTheWholeSet) {
  int rpc = 0;
  for (const Command* command : commands()) {
    if (!command->rpc) continue;
    ++rpc;
    std::set<std::string> names;
    for (const Option* option : all_options(*command)) names.insert(std::string(option->long_name()));
    for (const char* name : {"url", "token", "password", "token-file", "password-file", "timeout", "json"}) {
      EXPECT_TRUE(names.contains(name)) << command->path << " lacks --" << name;
    }
  }
  EXPECT_GE(rpc, 15);
}

TEST(Completion, ScriptsNameEveryCommand) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const auto ran = run({"completion", "-s", shell});
    EXPECT_EQ(ran.code, kExitOk);
    for (const Command* command : commands()) {
      EXPECT_NE(ran.out.find(std::string(command->path.substr(command->path.rfind(' ') + 1))),
                std::string::npos)
          << command->path;
    }
    EXPECT_NE(ran.out.find("expect-final"), std::string::npos);
  }
}

// The script is run by the shell it is for.
TEST(Completion, BashCompletes) {
  const auto script = *completion_script("bash");
  const auto complete = [&](const std::string& words) {
    const std::string path = ::testing::TempDir() + "openclaw-completion-test.bash";
    std::FILE* file = std::fopen(path.c_str(), "w");
    std::fputs((script + "COMP_WORDS=(" + words +
                ")\nCOMP_CWORD=$((${#COMP_WORDS[@]}-1))\n_openclaw_completion\necho \"${COMPREPLY[*]}\"\n")
                   .c_str(),
               file);
    std::fclose(file);
    std::string out;
    std::FILE* pipe = ::popen(("bash --norc " + path + " 2>&1").c_str(), "r");
    char buffer[4096];
    while (std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, n);
    ::pclose(pipe);
    return out;
  };
  EXPECT_EQ(complete("openclaw heal"), "health\n");
  EXPECT_EQ(complete("openclaw gateway ca"), "call\n");
  EXPECT_EQ(complete("openclaw gateway call --expe"), "--expect-final\n");
  EXPECT_EQ(complete("openclaw completion --shell z"), "zsh\n");
}

TEST(Reference, MarkdownNamesEveryCommandAndOption) {
  const auto text = commands_markdown();
  for (const Command* command : commands()) {
    EXPECT_NE(text.find("\n## openclaw " + std::string(command->path) + "\n"), std::string::npos);
    for (const Option& option : command->options) {
      EXPECT_NE(text.find("--" + std::string(option.long_name())), std::string::npos);
    }
  }
}

TEST(DidYouMean, OnlyWhatIsClose) {
  EXPECT_EQ(did_you_mean("stauts", {"status", "health"}), "\n(Did you mean status?)");
  EXPECT_EQ(did_you_mean("ab", {"xy"}), "");
  EXPECT_EQ(did_you_mean("nod", {"node", "nods"}), "\n(Did you mean one of node, nods?)");
}

TEST(ExitCodes, ByKind) {
  using base::ErrorKind;
  EXPECT_EQ(exit_code_of(ErrorKind::failed), 1);
  EXPECT_EQ(exit_code_of(ErrorKind::usage), 2);
  EXPECT_EQ(exit_code_of(ErrorKind::unreachable), 3);
  EXPECT_EQ(exit_code_of(ErrorKind::timeout), 3);
  EXPECT_EQ(exit_code_of(ErrorKind::auth), 4);
  EXPECT_EQ(exit_code_of(ErrorKind::config), 5);
  EXPECT_EQ(exit_code_of(ErrorKind::closed), 1);
}

}  // namespace
}  // namespace openclaw::cli
