#include "nodes/host/run_plan.h"

#include "crypto/crypto.h"
#include "fs/file.h"
#include "../../support/temp_dir.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace openclaw::nodes {
namespace {

using approvals::Argv;

// "none", "unsafe" or the index.
std::string operand(const Argv& argv) {
  const ScriptOperand found = find_script_operand(argv);
  if (found.kind == ScriptOperand::Kind::none) return "none";
  return found.kind == ScriptOperand::Kind::unsafe ? "unsafe" : std::to_string(found.index);
}

TEST(ScriptOperandTest, FindsTheOneFile) {
  EXPECT_EQ(operand({"ls", "-l", "x.py"}), "none");
  EXPECT_EQ(operand({"bash", "a.sh", "b"}), "1");
  EXPECT_EQ(operand({"bash", "-e", "--", "a.sh"}), "3");
  EXPECT_EQ(operand({"python3.11", "-u", "-W", "ignore", "a.py", "-c"}), "4");
  EXPECT_EQ(operand({"node", "--no-warnings", "a.js"}), "2");
  EXPECT_EQ(operand({"tsx", "a.ts"}), "1");
  EXPECT_EQ(operand({"deno", "run", "--allow-net", "a.ts"}), "3");
  EXPECT_EQ(operand({"bun", "run", "./a.ts"}), "2");
  EXPECT_EQ(operand({"ruby", "-w", "a.rb"}), "2");
  EXPECT_EQ(operand({"perl", "a.pl"}), "1");
  EXPECT_EQ(operand({"env", "nice", "-n", "5", "python3", "a.py"}), "5");
  EXPECT_EQ(operand({"npx", "tsx", "a.ts"}), "2");
  EXPECT_EQ(operand({"npm", "exec", "--", "node", "a.js"}), "4");
  EXPECT_EQ(operand({"pnpm", "exec", "tsx", "a.ts"}), "3");
}

TEST(ScriptOperandTest, TextInArgvNeedsNoFile) {
  EXPECT_EQ(operand({"python3", "-c", "print(1)"}), "none");
  EXPECT_EQ(operand({"node", "-e", "1"}), "none");
  EXPECT_EQ(operand({"sh", "-c", "ls | cat"}), "none");
  EXPECT_EQ(operand({"sh", "-c", "echo x > f"}), "none");
}

TEST(ScriptOperandTest, WhatCannotBeBound) {
  for (const Argv& argv : std::vector<Argv>{{"python3"},
                                            {"python3", "-m", "http.server"},
                                            {"python3", "-"},
                                            {"node", "--require", "x", "a.js"},
                                            {"node", "--import=./x.mjs", "a.js"},
                                            {"ruby", "-rset", "a.rb"},
                                            {"ruby", "-I", ".", "a.rb"},
                                            {"perl", "-MFoo", "a.pl"},
                                            {"deno", "eval", "1"},
                                            {"deno", "a.ts"},
                                            {"bun", "build-script"},
                                            {"bun", "run", "dev"},
                                            {"npm", "run", "x"},
                                            {"npx", "eslint", "."},
                                            {"npx", "--yes", "x"},
                                            {"bash"},
                                            {"bash", "-i", "a.sh"},
                                            {"sh", "-lc", "python3 a.py"},
                                            {"sh", "-lc", "ls && node a.js"},
                                            {"sudo", "ls"},
                                            {"env", "A=1", "python3", "a.py"}}) {
    EXPECT_EQ(operand(argv), "unsafe") << approvals::format_command(argv);
  }
}

class PlanTest : public ::testing::Test {
 protected:
  PlanTest() {
    request_.find = [](std::string_view name) -> std::optional<std::string> {
      const std::string path = "/usr/bin/" + std::string(name);
      return fs::exists(path) ? std::optional(path) : std::nullopt;
    };
  }
  std::string error() {
    auto plan = build_run_plan(request_);
    return plan ? "ok" : plan.error().message;
  }
  test::TempDir dir_;
  PlanRequest request_;
};

TEST_F(PlanTest, PinsProgramFolderAndScript) {
  dir_.write("a.sh", "echo x\n");
  request_.argv = {"sh", "a.sh"};
  request_.cwd = dir_.path();
  request_.agent_id = "main";
  auto plan = build_run_plan(request_);
  ASSERT_TRUE(plan) << plan.error().message;
  const std::string shell = fs::real_path("/usr/bin/sh");
  json::Object want;
  want["argv"] = json::strings({shell, "a.sh"});
  want["cwd"] = dir_.path();
  want["commandText"] = shell + " a.sh";
  want["commandPreview"] = nullptr;
  want["agentId"] = "main";
  want["sessionKey"] = nullptr;
  json::Object file;
  file["argvIndex"] = 1;
  file["path"] = dir_ / "a.sh";
  file["sha256"] = crypto::sha256_hex("echo x\n");
  want["mutableFileOperand"] = file;
  EXPECT_EQ(json::write(to_json(*plan)), json::write(want));
}

TEST_F(PlanTest, ShellTextsKeepTheirArgv) {
  request_.argv = {"/bin/sh", "-lc", "ls -l"};
  request_.raw_command = "ls -l";
  auto plan = build_run_plan(request_);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(json::write(to_json(*plan)),
            R"({"argv":["/bin/sh","-lc","ls -l"],"cwd":null,"commandText":"/bin/sh -lc \"ls -l\"",)"
            R"("commandPreview":"ls -l","agentId":null,"sessionKey":null})");
}

