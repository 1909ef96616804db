#include "store/db.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_map>

namespace openclaw::store {

using base::ErrorKind;

namespace {

constexpr int kBusyTimeoutMs = 5000;  // a backup tool may hold the file for a moment
// Every statement is a literal of ours, so the cache is finite; the bound is for a caller that composes text.
constexpr std::size_t kMaxCached = 128;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

struct Cached {
  sqlite3_stmt* statement = nullptr;
  bool in_use = false;
};

ErrorKind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return ErrorKind::invalid;
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
      return ErrorKind::failed;
    default:
      return ErrorKind::io;
  }
}

std::string hint_of(int code, const std::string& path) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "free space on the file system of " + path;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "find the program that has it open: fuser -v " + path;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "check owner and permissions: ls -ld " + path + " and its folder";
    case SQLITE_NOTADB:
      return "move it away to start with an empty database: mv " + path + " " + path + ".old";
    case SQLITE_CORRUPT:
      return "sqlite3 " + path + " .recover shows what can be saved";
    default:
      return {};
  }
}

// Creates the file itself, because SQLite would use the umask. An existing file is never opened and closed
// here: that would drop the POSIX locks of another connection of this process.
base::Result<> create_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    const int code = errno;
    if (code == EEXIST) return {};
    return base::fail(ErrorKind::io, fmt::format("cannot create database {}: {}", path, std::strerror(code)),
                      "check that its folder exists and is yours", code);
  }
  ::fchmod(fd, 0600);
  ::close(fd);
  const std::size_t slash = path.find_last_of('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int dir = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0) {
    ::fsync(dir);
    ::close(dir);
  }
  return {};
}

// A copy brought from elsewhere may be readable by others.
void tighten_mode(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const std::string file = path + suffix;
    struct stat st{};
    if (::stat(file.c_str(), &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) != 0)
      ::chmod(file.c_str(), 0600);
  }
}

}  // namespace

struct Db::Impl {
  std::string path;
  sqlite3* db = nullptr;
  std::unordered_map<std::string, Cached, TextHash, std::equal_to<>> cache;

  ~Impl() {
    for (auto& [sql, cached] : cache) sqlite3_finalize(cached.statement);
    sqlite3_close_v2(db);
  }

  tl::unexpected<base::Error> error(int code, std::string_view doing) const {
    std::string text =
        fmt::format("database {}: {}: {}", path, doing, db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
    const int cause = db ? sqlite3_system_errno(db) : 0;
    const int primary = code & 0xff;
    if (cause != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN || primary == SQLITE_FULL))
      text += fmt::format(" ({})", std::strerror(cause));
    return base::fail(kind_of(code), std::move(text), hint_of(code, path), code);
  }

  void drop_idle() {
    std::erase_if(cache, [](auto& item) {
      if (item.second.in_use) return false;
      sqlite3_finalize(item.second.statement);
      return true;
    });
  }
};

namespace {

// One execution of a statement. Leaves it reset and without bindings on every way out; a statement that is
// being stepped already (a query inside the callback of the same query) gets a second, uncached copy.
class Execution {
 public:
  Execution() = default;
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  ~Execution() {
    if (cached_) {
      sqlite3_reset(statement_);
      sqlite3_clear_bindings(statement_);
      cached_->in_use = false;
    } else {
      sqlite3_finalize(statement_);
    }
  }
  void use(Cached& cached) {
    cached_ = &cached;
    statement_ = cached.statement;
    cached.in_use = true;
  }
  void own(sqlite3_stmt* statement) { statement_ = statement; }
  sqlite3_stmt* get() const { return statement_; }

 private:
  Cached* cached_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

int bind_value(sqlite3_stmt* statement, int index, const Bind& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return sqlite3_bind_int64(statement, index, *number);
  if (const auto* text = std::get_if<std::string>(&value))
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  return sqlite3_bind_null(statement, index);
}

}  // namespace

std::int64_t Row::integer(int column) const {
  return sqlite3_column_int64(static_cast<sqlite3_stmt*>(statement_), column);
}

std::string Row::text(int column) const {
  auto* statement = static_cast<sqlite3_stmt*>(statement_);
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  if (!bytes) return {};
  return std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
}

bool Row::is_null(int column) const {
  return sqlite3_column_type(static_cast<sqlite3_stmt*>(statement_), column) == SQLITE_NULL;
}

Db::Db() : impl_(std::make_unique<Impl>()) {}
Db::~Db() = default;

base::Result<std::unique_ptr<Db>> Db::open(const std::string& path) {
  const bool in_memory = path == ":memory:";
  if (!in_memory) OC_TRY(create_file(path));
  std::unique_ptr<Db> db(new Db());
  db->impl_->path = path;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &db->impl_->db, flags, nullptr);
  if (code != SQLITE_OK) return db->impl_->error(code, "cannot open");
  sqlite3_busy_timeout(db->impl_->db, kBusyTimeoutMs);
  OC_TRY(db->configure());
  if (!in_memory) tighten_mode(path);
  return db;
}

