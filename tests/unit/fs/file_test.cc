#include "fs/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

namespace openclaw::fs {
namespace {

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/openclaw-fs-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    dir_ = name;
  }
  void TearDown() override { std::system(("rm -rf " + dir_).c_str()); }
  std::string dir_;
};

TEST_F(FileTest, WritesWholeFilesWithTheirModeAndMakesFolders) {
  const std::string path = dir_ + "/a/b/c.json";
  ASSERT_TRUE(write_atomic(path, "one"));
  ASSERT_TRUE(write_atomic(path, "two"));
  EXPECT_EQ(*read_file(path), "two");
  struct stat st {};
  ASSERT_EQ(::stat(path.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat((dir_ + "/a").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0700u);
}

TEST_F(FileTest, MissingAndTooLargeAreDifferentErrors) {
  EXPECT_EQ(read_file(dir_ + "/none").error().kind, base::ErrorKind::not_found);
  ASSERT_TRUE(write_atomic(dir_ + "/big", std::string(100, 'x')));
  EXPECT_EQ(read_file(dir_ + "/big", 10).error().kind, base::ErrorKind::invalid);
  EXPECT_TRUE(remove_file(dir_ + "/none"));
}

TEST_F(FileTest, LockIsHeldUntilItsOwnerGoes) {
  const std::string path = dir_ + "/lock";
  auto first = FileLock::acquire(path, "pid 1");
  ASSERT_TRUE(first);
  auto second = FileLock::acquire(path, "pid 2");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, base::ErrorKind::busy);
  EXPECT_EQ(second.error().message, "pid 1");
  *first = FileLock{};
  EXPECT_TRUE(FileLock::acquire(path, "pid 3"));
}

}  // namespace
}  // namespace openclaw::fs
