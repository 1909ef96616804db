#include "fs/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "base/random.h"

namespace openclaw::fs {
namespace {

using base::ErrorKind;

tl::unexpected<base::Error> system_error(const char* what, const std::string& path) {
  const int code = errno;
  return base::fail(code == ENOENT ? ErrorKind::not_found : ErrorKind::io,
                    std::string(what) + " " + path + ": " + std::strerror(code), {}, code);
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

base::Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return system_error("cannot read", path);
  std::string out;
  char buffer[65536];
  for (;;) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      auto error = system_error("cannot read", path);
      ::close(fd);
      return error;
    }
    if (n == 0) break;
    out.append(buffer, static_cast<std::size_t>(n));
    if (out.size() > max_bytes) {
      ::close(fd);
      return base::fail(ErrorKind::invalid, path + " is larger than " + std::to_string(max_bytes) + " bytes");
    }
  }
  ::close(fd);
  return out;
}

bool exists(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0;
}

base::Result<> make_directories(const std::string& path) {
  if (path.empty() || path == "/") return {};
  struct stat st {};
  if (::stat(path.c_str(), &st) == 0) {
    if (S_ISDIR(st.st_mode)) return {};
    return base::fail(ErrorKind::io, path + " is not a directory");
  }
  OC_TRY(make_directories(parent(path)));
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return system_error("cannot create", path);
  return {};
}

base::Result<> write_atomic(const std::string& path, std::string_view content, int mode) {
  OC_TRY(make_directories(parent(path)));
  const std::string temp = path + "." + base::uuid4() + ".tmp";
  const int fd = ::open(temp.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return system_error("cannot write", temp);
  if (!write_all(fd, content) || ::fchmod(fd, static_cast<mode_t>(mode)) != 0 || ::fsync(fd) != 0) {
    auto error = system_error("cannot write", temp);
    ::close(fd);
    ::unlink(temp.c_str());
    return error;
  }
  ::close(fd);
  if (::rename(temp.c_str(), path.c_str()) != 0) {
    auto error = system_error("cannot replace", path);
    ::unlink(temp.c_str());
    return error;
  }
  const std::string folder = parent(path);
  const int dir = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0) {
    ::fsync(dir);
    ::close(dir);
  }
  return {};
}

base::Result<> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error("cannot remove", path);
  return {};
}

std::string parent(const std::string& path) {
  const std::size_t at = path.find_last_of('/');
  if (at == std::string::npos) return "";
  return at == 0 ? "/" : path.substr(0, at);
}

std::string real_path(const std::string& path) {
  char buffer[PATH_MAX];
  return ::realpath(path.c_str(), buffer) ? std::string(buffer) : std::string();
}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

base::Result<FileLock> FileLock::acquire(const std::string& path, std::string_view content) {
  OC_TRY(make_directories(parent(path)));
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return system_error("cannot open lock", path);
  struct flock region {};
  region.l_type = F_WRLCK;
  region.l_whence = SEEK_SET;
  if (::fcntl(fd, F_OFD_SETLK, &region) != 0) {
    const bool taken = errno == EAGAIN || errno == EACCES;
    auto error = system_error("cannot lock", path);
    ::close(fd);
    if (!taken) return error;
    auto holder = read_file(path);
    return base::fail(ErrorKind::busy, holder ? *holder : std::string());
  }
  if (::ftruncate(fd, 0) != 0 || !write_all(fd, content)) {
    auto error = system_error("cannot write lock", path);
    ::close(fd);
    return error;
  }
  FileLock lock;
  lock.fd_ = fd;
  return lock;
}

}  // namespace openclaw::fs
