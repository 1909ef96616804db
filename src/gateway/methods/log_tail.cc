#include "gateway/methods/log_tail.h"

#include "base/strings.h"
#include "json/json.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace openclaw::gateway {
namespace {

namespace stdfs = std::filesystem;

std::string existing_file(const std::string& today) {
  std::error_code ec;
  if (stdfs::exists(today, ec)) return today;
  std::string newest;
  for (stdfs::directory_iterator it(stdfs::path(today).parent_path(), ec), end; !ec && it != end;
       it.increment(ec)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with("gateway-") && name.ends_with(".log") && name > newest) newest = name;
  }
  return newest.empty() ? today : (stdfs::path(today).parent_path() / newest).string();
}

class File {
 public:
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool good() const { return fd_ >= 0; }
  std::int64_t size() const {
    struct stat st {};
    return ::fstat(fd_, &st) == 0 ? static_cast<std::int64_t>(st.st_size) : -1;
  }
  std::string read(std::int64_t from, std::int64_t bytes) const {
    std::string out(static_cast<std::size_t>(bytes), '\0');
    std::size_t have = 0;
    while (have < out.size()) {
      const ssize_t n =
          ::pread(fd_, out.data() + have, out.size() - have, from + static_cast<std::int64_t>(have));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      have += static_cast<std::size_t>(n);
    }
    out.resize(have);
    return out;
  }

 private:
  int fd_;
};

// Where to begin; sets truncated and reset.
std::int64_t start_of(const LogTailRequest& request, LogTail& tail) {
  const std::int64_t last = std::max<std::int64_t>(0, tail.size - request.max_bytes);
  if (!request.cursor) {
    tail.truncated = last > 0;
    return last;
  }
  if (*request.cursor > tail.size) {
    tail.reset = true;
    tail.truncated = last > 0;
    return last;
  }
  if (tail.size - *request.cursor <= request.max_bytes) return *request.cursor;
  tail.reset = true;
  tail.truncated = true;
  return last;
}

int level_id(std::string_view level) {
  constexpr std::string_view kLevels[] = {"silly", "trace", "debug", "info", "warn", "error", "fatal"};
  for (int i = 0; i < 7; ++i) {
    if (kLevels[i] == level) return i;
  }
  return 3;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

}  // namespace

base::Result<LogTail> read_log_tail(const LogTailRequest& request) {
  LogTail tail;
  tail.file = existing_file(request.file);
  const File file(tail.file);
  if (!file.good()) {
    if (errno == ENOENT) return tail;
    return base::fail(base::ErrorKind::io, tail.file + ": " + std::strerror(errno));
  }
  tail.size = file.size();
  if (tail.size < 0) return base::fail(base::ErrorKind::io, tail.file + ": " + std::strerror(errno));
  tail.cursor = tail.size;
  const std::int64_t start = start_of(request, tail);
  if (tail.size <= start) return tail;
  const bool whole_line = start == 0 || file.read(start - 1, 1) == "\n";
  tail.lines = base::split(file.read(start, tail.size - start), '\n');
  if (!whole_line && !tail.lines.empty()) tail.lines.erase(tail.lines.begin());
  if (!tail.lines.empty() && tail.lines.back().empty()) tail.lines.pop_back();
  const auto limit = static_cast<std::size_t>(request.limit);
  if (tail.lines.size() > limit)
    tail.lines.erase(tail.lines.begin(), tail.lines.end() - static_cast<std::ptrdiff_t>(limit));
  return tail;
}

std::string log_record(const std::string& line, const std::string& host) {
  if (!base::is_utf8(line)) {  // a text frame cannot carry it
    std::string plain = line;
    for (auto& c : plain) {
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
    return log_record(plain, host);
  }
  const auto parsed = json::parse(line);
  const auto* ours = parsed ? parsed->if_object() : nullptr;
  const auto text = ours ? json::get_string(*ours, "msg") : std::nullopt;
  if (!text) return line;
  json::Object subsystem;
  subsystem["subsystem"] = json::get_string_or(*ours, "subsystem", "");
  const std::string name = json::write(subsystem);
  const std::string level = json::get_string_or(*ours, "level", "info");
  const std::string time = json::get_string_or(*ours, "time", "");
  json::Object meta;
  meta["runtime"] = "native";
  meta["hostname"] = host;
  meta["name"] = name;
  meta["parentNames"] = json::strings({"openclaw"});
  meta["date"] = time;
  meta["logLevelId"] = level_id(level);
  meta["logLevelName"] = upper(level);
  json::Object out;
  out["0"] = name;
  out["1"] = *text;
  out["_meta"] = std::move(meta);
  out["time"] = time;
  return json::write(out);
}

}  // namespace openclaw::gateway