TEST_F(PlanTest, FolderRules) {
  request_.argv = {"ls"};
  request_.cwd = dir_ / "missing";
  EXPECT_EQ(error(), "SYSTEM_RUN_DENIED: approval requires an existing canonical cwd");
  request_.cwd = "relative";
  EXPECT_EQ(error(), "SYSTEM_RUN_DENIED: approval requires an existing canonical cwd");
  dir_.write("file", "x");
  request_.cwd = dir_ / "file";
  EXPECT_EQ(error(), "SYSTEM_RUN_DENIED: approval requires cwd to be a directory");
  std::filesystem::create_directories(dir_ / "real/sub");
  std::filesystem::create_directory_symlink(dir_ / "real", dir_ / "link");
  request_.cwd = dir_ / "link";
  EXPECT_EQ(error(), "SYSTEM_RUN_DENIED: approval requires canonical cwd (no symlink cwd)");
  request_.cwd = dir_ / "link/sub";
  EXPECT_EQ(error(), "SYSTEM_RUN_DENIED: approval requires canonical cwd (no symlink path components)");
  request_.cwd = dir_ / "real/sub/";
  EXPECT_EQ(error(), "ok");
}

TEST_F(PlanTest, ScriptRules) {
  request_.cwd = dir_.path();
  request_.argv = {"sh", "missing.sh"};
  EXPECT_EQ(error(), "SYSTEM_RUN_DENIED: approval requires an existing script operand");
  std::filesystem::create_directory(dir_ / "folder");
  request_.argv = {"sh", "folder"};
  EXPECT_EQ(error(), "SYSTEM_RUN_DENIED: approval requires a file script operand");
  request_.argv = {"sh", "-s"};
  EXPECT_EQ(error(), "SYSTEM_RUN_DENIED: approval cannot safely bind this interpreter/runtime command");
}

TEST_F(PlanTest, OtherRefusals) {
  EXPECT_EQ(error(), "INVALID_REQUEST: command required");
  request_.argv = {"no-such-program"};
  EXPECT_EQ(error(), "SYSTEM_RUN_DENIED: approval requires a stable executable path");
  request_.argv = {"ls"};
  request_.raw_command = "rm";
  EXPECT_EQ(error(), "INVALID_REQUEST: rawCommand does not match command");
}

TEST_F(PlanTest, AnExecutableScriptIsBoundItself) {
  dir_.write("run.sh", "#!/bin/sh\n", 0755);
  request_.argv = {dir_ / "run.sh", "x"};
  auto plan = build_run_plan(request_);
  ASSERT_TRUE(plan) << plan.error().message;
  ASSERT_TRUE(plan->operand);
  EXPECT_EQ(plan->operand->argv_index, 0u);
  const json::Object document = to_json(*plan);
  EXPECT_TRUE(recheck_run_plan(document, plan->argv, std::nullopt));
  dir_.write("run.sh", "#!/bin/sh\nevil\n", 0755);
  EXPECT_FALSE(recheck_run_plan(document, plan->argv, std::nullopt));
}

TEST_F(PlanTest, RecheckSeesEveryChange) {
  std::filesystem::create_directory(dir_ / "w");
  dir_.write("w/a.sh", "one");
  request_.argv = {"sh", "a.sh"};
  request_.cwd = dir_ / "w";
  auto plan = build_run_plan(request_);
  ASSERT_TRUE(plan) << plan.error().message;
  json::Object document = to_json(*plan);
  const auto check = [&](const Argv& argv, std::optional<std::string> cwd) {
    auto r = recheck_run_plan(document, argv, std::move(cwd));
    return r ? "ok" : r.error().message;
  };
  EXPECT_EQ(check(plan->argv, dir_ / "w"), "ok");
  EXPECT_EQ(check({"sh", "a.sh"}, dir_ / "w"), "SYSTEM_RUN_DENIED: execution plan mismatch");
  EXPECT_EQ(check(plan->argv, dir_.path()), "SYSTEM_RUN_DENIED: approval cwd changed before execution");
  json::Object unbound = document;
  unbound.erase("mutableFileOperand");
  std::swap(document, unbound);
  EXPECT_EQ(check(plan->argv, dir_ / "w"), "SYSTEM_RUN_DENIED: approval missing script operand binding");
  std::swap(document, unbound);
  dir_.write("w/a.sh", "two");
  EXPECT_EQ(check(plan->argv, dir_ / "w"),
            "SYSTEM_RUN_DENIED: approval script operand changed before execution");
  std::filesystem::remove_all(dir_ / "w");
  EXPECT_EQ(check(plan->argv, dir_ / "w"), "SYSTEM_RUN_DENIED: approval cwd changed before execution");
}

}  // namespace
}  // namespace openclaw::nodes
