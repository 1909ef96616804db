// A folder of its own for each test.
#pragma once
#include "config/config.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/stat.h>

namespace openclaw::config::test {

class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "openclaw-config-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data()) ? pattern : "";
  }
  ~TempDir() {
    if (!path_.empty()) std::filesystem::remove_all(path_);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline void put_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

inline std::string get_file(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

inline int mode_of(const std::string& path) {
  struct stat st{};
  return ::stat(path.c_str(), &st) == 0 ? static_cast<int>(st.st_mode & 0777) : -1;
}

// A context whose file is <dir>/openclaw.json and whose state is the same folder.
inline Context context_in(const TempDir& dir) {
  Context context;
  context.config_path = dir.path() + "/openclaw.json";
  context.state_dir = dir.path();
  context.home = "/home/nobody";
  return context;
}

inline Snapshot snapshot_of(const std::string& text, const base::Env& env = {}) {
  return load_text("/cfg/openclaw.json", text, env);
}

// "path: message" of every issue, joined with " | ".
inline std::string issues_of(const Snapshot& snapshot) {
  std::string out;
  for (const auto& issue : snapshot.issues)
    out += (out.empty() ? "" : " | ") + issue.path + ": " + issue.message;
  return out;
}

inline std::string warnings_of(const Snapshot& snapshot) {
  std::string out;
  for (const auto& issue : snapshot.warnings)
    out += (out.empty() ? "" : " | ") + issue.path + ": " + issue.message;
  return out;
}

}  // namespace openclaw::config::test
