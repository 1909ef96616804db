// Files under the state directory. Every write of ours is atomic and durable: temp file, fsync, rename, fsync of
// the folder (docs/DURABILITY.md). Blocking; call from start-up code, the CLI or a worker.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace openclaw::fs {

base::Result<std::string> read_file(const std::string& path, std::size_t max_bytes = 64u << 20);
bool exists(const std::string& path);
// Parents are created 0700.
base::Result<> make_directories(const std::string& path);
// The new content replaces the old whole or not at all; mode applies to the new file.
base::Result<> write_atomic(const std::string& path, std::string_view content, int mode = 0600);
base::Result<> remove_file(const std::string& path);  // not an error when absent
std::string parent(const std::string& path);
std::string real_path(const std::string& path);  // empty when it does not resolve

// Kernel-held lock on a file (OFD). Released when the object dies or the process does.
class FileLock {
 public:
  FileLock() = default;
  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();
  // ErrorKind::busy when another process holds it; the message then carries the content of the file (pid ...).
  static base::Result<FileLock> acquire(const std::string& path, std::string_view content);
  bool held() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace openclaw::fs
