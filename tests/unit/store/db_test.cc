#include "store/db.h"

#include "temp_dir.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace openclaw::store {
namespace {

using base::ErrorKind;
using test::TempDir;

std::unique_ptr<Db> memory_db() {
  auto db = Db::open(":memory:");
  EXPECT_TRUE(db) << db.error().message;
  return std::move(*db);
}

std::string one(Db& db, std::string_view sql, std::initializer_list<Bind> values = {}) {
  std::string out = "(no row)";
  auto done = db.each(sql, values, [&](const Row& row) {
    out = row.is_null(0) ? "(null)" : row.text(0);
    return false;
  });
  return done ? out : done.error().message;
}

int mode_of(const std::string& path) {
  struct stat st{};
  return ::stat(path.c_str(), &st) == 0 ? static_cast<int>(st.st_mode & 0777) : -1;
}

TEST(Db, BindsAndReadsEveryKind) {
  auto db = memory_db();
  ASSERT_TRUE(db->run("CREATE TABLE t (a, b, c, d)"));
  const std::string bytes("x\0y", 3);
  ASSERT_TRUE(db->run("INSERT INTO t VALUES (?, ?, ?, ?)",
                      {std::int64_t{-9'000'000'000'000'000'000}, bytes, nullptr, std::string()}));
  EXPECT_EQ(db->changes(), 1);
  EXPECT_EQ(db->last_insert_id(), 1);
  int rows = 0;
  ASSERT_TRUE(db->each("SELECT a, b, c, d FROM t", {}, [&](const Row& row) {
    ++rows;
    EXPECT_EQ(row.integer(0), -9'000'000'000'000'000'000);
    EXPECT_EQ(row.text(1), bytes);
    EXPECT_TRUE(row.is_null(2));
    EXPECT_EQ(row.text(2), "");
    EXPECT_FALSE(row.is_null(3));
    return true;
  }));
  EXPECT_EQ(rows, 1);
}

TEST(Db, StatementLeftEarlyHoldsNoLockAndNoBindings) {
  auto db = memory_db();
  ASSERT_TRUE(db->run("CREATE TABLE t (a)"));
  for (std::int64_t i = 0; i < 3; ++i) ASSERT_TRUE(db->run("INSERT INTO t VALUES (?)", {i}));
  EXPECT_EQ(one(*db, "SELECT a FROM t WHERE a >= ?", {std::int64_t{1}}), "1");
  ASSERT_TRUE(db->run("DROP TABLE t")) << "a statement that was not reset would lock the table";
}

TEST(Db, FailedStatementCanBeRunAgain) {
  auto db = memory_db();
  ASSERT_TRUE(db->run("CREATE TABLE t (a INTEGER PRIMARY KEY)"));
  ASSERT_TRUE(db->run("INSERT INTO t VALUES (?)", {std::int64_t{1}}));
  auto twice = db->run("INSERT INTO t VALUES (?)", {std::int64_t{1}});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().kind, ErrorKind::invalid);
  EXPECT_TRUE(db->run("INSERT INTO t VALUES (?)", {std::int64_t{2}}));
  EXPECT_EQ(one(*db, "SELECT count(*) FROM t"), "2");
}

TEST(Db, SameQueryInsideItsOwnCallback) {
  auto db = memory_db();
  ASSERT_TRUE(db->run("CREATE TABLE t (a)"));
  for (std::int64_t i = 0; i < 3; ++i) ASSERT_TRUE(db->run("INSERT INTO t VALUES (?)", {i}));
  int pairs = 0;
  ASSERT_TRUE(db->each("SELECT a FROM t", {}, [&](const Row&) {
    EXPECT_TRUE(db->each("SELECT a FROM t", {}, [&](const Row&) { return ++pairs, true; }));
    return true;
  }));
  EXPECT_EQ(pairs, 9);
}

TEST(Db, CacheIsBounded) {
  auto db = memory_db();
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(one(*db, "SELECT " + std::to_string(i)), std::to_string(i));
}

TEST(Db, RefusesWhatIsNotOneStatementOrMiscountsValues) {
  auto db = memory_db();
  EXPECT_FALSE(db->run("SELECT 1; SELECT 2"));
  EXPECT_FALSE(db->run(""));
  EXPECT_FALSE(db->run("SELECT ?"));
  EXPECT_FALSE(db->run("SELECT 1", {std::int64_t{1}}));
  auto nonsense = db->run("SELEKT 1");
  ASSERT_FALSE(nonsense);
  EXPECT_EQ(nonsense.error().kind, ErrorKind::failed);
}