base::Result<> Db::configure() {
  // Nothing here touches the file. 512 kB of cache keeps the idle process small; the kernel caches the rest.
  OC_TRY(execute("cannot read",
                 "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0;"
                 "PRAGMA cache_size = -512; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"));
  OC_TRY(check_identity());
  std::string mode;
  OC_TRY(each("PRAGMA journal_mode = WAL", {}, [&](const Row& row) {
    mode = row.text(0);
    return true;
  }));
  if (mode != "wal" && mode != "memory")
    return base::fail(
        ErrorKind::io,
        fmt::format("database {}: its file system does not support write-ahead logging (mode {})", path(),
                    mode),
        "move the state folder to a local file system (OPENCLAW_STATE_DIR)");
  // A burst leaves a long log behind; give the space back at the next reset.
  return execute("cannot set up", "PRAGMA journal_size_limit = 4194304;");
}

const std::string& Db::path() const { return impl_->path; }

base::Result<> Db::execute(std::string_view doing, const char* script) {
  const int code = sqlite3_exec(impl_->db, script, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return impl_->error(code, doing);
  return {};
}

base::Result<std::int64_t> Db::number(std::string_view sql) {
  std::int64_t value = 0;
  OC_TRY(each(sql, {}, [&](const Row& row) {
    value = row.integer(0);
    return false;
  }));
  return value;
}

base::Result<> Db::run(std::string_view sql, std::initializer_list<Bind> values) {
  return each(sql, values, [](const Row&) { return true; });
}

base::Result<> Db::each(std::string_view sql, std::initializer_list<Bind> values,
                        const std::function<bool(const Row&)>& row) {
  Execution execution;
  auto found = impl_->cache.find(sql);
  if (found != impl_->cache.end() && !found->second.in_use) {
    execution.use(found->second);
  } else {
    const bool cacheable = found == impl_->cache.end();
    sqlite3_stmt* statement = nullptr;
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v3(impl_->db, sql.data(), static_cast<int>(sql.size()),
                                        cacheable ? SQLITE_PREPARE_PERSISTENT : 0, &statement, &tail);
    if (code != SQLITE_OK) return impl_->error(code, fmt::format("cannot prepare \"{}\"", sql));
    if (!statement || tail != sql.data() + sql.size()) {
      sqlite3_finalize(statement);
      return base::fail(ErrorKind::failed,
                        fmt::format("database {}: not one statement: \"{}\"", path(), sql));
    }
    if (cacheable) {
      if (impl_->cache.size() >= kMaxCached) impl_->drop_idle();
      execution.use(impl_->cache.emplace(std::string(sql), Cached{statement}).first->second);
    } else {
      execution.own(statement);
    }
  }
  if (static_cast<int>(values.size()) != sqlite3_bind_parameter_count(execution.get()))
    return base::fail(ErrorKind::failed,
                      fmt::format("database {}: {} values for \"{}\"", path(), values.size(), sql));
  int index = 0;
  for (const Bind& value : values) {
    const int code = bind_value(execution.get(), ++index, value);
    if (code != SQLITE_OK)
      return impl_->error(code, fmt::format("cannot bind value {} of \"{}\"", index, sql));
  }
  for (;;) {
    const int code = sqlite3_step(execution.get());
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return impl_->error(code, fmt::format("\"{}\" failed", sql));
    if (!row(Row(execution.get()))) return {};
  }
}

std::int64_t Db::last_insert_id() const { return sqlite3_last_insert_rowid(impl_->db); }
int Db::changes() const { return sqlite3_changes(impl_->db); }
bool Db::in_transaction() const { return sqlite3_get_autocommit(impl_->db) == 0; }

}  // namespace openclaw::store
