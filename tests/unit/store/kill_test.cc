// kill -9: a child writes numbered rows and prints a number once the write has resumed; it is killed at a
// random moment; every number that was printed must be in the database.
#include "store/sessions.h"
#include "store/store.h"
#include "temp_dir.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <sched.h>
#include <set>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace openclaw::store {
namespace {

constexpr int kRounds = 10;
constexpr int kWriters = 8;
constexpr std::int64_t kRoundSize = 1'000'000;

base::Task<void> child_writer(Store* store, std::int64_t* next, int out) {
  for (;;) {
    const std::int64_t number = (*next)++;
    auto job = [number](Db& db) {
      json::Object body;
      body["n"] = number;
      return append_message(db, "s", std::move(body), number);
    };
    auto message = co_await store->write(job);
    if (!message) ::_exit(3);
    if (::write(out, &number, sizeof number) != sizeof number) ::_exit(4);
  }
}

[[noreturn]] void child_main(const std::string& path, std::int64_t first, int out) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  base::Loop loop;
  Store store(loop, path);
  auto opened = base::run_until_done(loop, store.open());
  if (!opened) ::_exit(2);
  std::int64_t next = first;
  for (int i = 0; i < kWriters; ++i) base::spawn(loop, child_writer(&store, &next, out), "writer");
  loop.restart();
  loop.run();
  ::_exit(5);
}

bool read_number(int in, std::int64_t* number) {
  std::size_t got = 0;
  while (got < sizeof *number) {
    const ssize_t n = ::read(in, reinterpret_cast<char*>(number) + got, sizeof *number - got);
    if (n <= 0) return false;
    got += static_cast<std::size_t>(n);
  }
  return true;
}

// One life of the child; adds what it printed to `acknowledged`.
void run_and_kill(const std::string& path, int round, std::mt19937& random,
                  std::set<std::int64_t>* acknowledged) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::close(ends[0]);
    child_main(path, round * kRoundSize, ends[1]);
  }
  ::close(ends[1]);
  const auto wanted = std::uniform_int_distribution<std::size_t>(1, 200)(random);
  const int yields = std::uniform_int_distribution<int>(0, 300)(random);
  std::int64_t number = 0;
  for (std::size_t i = 0; i < wanted && read_number(ends[0], &number); ++i) acknowledged->insert(number);
  for (int i = 0; i < yields; ++i) ::sched_yield();
  ::kill(child, SIGKILL);
  while (read_number(ends[0], &number)) acknowledged->insert(number);
  ::close(ends[0]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
  ASSERT_EQ(WTERMSIG(status), SIGKILL);
}

void check_database(const std::string& path, const std::set<std::int64_t>& acknowledged) {
  base::Loop loop;
  Store store(loop, path);
  auto opened = base::run_until_done(loop, store.open());
  ASSERT_TRUE(opened) << opened.error().message;
  std::string integrity;
  auto checked = base::run_until_done(loop, store.read([&integrity](Db& db) {
    return db.each("PRAGMA integrity_check", {}, [&integrity](const Row& row) {
      integrity += row.text(0);
      return true;
    });
  }));
  ASSERT_TRUE(checked);
  EXPECT_EQ(integrity, "ok");
  auto messages = base::run_until_done(loop, store.read([](Db& db) { return load_messages(db, "s", 0); }));
  ASSERT_TRUE(messages);
  std::set<std::int64_t> stored;
  for (std::size_t i = 0; i < messages->size(); ++i) {
    EXPECT_EQ((*messages)[i].seq, static_cast<std::int64_t>(i) + 1);
    EXPECT_TRUE(stored.insert(json::get_int((*messages)[i].body, "n").value_or(-1)).second) << "stored twice";
  }
  for (const std::int64_t number : acknowledged) ASSERT_TRUE(stored.count(number)) << number << " is lost";
}

TEST(KillNine, EveryAcknowledgedRowIsThere) {
  const char* given = std::getenv("OPENCLAW_TEST_SEED");
  const unsigned seed =
      given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device()();
  std::printf("seed %u (OPENCLAW_TEST_SEED)\n", seed);
  std::mt19937 random(seed);
  test::TempDir dir;
  const std::string path = dir.file("native.sqlite");
  std::set<std::int64_t> acknowledged;
  for (int round = 0; round < kRounds; ++round) {
    const std::size_t before = acknowledged.size();
    ASSERT_NO_FATAL_FAILURE(run_and_kill(path, round, random, &acknowledged));
    EXPECT_GT(acknowledged.size(), before) << "round " << round;
    ASSERT_NO_FATAL_FAILURE(check_database(path, acknowledged)) << "round " << round;
  }
  std::printf("%zu rows acknowledged in %d lives\n", acknowledged.size(), kRounds);
}

}  // namespace
}  // namespace openclaw::store