TEST(Db, SettingsOfEveryConnection) {
  TempDir dir;
  auto db = Db::open(dir.file("a.sqlite"));
  ASSERT_TRUE(db) << db.error().message;
  EXPECT_EQ(one(**db, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(one(**db, "PRAGMA synchronous"), "2");
  EXPECT_EQ(one(**db, "PRAGMA foreign_keys"), "1");
  EXPECT_EQ(one(**db, "PRAGMA mmap_size"), "0");
  EXPECT_EQ(one(**db, "PRAGMA cache_size"), "-512");
  EXPECT_EQ(one(**db, "PRAGMA busy_timeout"), "5000");
}

TEST(Db, FilesAreForTheOwnerOnly) {
  TempDir dir;
  const std::string path = dir.file("a.sqlite");
  const mode_t before = ::umask(0);
  auto db = Db::open(path);
  ::umask(before);
  ASSERT_TRUE(db) << db.error().message;
  ASSERT_TRUE((*db)->migrate());
  EXPECT_EQ(mode_of(path), 0600);
  EXPECT_EQ(mode_of(path + "-wal"), 0600);
  EXPECT_EQ(mode_of(path + "-shm"), 0600);
  db->reset();
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  auto again = Db::open(path);
  ASSERT_TRUE(again);
  EXPECT_EQ(mode_of(path), 0600);
}

TEST(Migrations, FreshThenAgain) {
  TempDir dir;
  for (int round = 0; round < 2; ++round) {
    auto db = Db::open(dir.file("a.sqlite"));
    ASSERT_TRUE(db) << db.error().message;
    EXPECT_EQ(one(**db, "PRAGMA user_version"), round == 0 ? "0" : "3");
    ASSERT_TRUE((*db)->migrate());
    EXPECT_EQ(one(**db, "PRAGMA user_version"), "3");
    EXPECT_EQ(one(**db,
                  "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('sessions', "
                  "'messages', 'runs', 'idempotency', 'records', 'channel_offsets', 'outbox')"),
              "7");
    EXPECT_FALSE((*db)->in_transaction());
  }
}

TEST(Migrations, NewerVersionIsRefusedByName) {
  TempDir dir;
  const std::string path = dir.file("a.sqlite");
  {
    auto db = Db::open(path);
    ASSERT_TRUE(db);
    ASSERT_TRUE((*db)->migrate());
    ASSERT_TRUE((*db)->run("PRAGMA user_version = 77"));
  }
  auto db = Db::open(path);
  ASSERT_FALSE(db);
  EXPECT_EQ(db.error().kind, ErrorKind::invalid);
  EXPECT_EQ(db.error().message,
            path +
                " was written by a newer version of openclaw: its schema is version 77, this "
                "program knows up to version 3");
}

TEST(Migrations, NotADatabaseIsRefusedAndLeftAlone) {
  TempDir dir;
  const std::string path = dir.file("a.sqlite");
  for (const std::string& content : {std::string("short"), std::string(10'000, 'z')}) {
    test::spill(path, content);
    ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
    auto db = Db::open(path);
    ASSERT_FALSE(db) << "accepted " << content.size() << " bytes of text";
    EXPECT_EQ(db.error().kind, ErrorKind::invalid);
    EXPECT_EQ(db.error().message, "database " + path + ": cannot read: file is not a database");
    EXPECT_EQ(db.error().hint,
              "move it away to start with an empty database: mv " + path + " " + path + ".old");
    EXPECT_EQ(test::slurp(path), content);
    EXPECT_EQ(mode_of(path), 0640);
    EXPECT_EQ(mode_of(path + "-wal"), -1);
  }
}

TEST(Migrations, SomebodyElsesDatabaseIsRefusedAndLeftAlone) {
  TempDir dir;
  const std::string path = dir.file("a.sqlite");
  {
    auto db = Db::open(dir.file("other.sqlite"));
    ASSERT_TRUE(db);
    ASSERT_TRUE((*db)->run("CREATE TABLE theirs (a)"));
  }
  std::filesystem::copy_file(dir.file("other.sqlite"), path);
  const std::string before = test::slurp(path);
  auto db = Db::open(path);
  ASSERT_FALSE(db);
  EXPECT_EQ(db.error().kind, ErrorKind::invalid);
  EXPECT_EQ(db.error().message, path + " is a SQLite database, but not one that this program wrote");
  EXPECT_EQ(test::slurp(path), before);
}

TEST(Migrations, MissingFolderAndFolderInItsPlace) {
  TempDir dir;
  auto missing = Db::open(dir.file("no/such/a.sqlite"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::io);
  EXPECT_NE(missing.error().message.find("No such file or directory"), std::string::npos);
  std::filesystem::create_directory(dir.file("folder"));
  auto folder = Db::open(dir.file("folder"));
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind, ErrorKind::io);
}

TEST(Migrations, AnEmptyFileIsANewDatabase) {
  TempDir dir;
  test::spill(dir.file("a.sqlite"), "");
  auto db = Db::open(dir.file("a.sqlite"));
  ASSERT_TRUE(db) << db.error().message;
  EXPECT_TRUE((*db)->migrate());
}

}  // namespace
}  // namespace openclaw::store
