// A folder of its own for each test, removed with everything in it.
#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdlib.h>
#include <string>
#include <sys/stat.h>

namespace openclaw::test {

class TempDir {
 public:
  TempDir() {
    char name[] = "/tmp/openclaw-test-XXXXXX";
    path_ = std::filesystem::canonical(::mkdtemp(name)).string();
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }
  void write(const std::string& name, const std::string& content, mode_t mode = 0644) const {
    std::filesystem::create_directories(std::filesystem::path(*this / name).parent_path());
    std::ofstream(*this / name) << content;
    ::chmod((*this / name).c_str(), mode);
  }
  void program(const std::string& name) const { write(name, "#!/bin/sh\n", 0755); }
  std::string read(const std::string& name) const {
    std::ifstream stream(*this / name);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  }
  bool has(const std::string& name) const { return std::filesystem::exists(*this / name); }

 private:
  std::string path_;
};

}  // namespace openclaw::test
