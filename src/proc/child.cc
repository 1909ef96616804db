#include "proc/child.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace openclaw::proc {
namespace {

namespace asio = boost::asio;
using base::ErrorKind;
using Descriptor = asio::posix::stream_descriptor;

// Owns a file descriptor until it is handed on.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = other.release();
    }
    return *this;
  }
  ~Fd() { reset(); }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

// dup2 onto 1 and 2 must not hit a pipe that happens to sit there (a daemon started with closed descriptors).
Fd above_stdio(int fd) {
  if (fd > 2 || fd < 0) return Fd(fd);
  Fd low(fd);
  return Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

struct Pipe {
  Fd read, write;
};

base::Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return base::fail(ErrorKind::io, std::string("cannot make a pipe: ") + std::strerror(errno), {}, errno);
  }
  Pipe pipe;
  pipe.read = above_stdio(ends[0]);
  pipe.write = above_stdio(ends[1]);
  if (pipe.read.get() < 0 || pipe.write.get() < 0) return base::fail(ErrorKind::io, "cannot make a pipe");
  return pipe;
}

Fd open_pidfd(pid_t pid) {
#ifdef SYS_pidfd_open
  return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));  // close-on-exec by definition
#else
  (void)pid;
  return Fd();
#endif
}

std::string path_of(const std::vector<std::string>& environment) {
  for (const std::string& entry : environment) {
    if (entry.starts_with("PATH=")) return entry.substr(5);
  }
  return {};
}

base::Result<std::string> program_of(const SpawnRequest& request) {
  if (!request.executable.empty()) return request.executable;
  const std::string& name = request.argv.front();
  if (name.find('/') != std::string::npos) return name;
  if (auto found = find_in_path(name, path_of(request.environment))) return *found;
  return base::fail(ErrorKind::not_found, "cannot run " + name + ": not found in PATH", {}, ENOENT);
}

base::Result<> check(const SpawnRequest& request) {
  if (request.argv.empty() || request.argv.front().empty()) {
    return base::fail(ErrorKind::invalid, "cannot run an empty command");
  }
  for (const auto* list : {&request.argv, &request.environment}) {
    for (const std::string& text : *list) {
      if (text.find('\0') != std::string::npos) {
        return base::fail(ErrorKind::invalid, "cannot run a command that contains a NUL byte");
      }
    }
  }
  if (request.cwd.empty()) return {};
  struct stat st{};
  if (::stat(request.cwd.c_str(), &st) != 0) {
    return base::fail(ErrorKind::not_found, "cannot run in " + request.cwd + ": " + std::strerror(errno), {},
                      errno);
  }
  if (!S_ISDIR(st.st_mode)) {
    return base::fail(ErrorKind::invalid, "cannot run in " + request.cwd + ": not a directory", {}, ENOTDIR);
  }
  return {};
}

