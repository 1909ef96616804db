#include "proc/child.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace openclaw::proc {
namespace {

class TempDir {
 public:
  TempDir() {
    char name[] = "/tmp/oc-proc-XXXXXX";
    path_ = std::filesystem::canonical(::mkdtemp(name)).string();
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

int open_descriptors() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

SpawnRequest shell(const std::string& text) {
  SpawnRequest request;
  request.argv = {"/bin/sh", "-c", text};
  request.environment = {"PATH=/usr/bin:/bin"};
  return request;
}

base::Result<SpawnResult> run(SpawnRequest request) {
  base::Loop loop;
  return base::run_until_done(loop, run_child(loop, std::move(request)));
}

bool no_children() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

TEST(RunChild, SeparatesOutputAndGivesExitCode) {
  auto r = run(shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(r) << r.error().message;
  EXPECT_EQ(r->out, "out\n");
  EXPECT_EQ(r->err, "err\n");
  EXPECT_EQ(r->exit_code, 3);
  EXPECT_EQ(r->signal, 0);
  EXPECT_FALSE(r->timed_out);
  EXPECT_FALSE(r->truncated);
  EXPECT_TRUE(no_children());
}

TEST(RunChild, SignalHasNoExitCode) {
  auto r = run(shell("kill -TERM $$"));
  ASSERT_TRUE(r);
  EXPECT_FALSE(r->exit_code);
  EXPECT_EQ(r->signal, SIGTERM);
}

TEST(RunChild, LooksUpThePathOfTheGivenEnvironment) {
  TempDir dir;
  std::ofstream(dir / "tool") << "#!/bin/sh\necho \"$0 $X\"\n";
  ::chmod((dir / "tool").c_str(), 0755);
  SpawnRequest request;
  request.argv = {"tool"};
  request.environment = {"PATH=" + dir.path() + ":/usr/bin:/bin", "X=1"};
  auto r = run(request);
  ASSERT_TRUE(r) << r.error().message;
  EXPECT_EQ(r->out, dir / "tool" + " 1\n");
  request.environment = {"PATH=/usr/bin:/bin"};
  r = run(request);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().kind, base::ErrorKind::not_found);
  EXPECT_EQ(r.error().message, "cannot run tool: not found in PATH");
}

TEST(RunChild, ExecutableMayDifferFromArgvZero) {
  SpawnRequest request = shell("echo $0");
  request.executable = "/bin/sh";
  request.argv = {"renamed", "-c", "echo ran"};
  auto r = run(request);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->out, "ran\n");
}

TEST(RunChild, EnvironmentIsOnlyWhatWasGiven) {
  ::setenv("OC_PROC_TEST_LEAK", "1", 1);
  SpawnRequest request;
  request.argv = {"/usr/bin/env"};
  request.environment = {"A=b"};
  auto r = run(request);
  ::unsetenv("OC_PROC_TEST_LEAK");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->out, "A=b\n");
}

TEST(RunChild, RunsInTheGivenFolder) {
  TempDir dir;
  auto request = shell("pwd");
  request.cwd = dir.path();
  auto r = run(request);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->out, dir.path() + "\n");
}

TEST(RunChild, StartErrorsNameTheReason) {
  TempDir dir;
  auto request = shell("true");
  request.cwd = dir / "missing";
  auto r = run(request);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().message, "cannot run in " + dir / "missing" + ": No such file or directory");

  std::ofstream(dir / "plain") << "x";
  request.cwd = dir / "plain";
  r = run(request);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().message, "cannot run in " + dir / "plain" + ": not a directory");

  SpawnRequest missing;
  missing.argv = {dir / "nothing"};
  r = run(missing);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().kind, base::ErrorKind::not_found);

  missing.argv = {dir / "plain"};
  r = run(missing);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().kind, base::ErrorKind::io);
  EXPECT_EQ(r.error().code, EACCES);

  r = run(SpawnRequest{});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().kind, base::ErrorKind::invalid);

  missing.argv = {"/bin/echo", std::string("a\0b", 3)};
  r = run(missing);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().kind, base::ErrorKind::invalid);
  EXPECT_TRUE(no_children());
}

TEST(RunChild, StdinIsEmptyAndDescriptorsDoNotLeak) {
  const int sentinel = ::open("/dev/null", O_RDONLY);  // deliberately without O_CLOEXEC
  ASSERT_GT(sentinel, 2);
  auto r = run(shell("cat; ls /proc/$$/fd | sort -n | tr '\\n' ' '"));
  ::close(sentinel);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->out, "0 1 2 ");
}

TEST(RunChild, HasASessionOfItsOwn) {
  auto r = run(shell("ps -o sid= -p $$ 2>/dev/null || cut -d' ' -f6 /proc/$$/stat; echo $$"));
  ASSERT_TRUE(r);
  int sid = 0, pid = 0;
  ASSERT_EQ(std::sscanf(r->out.c_str(), "%d %d", &sid, &pid), 2) << r->out;
  EXPECT_EQ(sid, pid);
}

TEST(RunChild, OutputIsCutButTheChildRunsToItsEnd) {
  auto request = shell("head -c 300000 /dev/zero; echo tail >&2; exit 7");
  request.max_output = 1000;
  auto r = run(request);
  ASSERT_TRUE(r);
  EXPECT_TRUE(r->truncated);
  EXPECT_EQ(r->out.size() + r->err.size(), 1000u);
  EXPECT_EQ(r->exit_code, 7);
}

TEST(RunChild, ExactlyTheLimitIsNotTruncated) {
  auto request = shell("printf 12345");
  request.max_output = 5;
  auto r = run(request);
  ASSERT_TRUE(r);
  EXPECT_FALSE(r->truncated);
  EXPECT_EQ(r->out, "12345");
}

