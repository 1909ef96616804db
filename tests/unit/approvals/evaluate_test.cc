#include "approvals/evaluate.h"

#include "../support/temp_dir.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace openclaw::approvals {
namespace {

class Evaluate : public ::testing::Test {
 protected:
  Evaluate() {
    for (const char* name :
         {"rg", "cat", "sh", "bash", "env", "nice", "timeout", "printf", "id", "python3"}) {
      dir_.program(std::string("bin/") + name);
    }
    context_.cwd = dir_.path();
    context_.home = dir_ / "home";
    context_.find = [this](std::string_view name) -> std::optional<std::string> {
      const std::string path = dir_ / ("bin/" + std::string(name));
      if (::access(path.c_str(), X_OK) != 0) return std::nullopt;
      return path;
    };
    allow(dir_ / "bin/rg");
    allow(dir_ / "bin/cat");
  }
  void allow(const std::string& pattern) { context_.allowlist.push_back({pattern, "", ""}); }
  std::string shell(std::string_view text) {
    const Evaluation e = evaluate_shell(text, context_);
    EXPECT_EQ(e.satisfied, e.reason.empty());
    return e.satisfied ? "ok" : e.reason;
  }
  std::string argv(const Argv& words) {
    const Evaluation e = evaluate_argv(words, context_);
    return e.satisfied ? "ok" : e.reason;
  }
  test::TempDir dir_;
  Context context_;
};

TEST_F(Evaluate, EverySegmentMustMatch) {
  EXPECT_EQ(shell("rg x | cat && rg y; cat"), "ok");
  EXPECT_EQ(shell("rg x | cat && id"),
            "allowlist miss: " + dir_ / "bin/id" + " (segment 3) matches no entry of agent \"main\"");
  EXPECT_EQ(shell("rg x\nid"),
            "allowlist miss: " + dir_ / "bin/id" + " (segment 2) matches no entry of agent \"main\"");
  EXPECT_EQ(shell("nothing"), "allowlist miss: nothing (segment 1) is not found");
  EXPECT_EQ(shell("rg x > f"), "allowlist miss: unsupported shell token: >");
}

TEST_F(Evaluate, WhatTheShellWouldChooseIsNotJudged) {
  EXPECT_EQ(shell("$X y"), "allowlist miss: $X (segment 1) is chosen by an expansion");
  EXPECT_EQ(shell("{rg,-x} y"), "allowlist miss: {rg,-x} (segment 1) is chosen by an expansion");
  EXPECT_EQ(shell("A=1 rg y"), "allowlist miss: A=1 (segment 1) starts with a variable assignment");
  EXPECT_EQ(shell("nice -n $N rg y"), "allowlist miss: nice (segment 1) is chosen by an expansion");
  EXPECT_EQ(shell("rg $X *.txt"), "ok");
  allow("*");
  EXPECT_EQ(shell("$X y"), "allowlist miss: $X (segment 1) is chosen by an expansion");
  EXPECT_EQ(shell("LD_PRELOAD=x rg y"),
            "allowlist miss: LD_PRELOAD=x (segment 1) starts with a variable assignment");
  EXPECT_EQ(shell("anything at all"), "ok");
}

TEST_F(Evaluate, BuiltinsThatRunOtherCommandsNeverMatch) {
  allow("*");
  EXPECT_EQ(shell("eval id"), "allowlist miss: eval (segment 1) is a shell builtin that runs other commands");
  EXPECT_EQ(shell("time eval id"),
            "allowlist miss: eval (segment 1) is a shell builtin that runs other commands");
  EXPECT_EQ(shell(". x"), "allowlist miss: . (segment 1) is a shell builtin that runs other commands");
  EXPECT_EQ(shell("printf -v 'a[$(id)]' x"), "allowlist miss: printf (segment 1) may evaluate its arguments");
  EXPECT_EQ(shell("printf '[%s]' x"), "ok");
}

TEST_F(Evaluate, WrappersAreLookedThrough) {
  EXPECT_EQ(shell("env rg x"), "ok");
  EXPECT_EQ(shell("timeout 5 nice -n 3 rg x"), "ok");
  EXPECT_EQ(shell("env A=1 rg x"),
            "allowlist miss: env (segment 1) runs through env, which is not looked through");
  EXPECT_EQ(shell("sudo rg x"),
            "allowlist miss: sudo (segment 1) runs through sudo, which is not looked through");
  EXPECT_EQ(argv({"timeout", "--weird", "5", "rg"}),
            "allowlist miss: timeout (segment 1) runs through timeout, which is not looked through");
  dir_.program("evil/env");
  EXPECT_EQ(
      shell(dir_ / "evil/env" + " rg x"),
      "allowlist miss: " + dir_ / "evil/env" + " (segment 1) is no system program and not allowed itself");
}

TEST_F(Evaluate, ShellCallsAreJudgedByTheirText) {
  EXPECT_EQ(argv({"/bin/sh", "-lc", "rg x | cat"}), "ok");
  EXPECT_EQ(argv({"env", "bash", "-c", "rg x"}), "ok");
  EXPECT_EQ(argv({"/bin/sh", "-c", "id"}),
            "allowlist miss: " + dir_ / "bin/id" + " (segment 1) matches no entry of agent \"main\"");
  EXPECT_EQ(shell("sh -c 'rg x'"), "ok");
  EXPECT_EQ(shell("sh -c \"rg $LC_X\""),
            "allowlist miss: " + dir_ / "bin/sh" + " (segment 1) matches no entry of agent \"main\"");
  EXPECT_EQ(shell("sh -c \"sh -c 'sh -c \\\"rg x\\\"'\""), "ok");
  EXPECT_EQ(argv({"/bin/sh", "-ic", "rg x"}),
            "allowlist miss: /bin/sh (segment 1) is a shell with options that are not understood");
  EXPECT_EQ(argv({"/bin/sh"}),
            "allowlist miss: /bin/sh (segment 1) is a shell that reads its commands from elsewhere");
  EXPECT_EQ(argv({"/bin/sh", "-c", "$0 \"$1\"", "/usr/bin/touch", "x"}),
            "allowlist miss: $0 (segment 1) is chosen by an expansion");
  dir_.program("evil/sh");
  EXPECT_EQ(argv({dir_ / "evil/sh", "-c", "rg x"}),
            "allowlist miss: " + dir_ / "evil/sh" + " (segment 1) is no system shell and not allowed itself");
}

// An entry for the shell itself allows it inside a text, as in the reference, but not every text sent to it.
TEST_F(Evaluate, AnEntryForTheShellDoesNotAllowEveryRequest) {
  allow(dir_ / "bin/sh");
  EXPECT_EQ(shell("sh -c id"), "ok");
  EXPECT_EQ(argv({dir_ / "bin/sh", "-c", "id"}),
            "allowlist miss: " + dir_ / "bin/id" + " (segment 1) matches no entry of agent \"main\"");
}

TEST_F(Evaluate, ScriptsMatchByTheirOwnPath) {
  dir_.write("do.sh", "x");
  EXPECT_EQ(shell("bash do.sh"),
            "allowlist miss: " + dir_ / "do.sh" + " (segment 1) matches no entry of agent \"main\"");
  allow(dir_ / "do.sh");
  EXPECT_EQ(shell("bash do.sh"), "ok");
  EXPECT_EQ(shell("bash gone.sh"), "allowlist miss: gone.sh (segment 1) is not found");
}

TEST_F(Evaluate, MatchesTheRealPathOfALink) {
  dir_.program("opt/tool-1.2");
  std::filesystem::create_symlink(dir_ / "opt/tool-1.2", dir_ / "bin/tool");
  EXPECT_NE(shell("tool"), "ok");
  context_.allowlist = {{dir_ / "opt/*", "", ""}};
  EXPECT_EQ(shell("tool"), "ok");
  context_.allowlist = {{dir_ / "bin/tool", "", ""}};
  EXPECT_EQ(shell("tool"), "ok");
  // Another name for the same file is another program to a multi-call binary.
  std::filesystem::create_symlink(dir_ / "opt/tool-1.2", dir_ / "bin/other");
  EXPECT_NE(shell("other"), "ok");
  // A glob over the folder of the link says nothing about where the link leads.
  context_.allowlist = {{dir_ / "bin/*", "", ""}};
  EXPECT_NE(shell("tool"), "ok");
}

TEST_F(Evaluate, GlobsGoThroughLinkedFolders) {
  std::filesystem::create_directory_symlink(dir_ / "bin", dir_ / "linked");
  context_.allowlist = {{dir_ / "linked/*", "", ""}};
  EXPECT_EQ(shell("rg"), "ok");
}

TEST_F(Evaluate, TildeMeansHomeOnlyUnquoted) {
  dir_.program("home/bin/mine");
  allow("~/bin/*");
  EXPECT_EQ(shell("~/bin/mine"), "ok");
  EXPECT_EQ(shell("'~/bin/mine'"), "allowlist miss: ~/bin/mine (segment 1) is not found");
  EXPECT_EQ(argv({dir_ / "home/bin/mine"}), "ok");
  context_.home.clear();
  EXPECT_NE(argv({dir_ / "home/bin/mine"}), "ok");
}

TEST_F(Evaluate, RelativeProgramsStartAtTheFolder) {
  dir_.program("tools/x");
  allow(dir_ / "tools/x");
  EXPECT_EQ(shell("./tools/x"), "ok");
  EXPECT_EQ(shell("tools/x"), "ok");
  context_.cwd = dir_ / "bin";
  EXPECT_NE(shell("./tools/x"), "ok");
}

TEST_F(Evaluate, SafeBinsNeedLiteralArguments) {
  dir_.program("bin/head");
  context_.trusted_dirs = {dir_ / "bin"};
  EXPECT_EQ(shell("rg x | head -n5"), "ok");
  EXPECT_NE(shell("head -n $N"), "ok");
  EXPECT_NE(shell("head /etc/shadow"), "ok");
}

TEST_F(Evaluate, ReportsInlineEval) {
  EXPECT_EQ(evaluate_shell("rg x | python3 -c 'print(1)'", context_).inline_eval, "python3 -c");
  EXPECT_EQ(evaluate_argv({"node", "--eval=1"}, context_).inline_eval, "node --eval");
  EXPECT_EQ(evaluate_argv({"env", "perl", "-e", "1"}, context_).inline_eval, "perl -e");
  EXPECT_EQ(evaluate_argv({"python3", "script.py", "-c"}, context_).inline_eval, "");
  EXPECT_EQ(evaluate_argv({"rg", "-e", "x"}, context_).inline_eval, "");
}

TEST_F(Evaluate, EmptyCommands) {
  EXPECT_EQ(argv({}), "allowlist miss: empty command");
  EXPECT_EQ(argv({""}), "allowlist miss:  (segment 1) is not found");
  EXPECT_EQ(argv({"bash", ""}), "allowlist miss:  (segment 1) is not found");
}

TEST(RawCommand, MustEqualArgvOrTheShellText) {
  const auto check = [](const Argv& argv, const char* raw) {
    return check_raw_command(argv, std::string(raw)).has_value();
  };
  EXPECT_TRUE(check({"echo", "a b"}, "echo \"a b\""));
  EXPECT_TRUE(check({"echo", "a b"}, "  "));
  EXPECT_FALSE(check({"echo", "a b"}, "echo a b"));
  EXPECT_TRUE(check({"sh", "-c", "ls"}, "ls"));
  EXPECT_TRUE(check({"sh", "-c", "ls"}, "sh -c ls"));
  EXPECT_FALSE(check({"sh", "-c", "ls", "hidden"}, "ls"));
  EXPECT_FALSE(check({"env", "A=1", "sh", "-c", "ls"}, "ls"));
  const auto missing = check_raw_command({}, std::string("ls"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "rawCommand requires params.command");
}

TEST(GlobMatch, StarsAndSlashes) {
  EXPECT_TRUE(glob_match("/a/*/c", "/a/b/c"));
  EXPECT_FALSE(glob_match("/a/*/c", "/a/b/b/c"));
  EXPECT_TRUE(glob_match("/a/**/c", "/a/b/b/c"));
  EXPECT_FALSE(glob_match("/a/**/c", "/a/c"));
  EXPECT_TRUE(glob_match("/a/**", "/a/"));
  EXPECT_FALSE(glob_match("/a/?", "/a//"));
  EXPECT_TRUE(glob_match("/a/*x*y/**/z*", "/a/1x2xy/3/4/z5"));
  EXPECT_FALSE(glob_match("/a/*x*y/**/z*", "/a/1x2xy/3/4/z5/6"));
  EXPECT_TRUE(glob_match("**/*.sh", "/a/b.c/d.sh"));
  EXPECT_FALSE(glob_match("/usr/bin/rg", "/usr/bin/rgx"));
  EXPECT_FALSE(glob_match("/usr/bin/rg*", "/usr/bin/r"));
  EXPECT_FALSE(glob_match(std::string(60, '*') + "a" + "*b*c*d*e*f*g*h", std::string(5000, 'a')));
}

}  // namespace
}  // namespace openclaw::approvals