std::vector<char*> pointers(const std::vector<std::string>& list) {
  std::vector<char*> out;
  out.reserve(list.size() + 1);
  for (const std::string& text : list) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

// File actions and attributes of posix_spawn, freed in every case.
struct SpawnPlan {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
};

base::Result<pid_t> spawn_process(const SpawnRequest& request, const std::string& program, int out_fd,
                                  int err_fd) {
  SpawnPlan plan;
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&plan.attributes, &none);
  ::posix_spawnattr_setsigdefault(&plan.attributes, &all);
  ::posix_spawnattr_setflags(&plan.attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  if (!request.cwd.empty()) ::posix_spawn_file_actions_addchdir_np(&plan.actions, request.cwd.c_str());
  ::posix_spawn_file_actions_addopen(&plan.actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&plan.actions, out_fd, 1);
  ::posix_spawn_file_actions_adddup2(&plan.actions, err_fd, 2);
  // Asio's sockets are not close-on-exec; the child must not hold our connections.
  ::posix_spawn_file_actions_addclosefrom_np(&plan.actions, 3);

  auto argv = pointers(request.argv);
  auto environment = pointers(request.environment);
  pid_t pid = -1;
  const int code =
      ::posix_spawn(&pid, program.c_str(), &plan.actions, &plan.attributes, argv.data(), environment.data());
  if (code != 0) {
    return base::fail(code == ENOENT ? ErrorKind::not_found : ErrorKind::io,
                      "cannot run " + program + ": " + std::strerror(code), {}, code);
  }
  return pid;
}

// One running child. The callbacks of its descriptors and timers keep it alive until it has finished.
class Child : public std::enable_shared_from_this<Child> {
 public:
  Child(base::Loop& loop, pid_t pid, Fd out_fd, Fd err_fd, std::size_t max_output)
      : done(loop),
        out_(loop, out_fd.release()),
        err_(loop, err_fd.release()),
        exit_(loop),
        deadline_(loop),
        grace_(loop),
        poll_(loop),
        pid_(pid),
        room_(max_output) {}

  // Only reached unfinished when the loop itself is torn down.
  ~Child() {
    if (reaped_) return;
    kill_group();
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  }

  void start(int timeout_ms) {
    read(out_, result.out, out_buffer_);
    read(err_, result.err, err_buffer_);
    if (Fd pidfd = open_pidfd(pid_); pidfd.get() >= 0) {
      exit_.assign(pidfd.release());
      exit_.async_wait(Descriptor::wait_read, [self = shared_from_this()](boost::system::error_code ec) {
        if (!ec) self->on_exit();
      });
    } else {
      poll_exit();  // a kernel or sandbox without pidfds
    }
    if (timeout_ms <= 0) return;
    deadline_.expires_after(base::Millis(timeout_ms));
    deadline_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (ec || self->exited_) return;
      self->result.timed_out = true;
      self->kill_group();
    });
  }

  void cancel() {
    if (reaped_) return;
    cancelled = true;
    kill_group();
    if (exited_) finish();
  }

  base::Event done;
  SpawnResult result;
  bool cancelled = false;

 private:
  using Buffer = std::array<char, 16384>;

  void read(Descriptor& from, std::string& into, Buffer& buffer) {
    from.async_read_some(asio::buffer(buffer), [self = shared_from_this(), &from, &into, &buffer](
                                                   boost::system::error_code ec, std::size_t size) {
      self->keep(into, std::string_view(buffer.data(), size));
      if (!ec) {
        self->read(from, into, buffer);
        return;
      }
      boost::system::error_code ignored;
      from.close(ignored);
      if (self->exited_ && !self->out_.is_open() && !self->err_.is_open()) self->finish();
    });
  }

  void keep(std::string& into, std::string_view bytes) {
    const std::size_t size = std::min(bytes.size(), room_);
    into.append(bytes.substr(0, size));
    room_ -= size;
    if (size < bytes.size()) result.truncated = true;
  }

  void poll_exit() {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == pid_) {
      on_exit();
      return;
    }
    poll_.expires_after(base::Millis(20));
    poll_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (!ec) self->poll_exit();
    });
  }

  // The child stays a zombie until finish(): its id, and so the group's, cannot be given to a stranger
  // meanwhile.
  void on_exit() {
    exited_ = true;
    deadline_.cancel();
    if (cancelled || (!out_.is_open() && !err_.is_open())) {
      finish();
      return;
    }
    grace_.expires_after(base::Millis(kPipeGraceMs));
    grace_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (!ec) self->finish();
    });
  }

  void finish() {
    if (reaped_) return;
    reaped_ = true;
    int status = 0;
    pid_t got = -1;
    do {
      got = ::waitpid(pid_, &status, 0);  // it has ended: does not block
    } while (got < 0 && errno == EINTR);
    if (got == pid_ && WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
    if (got == pid_ && WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    boost::system::error_code ignored;
    out_.close(ignored);
    err_.close(ignored);
    exit_.close(ignored);
    grace_.cancel();
    done.set();
  }

  void kill_group() { ::kill(-pid_, SIGKILL); }

  Descriptor out_, err_, exit_;
  asio::steady_timer deadline_, grace_, poll_;
  pid_t pid_;
  std::size_t room_;
  bool exited_ = false, reaped_ = false;
  Buffer out_buffer_, err_buffer_;
};

base::Result<std::shared_ptr<Child>> launch(base::Loop& loop, const SpawnRequest& request) {
  OC_TRY(check(request));
  OC_TRY_ASSIGN(std::string program, program_of(request));
  OC_TRY_ASSIGN(Pipe out, make_pipe());
  OC_TRY_ASSIGN(Pipe err, make_pipe());
  OC_TRY_ASSIGN(pid_t pid, spawn_process(request, program, out.write.get(), err.write.get()));
  auto child =
      std::make_shared<Child>(loop, pid, std::move(out.read), std::move(err.read), request.max_output);
  child->start(request.timeout_ms);
  return child;
}

}  // namespace

base::Task<base::Result<SpawnResult>> run_child(base::Loop& loop, SpawnRequest request) {
  if (request.cancel.cancelled())
    co_return base::fail(ErrorKind::cancelled, "cancelled before the command started");
  auto launched = launch(loop, request);
  if (!launched) co_return tl::unexpected(std::move(launched).error());
  std::shared_ptr<Child> child = *launched;
  auto registration = request.cancel.on_cancel([weak = std::weak_ptr<Child>(child)] {
    if (auto running = weak.lock()) running->cancel();
  });
  co_await child->done.wait();
  if (child->cancelled) {
    co_return base::fail(ErrorKind::cancelled,
                         "cancelled; " + request.argv.front() + " and its children were killed");
  }
  co_return std::move(child->result);
}

}  // namespace openclaw::proc