// The grandchild would write the file after the kill; the group's death is what keeps it from existing.
TEST(RunChild, TimeoutKillsTheWholeGroup) {
  TempDir dir;
  auto request = shell("sleep 600 & echo $! >" + dir / "grandchild" + "; wait");
  request.timeout_ms = 1000;
  auto r = run(request);
  ASSERT_TRUE(r);
  EXPECT_TRUE(r->timed_out);
  EXPECT_FALSE(r->exit_code);
  EXPECT_EQ(r->signal, SIGKILL);
  pid_t grandchild = 0;
  std::ifstream(dir / "grandchild") >> grandchild;
  ASSERT_GT(grandchild, 1);
  // Killed, but perhaps not yet reaped by init: a zombie has no command line.
  std::ifstream cmdline("/proc/" + std::to_string(grandchild) + "/cmdline");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(cmdline), {}).find("sleep"), std::string::npos);
  EXPECT_TRUE(no_children());
}

TEST(RunChild, DescendantHoldingThePipeDoesNotHangTheCall) {
  TempDir dir;
  // setsid leaves the group, so the pipe stays open after the child's exit.
  auto r = run(shell("setsid sh -c 'echo $$ >" + dir / "pid" + "; exec sleep 600' & while [ ! -s " +
                     dir / "pid" + " ]; do :; done; echo done"));
  ASSERT_TRUE(r);
  EXPECT_EQ(r->out, "done\n");
  EXPECT_EQ(r->exit_code, 0);
  pid_t survivor = 0;
  std::ifstream(dir / "pid") >> survivor;
  ASSERT_GT(survivor, 1);
  EXPECT_EQ(::kill(survivor, 0), 0);  // a background process is the command's own business
  ::kill(survivor, SIGKILL);
}

base::Task<void> cancel_when_exists(base::CancelSource source, std::string file) {
  while (!std::filesystem::exists(file)) co_await base::sleep_for(base::Millis(1));
  source.cancel();
}

TEST(RunChild, CancelKillsAndSaysSo) {
  TempDir dir;
  base::Loop loop;
  base::CancelSource source;
  auto request = shell(": >" + dir / "started" + "; exec sleep 600");
  request.cancel = source.token();
  base::spawn(loop, cancel_when_exists(source, dir / "started"), "cancel");
  auto r = base::run_until_done(loop, run_child(loop, std::move(request)));
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().kind, base::ErrorKind::cancelled);
  EXPECT_TRUE(no_children());
}

TEST(RunChild, CancelledBeforeTheStartRunsNothing) {
  TempDir dir;
  base::CancelSource source;
  source.cancel();
  auto request = shell(": >" + dir / "ran");
  request.cancel = source.token();
  auto r = run(request);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().kind, base::ErrorKind::cancelled);
  EXPECT_FALSE(std::filesystem::exists(dir / "ran"));
}

TEST(RunChild, LeavesNoDescriptorBehind) {
  run(shell("true"));
  const int before = open_descriptors();
  for (int i = 0; i < 20; ++i) run(shell("echo x"));
  auto bad = shell("true");
  bad.executable = "/nonexistent/program";
  run(bad);
  EXPECT_EQ(open_descriptors(), before);
}

base::Task<void> run_into(base::Loop* loop, SpawnRequest request, std::vector<std::string>* order,
                          base::Event* all) {
  auto r = co_await run_child(*loop, std::move(request));
  order->push_back(r ? r->out : r.error().message);
  if (order->size() == 2) all->set();
}

base::Task<bool> both(base::Event* all) {
  co_await all->wait();
  co_return true;
}

// The second child ends the first one: only possible when they run at the same time.
TEST(RunChild, RunsConcurrently) {
  TempDir dir;
  base::Loop loop;
  base::Event all(loop);
  std::vector<std::string> order;
  ASSERT_EQ(::mkfifo((dir / "fifo").c_str(), 0600), 0);
  base::spawn(loop, run_into(&loop, shell("cat " + dir / "fifo"), &order, &all), "reader");
  base::spawn(loop, run_into(&loop, shell("echo hi >" + dir / "fifo"), &order, &all), "writer");
  EXPECT_TRUE(base::run_until_done(loop, both(&all)));
  EXPECT_EQ(std::set<std::string>(order.begin(), order.end()), (std::set<std::string>{"", "hi\n"}));
}

TEST(RunChild, TornDownLoopKillsTheChild) {
  TempDir dir;
  {
    base::Loop loop;
    base::Event all(loop);
    std::vector<std::string> order;
    base::spawn(loop, run_into(&loop, shell("exec sleep 600"), &order, &all), "child");
    loop.poll();
  }
  EXPECT_TRUE(no_children());
}

TEST(FindInPath, TakesTheFirstExecutableFile) {
  TempDir dir;
  std::filesystem::create_directories(dir / "a/tool");  // a folder of that name does not count
  std::filesystem::create_directories(dir / "b");
  std::filesystem::create_directories(dir / "c");
  std::ofstream(dir / "b/tool") << "x";  // not executable
  std::ofstream(dir / "c/tool") << "x";
  ::chmod((dir / "c/tool").c_str(), 0755);
  ::chmod((dir / "b/tool").c_str(), 0644);
  const std::string path = dir / "a" + "::relative:" + dir / "b" + ":" + dir / "c/";
  EXPECT_EQ(find_in_path("tool", path), dir / "c/tool");
  EXPECT_EQ(find_in_path("c/tool", dir.path()), std::nullopt);
  EXPECT_EQ(find_in_path("", dir.path()), std::nullopt);
  EXPECT_EQ(find_in_path("absent", path), std::nullopt);
  EXPECT_EQ(find_in_path("tool", ""), std::nullopt);
}

}  // namespace
}  // namespace openclaw::proc
