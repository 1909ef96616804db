#include "store/store.h"

#include "store/records.h"
#include "store/sessions.h"
#include "temp_dir.h"

#include <gtest/gtest.h>

#include <future>
#include <optional>

namespace openclaw::store {
namespace {

using base::ErrorKind;
using base::Result;
using base::Task;

json::Object numbered(std::int64_t number) {
  json::Object body;
  body["n"] = number;
  return body;
}

class StoreTest : public testing::Test {
 protected:
  void open() {
    store_.emplace(loop_, path_);
    auto opened = base::run_until_done(loop_, store_->open());
    ASSERT_TRUE(opened) << opened.error().message;
  }
  template <class F>
  auto write(F job) {
    return base::run_until_done(loop_, store_->write(std::move(job)));
  }
  std::int64_t messages(const std::string& session) {
    auto count = write([session](Db& db) { return count_messages(db, session); });
    EXPECT_TRUE(count);
    return count.value_or(-1);
  }

  test::TempDir dir_;
  std::string path_ = dir_.file("native.sqlite");
  base::Loop loop_;
  std::optional<Store> store_;
};

// What the tasks below saw, in the order in which they resumed.
struct Trace {
  std::vector<int> order;
  std::vector<Result<>> results;
};

Task<void> write_traced(Store* store, std::function<Result<>(Db&)> job, int name, Trace* trace) {
  auto result = co_await store->write(std::move(job));
  trace->order.push_back(name);
  trace->results.push_back(std::move(result));
}

// Holds the store thread while the test queues jobs, so that these make one group.
class Gate {
 public:
  Gate(base::Loop& loop, Store& store, Trace& trace) : loop_(loop), store_(store), trace_(trace) {
    auto hold = [this](Db&) {
      entered_.set_value();
      opened_.get_future().wait();
      return Result<>();
    };
    queue(0, hold);
    entered_.get_future().wait();
  }
  void queue(int name, std::function<Result<>(Db&)> job) {
    base::spawn(loop_, write_traced(&store_, std::move(job), name, &trace_), "job");
    loop_.restart();
    loop_.poll();
  }
  void open() {
    opened_.set_value();
    loop_.restart();
    loop_.run();
  }

