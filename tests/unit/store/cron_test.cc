#include "store/cron.h"

#include <gtest/gtest.h>

namespace openclaw::store {
namespace {

std::vector<std::int64_t> numbers(Db& db, const std::string& job) {
  std::vector<std::int64_t> out;
  EXPECT_TRUE(each_cron_run(db, job, [&](json::Object entry) {
    out.push_back(json::get_int(entry, "n").value_or(-1));
    return out.size() < 10;
  }));
  return out;
}

TEST(CronRuns, NewestFirstAndBoundedForEachJob) {
  auto db = Db::open(":memory:");
  ASSERT_TRUE(db);
  ASSERT_TRUE((*db)->migrate());
  for (std::int64_t n = 0; n < 5; ++n) {
    json::Object entry;
    entry["n"] = n;
    ASSERT_TRUE(append_cron_run(**db, "a", 100 + n, entry, 3));
    ASSERT_TRUE(append_cron_run(**db, "b", 50 + n, entry, 100));
  }
  EXPECT_EQ(numbers(**db, "a"), (std::vector<std::int64_t>{4, 3, 2}));
  EXPECT_EQ(numbers(**db, "b"), (std::vector<std::int64_t>{4, 3, 2, 1, 0}));
  EXPECT_EQ(numbers(**db, ""), (std::vector<std::int64_t>{4, 3, 2, 4, 3, 2, 1, 0}));
  ASSERT_TRUE(delete_cron_runs(**db, "b"));
  EXPECT_EQ(numbers(**db, "").size(), 3u);
}

}  // namespace
}  // namespace openclaw::store