 private:
  base::Loop& loop_;
  Store& store_;
  Trace& trace_;
  std::promise<void> entered_, opened_;
};

Result<> append(Db& db, const std::string& session, std::int64_t number) {
  auto message = append_message(db, session, numbered(number), number);
  if (!message) return tl::unexpected(message.error());
  return {};
}

TEST_F(StoreTest, WrittenSurvivesReopening) {
  open();
  auto message = write([](Db& db) { return append_message(db, "s", numbered(1), 5); });
  ASSERT_TRUE(message);
  store_->close();
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal")) << "closing leaves one file";
  open();
  auto loaded = write([](Db& db) { return load_messages(db, "s", 0); });
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 1u);
  EXPECT_EQ((*loaded)[0].id, message->id);
  EXPECT_EQ((*loaded)[0].body, message->body);
}

TEST_F(StoreTest, JobsQueuedBeforeOpenWaitForIt) {
  store_.emplace(loop_, path_);
  Trace trace;
  base::spawn(loop_, write_traced(&*store_, [](Db& db) { return append(db, "s", 1); }, 1, &trace), "early");
  loop_.poll();
  EXPECT_TRUE(trace.order.empty());
  auto opened = base::run_until_done(loop_, store_->open());
  ASSERT_TRUE(opened);
  EXPECT_EQ(messages("s"), 1);
  EXPECT_EQ(trace.order, std::vector<int>{1});
}

TEST_F(StoreTest, FailedJobLeavesNothingAndSparesItsNeighbours) {
  open();
  Trace trace;
  Gate gate(loop_, *store_, trace);
  for (int i = 1; i <= 3; ++i) {
    auto job = [i](Db& db) -> Result<> {
      OC_TRY(append(db, "s", i));
      OC_TRY(append(db, "s", i * 10));
      if (i == 2) return base::fail(ErrorKind::not_found, "changed its mind");
      return {};
    };
    gate.queue(i, job);
  }
  gate.open();
  ASSERT_EQ(trace.order, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_TRUE(trace.results[1] && trace.results[3]);
  ASSERT_FALSE(trace.results[2]);
  EXPECT_EQ(trace.results[2].error().message, "changed its mind");
  auto loaded = write([](Db& db) { return load_messages(db, "s", 0); });
  ASSERT_EQ(loaded->size(), 4u);
  const std::int64_t expected[] = {1, 10, 3, 30};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(json::get_int((*loaded)[i].body, "n"), expected[i]);
}

// A violated deferred foreign key comes up in COMMIT and nowhere before.
TEST_F(StoreTest, FailedCommitFailsItsWholeGroup) {
  open();
  ASSERT_TRUE(write([](Db& db) -> Result<> {
    OC_TRY(db.run("CREATE TABLE parent (id INTEGER PRIMARY KEY)"));
    return db.run("CREATE TABLE child (p REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
  }));
  Trace trace;
  Gate gate(loop_, *store_, trace);
  const std::function<Result<>(Db&)> jobs[] = {
      [](Db& db) { return append(db, "s", 1); },
      [](Db&) -> Result<> { return base::fail(ErrorKind::not_found, "own error"); },
      [](Db& db) { return db.run("INSERT INTO child VALUES (1)"); },
      [](Db& db) { return append(db, "s", 2); },
  };
  int name = 1;
  for (const auto& job : jobs) gate.queue(name++, job);
  gate.open();
  ASSERT_EQ(trace.order, (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_TRUE(trace.results[0]) << "committed before the others were queued";
  for (const std::size_t i : {1u, 3u, 4u}) {
    ASSERT_FALSE(trace.results[i]) << i;
    EXPECT_EQ(trace.results[i].error().kind, ErrorKind::io);
    EXPECT_NE(trace.results[i].error().message.find("FOREIGN KEY"), std::string::npos);
  }
  EXPECT_EQ(trace.results[2].error().message, "own error");
  EXPECT_EQ(messages("s"), 0);
  EXPECT_TRUE(write([](Db& db) { return append(db, "s", 3); })) << "the next transaction is unharmed";
  EXPECT_EQ(messages("s"), 1);
}

// On a full disk SQLite rolls the whole transaction back by itself; nobody of it may be told "done".
TEST_F(StoreTest, AbandonedTransactionIsNotReportedAsDone) {
  open();
  ASSERT_TRUE(write([](Db& db) { return db.run("CREATE TABLE bulk (b)"); }));
  Trace trace;
  Gate gate(loop_, *store_, trace);
  const std::function<Result<>(Db&)> jobs[] = {
      [](Db& db) { return append(db, "s", 1); },
      [](Db& db) -> Result<> {
        OC_TRY(db.run("PRAGMA max_page_count = 1"));  // SQLite takes the present size for it
        auto full = db.run("INSERT INTO bulk VALUES (?)", {std::string(100'000, 'x')});
        OC_TRY(db.run("PRAGMA max_page_count = 1000000"));
        return full;
      },
      [](Db& db) { return append(db, "s", 2); },
  };
  int name = 1;
  for (const auto& job : jobs) gate.queue(name++, job);
  gate.open();
  ASSERT_EQ(trace.order, (std::vector<int>{0, 1, 2, 3}));
  ASSERT_FALSE(trace.results[1]);
  EXPECT_EQ(trace.results[1].error().kind, ErrorKind::io);
  ASSERT_FALSE(trace.results[2]);
  EXPECT_EQ(trace.results[2].error().kind, ErrorKind::io);
  EXPECT_NE(trace.results[2].error().message.find("full"), std::string::npos)
      << trace.results[2].error().message;
  EXPECT_TRUE(trace.results[3]) << "after the failure a transaction of its own";
  auto loaded = write([](Db& db) { return load_messages(db, "s", 0); });
  ASSERT_EQ(loaded->size(), 1u);
  EXPECT_EQ(json::get_int((*loaded)[0].body, "n"), 2);
}

Task<void> write_many(Store* store, int writer, int count, std::vector<std::int64_t>* resumed) {
  for (int i = 0; i < count; ++i) {
    const std::int64_t number = writer * 1000 + i;
    auto job = [number](Db& db) { return append_message(db, "s", numbered(number), number); };
    auto message = co_await store->write(job);
    EXPECT_TRUE(message);
    if (message) resumed->push_back(message->seq);
  }
}

TEST_F(StoreTest, ConcurrentWritersResumeInTheOrderOfTheirRows) {
  open();
  std::vector<std::int64_t> resumed;
  for (int writer = 0; writer < 40; ++writer)
    base::spawn(loop_, write_many(&*store_, writer, 10, &resumed), "writer");
  loop_.restart();
  loop_.run();
  ASSERT_EQ(resumed.size(), 400u);
  for (std::size_t i = 0; i < resumed.size(); ++i) EXPECT_EQ(resumed[i], static_cast<std::int64_t>(i) + 1);
  auto loaded = write([](Db& db) { return load_messages(db, "s", 0); });
  std::map<std::int64_t, std::int64_t> last;
  for (const auto& message : *loaded) {
    const std::int64_t number = *json::get_int(message.body, "n");
    auto [it, fresh] = last.try_emplace(number / 1000, number);
    EXPECT_EQ(number, fresh ? number / 1000 * 1000 : it->second + 1) << "own writes keep their order";
    it->second = number;
  }
  EXPECT_EQ(last.size(), 40u);
}

TEST_F(StoreTest, ReadingWritesNothing) {
  open();
  ASSERT_TRUE(write([](Db& db) { return append(db, "s", 1); }));
  const std::string before = test::slurp(path_ + "-wal");
  ASSERT_FALSE(before.empty());
  for (int i = 0; i < 5; ++i) {
    auto read = base::run_until_done(loop_, store_->read([](Db& db) { return load_messages(db, "s", 0); }));
    ASSERT_EQ(read->size(), 1u);
  }
  EXPECT_TRUE(test::slurp(path_ + "-wal") == before);
  ASSERT_TRUE(write([](Db& db) { return append(db, "s", 2); }));
  EXPECT_FALSE(test::slurp(path_ + "-wal") == before);
}

TEST_F(StoreTest, FailedOpenFailsEveryJob) {
  test::spill(path_, std::string(5000, 'n'));
  store_.emplace(loop_, path_);
  Trace trace;
  base::spawn(loop_, write_traced(&*store_, [](Db& db) { return append(db, "s", 1); }, 1, &trace), "early");
  loop_.poll();
  auto opened = base::run_until_done(loop_, store_->open());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::invalid);
  EXPECT_NE(opened.error().message.find(path_), std::string::npos);
  auto late = write([](Db& db) { return append(db, "s", 1); });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().message, opened.error().message);
  ASSERT_EQ(trace.results.size(), 1u);
  EXPECT_EQ(trace.results[0].error().message, opened.error().message);
  store_->close();
  EXPECT_EQ(test::slurp(path_), std::string(5000, 'n'));
}

TEST_F(StoreTest, OpensOnce) {
  open();
  auto again = base::run_until_done(loop_, store_->open());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::failed);
  EXPECT_TRUE(write([](Db& db) { return append(db, "s", 1); }));
}

TEST_F(StoreTest, ClosingDrainsAndThenRefuses) {
  open();
  Trace trace;
  for (int i = 0; i < 20; ++i)
    base::spawn(loop_,
                write_traced(&*store_, [i](Db& db) { return append(db, "s", i); }, i, &trace), "writer");
  loop_.restart();
  loop_.poll_one();  // the first at least is queued, whatever the others did
  store_->close();
  store_->close();
  loop_.restart();
  loop_.run();
  ASSERT_EQ(trace.results.size(), 20u);
  EXPECT_TRUE(trace.results[0]);
  std::int64_t done = 0;
  for (const auto& result : trace.results) {
    if (result) {
      ++done;
    } else {
      EXPECT_EQ(result.error().kind, ErrorKind::closed);
    }
  }
  EXPECT_LT(done, 20) << "those that came after close() are refused";
  open();
  EXPECT_EQ(messages("s"), done);
}

TEST_F(StoreTest, ClosedWithoutHavingBeenOpened) {
  store_.emplace(loop_, path_);
  Trace trace;
  base::spawn(loop_, write_traced(&*store_, [](Db& db) { return append(db, "s", 1); }, 1, &trace), "early");
  loop_.poll();
  store_->close();
  auto opened = base::run_until_done(loop_, store_->open());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::closed);
  ASSERT_EQ(trace.results.size(), 1u);
  EXPECT_EQ(trace.results[0].error().kind, ErrorKind::closed);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

// The loop is gone before the results could be delivered: the suspended callers are freed, the rows are
// there.
TEST_F(StoreTest, LoopEndsBeforeDelivery) {
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = held;
  Trace trace;
  {
    base::Loop loop;
    Store store(loop, path_);
    ASSERT_TRUE(base::run_until_done(loop, store.open()));
    std::function<Result<>(Db&)> job = [held = std::move(held)](Db& db) { return append(db, "s", *held); };
    base::spawn(loop, write_traced(&store, std::move(job), 1, &trace), "writer");
    loop.restart();
    ASSERT_EQ(loop.poll_one(), 1u);  // the job is queued now
    store.close();
    EXPECT_FALSE(watch.expired());
  }
  EXPECT_TRUE(trace.order.empty());
  EXPECT_TRUE(watch.expired()) << "the frame of the caller leaked";
  open();
  EXPECT_EQ(messages("s"), 1);
}

TEST_F(StoreTest, OutOfMemoryInAJobIsAnError) {
  open();
  auto result = write([](Db& db) -> Result<> {
    OC_TRY(append(db, "s", 1));
    throw std::bad_alloc();
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::io);
  EXPECT_EQ(messages("s"), 0);
}

}  // namespace
}  // namespace openclaw::store
