#include "config/write.h"

#include "base/random.h"
#include "base/strings.h"
#include "base/version.h"
#include "fs/file.h"
#include "json/json5.h"
#include "json/json5_edit.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace openclaw::config {
namespace {

using base::ErrorKind;
using json::Value;

constexpr int kBackups = 5;
constexpr int kLockPollMs = 25;
constexpr std::size_t kShrinkMatters = 512;  // smaller files halve by one edit

base::Result<fs::FileLock> lock(const Context& context, int wait_ms) {
  const std::string path = context.config_path + ".lock";
  const std::string holder = fmt::format("pid {}\n", ::getpid());
  for (int waited = 0;; waited += kLockPollMs) {
    auto held = fs::FileLock::acquire(path, holder);
    if (held || held.error().kind != ErrorKind::busy) return held;
    if (waited >= wait_ms) {
      return base::fail(ErrorKind::busy, fmt::format("{} is being changed by another process ({})",
                                                     context.config_path, base::trim(held.error().message)));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(kLockPollMs));
  }
}

std::string backup_name(const std::string& path, int number) {
  return number == 0 ? path + ".bak" : fmt::format("{}.bak.{}", path, number);
}

base::Result<> rotate_backups(const std::string& path, const std::string& old_text) {
  for (int i = kBackups - 1; i > 0; --i) {
    if (std::rename(backup_name(path, i - 1).c_str(), backup_name(path, i).c_str()) != 0 && errno != ENOENT) {
      return base::fail(
          ErrorKind::io,
          fmt::format("cannot keep the backup {}: {}", backup_name(path, i), std::strerror(errno)), {},
          errno);
    }
  }
  return fs::write_atomic(backup_name(path, 0), old_text, 0600);
}

base::Result<> append_audit(const Context& context, const WriteOptions& options, const WriteResult& result) {
  json::Object line;
  line["ts"] = base::iso_time(context.clock->wall_ms());
  line["source"] = "config-io";
  line["event"] = "config.write";
  line["command"] = options.command;
  line["configPath"] = context.config_path;
  line["pid"] = static_cast<std::int64_t>(::getpid());
  line["existsBefore"] = result.before.exists;
  line["previousHash"] = result.before.hash;
  line["nextHash"] = result.after.hash;
  line["previousBytes"] = static_cast<std::int64_t>(result.before.raw.size());
  line["nextBytes"] = static_cast<std::int64_t>(result.after.raw.size());
  json::Array paths;
  for (const auto& path : result.changed_paths) paths.emplace_back(dotted(path));
  line["changedPaths"] = std::move(paths);
  line["result"] = "rename";
  const std::string text = json::write(line) + "\n";
  const std::string folder = context.state_dir + "/logs";
  OC_TRY(fs::make_directories(folder));
  const std::string path = folder + "/config-audit.jsonl";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool good = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int code = errno;
  if (fd >= 0) ::close(fd);
  if (!good) return base::fail(ErrorKind::io, "cannot write " + path + ": " + std::strerror(code), {}, code);
  return {};
}

std::string problems(const std::vector<Issue>& issues) {
  std::string out;
  for (const auto& issue : issues)
    out += (out.empty() ? "" : "\n") + ("- " + issue.path + ": " + issue.message);
  return out;
}

void compare(const Value& before, const Value& after, KeyPath& at, std::vector<KeyPath>& out) {
  const auto* a = before.if_object();
  const auto* b = after.if_object();
  if (!a || !b) {
    if (!json::same_value(before, after)) out.push_back(at);
    return;
  }
  const auto visit = [&](std::string_view key, const Value* x, const Value* y) {
    at.emplace_back(key);
    if (x && y) {
      compare(*x, *y, at, out);
    } else {
      out.push_back(at);
    }
    at.pop_back();
  };
  for (const auto& [key, value] : *a) visit(key, &value, json::find(*b, key));
  for (const auto& [key, value] : *b) {
    if (!a->contains(key)) visit(key, nullptr, &value);
  }
}

// What a file holds before its first setting.
std::string empty_document() {
  return fmt::format("{{\n  \"meta\": {{\n    \"lastTouchedVersion\": \"{}\"\n  }}\n}}\n",
                     base::kReferenceVersion);
}

base::Result<> check_before(const Context& context, const Snapshot& before, const WriteOptions& options) {
  if (context.env.is_one("OPENCLAW_NIX_MODE")) {
    return base::fail(ErrorKind::failed, "OPENCLAW_NIX_MODE=1: the configuration is read-only",
                      "change it in the Nix sources");
  }
  if (options.base_hash && *options.base_hash != before.hash) {
    return base::fail(ErrorKind::failed, "config changed since last load",
                      "read it again and repeat the change");
  }
  return {};
}

base::Result<> check_after(const WriteResult& result, const WriteOptions& options) {
  if (!result.after.valid) {
    return base::fail(ErrorKind::config,
                      "the change would make the configuration invalid; nothing was written",
                      problems(result.after.issues));
  }
  const std::size_t old_size = result.before.raw.size();
  if (!options.allow_shrink && old_size >= kShrinkMatters && result.after.raw.size() < old_size / 2) {
    return base::fail(ErrorKind::failed,
                      fmt::format("the change would shrink {} from {} to {} bytes; nothing was written",
                                  result.before.path, old_size, result.after.raw.size()),
                      "repeat with --yes if that is meant");
  }
  return {};
}

}  // namespace

std::vector<KeyPath> changed_paths(const Value& before, const Value& after) {
  std::vector<KeyPath> out;
  KeyPath at;
  compare(before, after, at, out);
  return out;
}

base::Result<WriteResult> write_config(const Context& context, const TextEdit& edit,
                                       const WriteOptions& options) {
  fs::FileLock held;
  if (!options.dry_run) {
    OC_TRY_ASSIGN(held, lock(context, options.lock_wait_ms));
  }
  WriteResult result;
  result.before = load(context.config_path, context.env);
  if (!result.before.issues.empty() && result.before.raw.empty()) {
    return base::fail(ErrorKind::io, result.before.issues.front().message);
  }
  OC_TRY(check_before(context, result.before, options));
  const bool blank = base::trim(result.before.raw).empty();
  OC_TRY_ASSIGN(std::string text, edit(blank ? empty_document() : result.before.raw, result.before));
  result.after = load_text(context.config_path, std::move(text), context.env);
  OC_TRY(check_after(result, options));
  result.changed = result.after.raw != result.before.raw;
  result.changed_paths = changed_paths(result.before.parsed, result.after.parsed);
  if (!result.changed || options.dry_run) return result;
  if (result.before.exists) OC_TRY(rotate_backups(context.config_path, result.before.raw));
  // A link stays a link: its target is replaced.
  const std::string target = fs::real_path(context.config_path);
  OC_TRY(fs::write_atomic(target.empty() ? context.config_path : target, result.after.raw, 0600));
  if (auto noted = append_audit(context, options, result); !noted) result.audit_error = noted.error().message;
  return result;
}

std::string auth_mode(const Snapshot& snapshot, const base::Env& env) {
  if (auto mode = snapshot.get_string("gateway.auth.mode")) return *mode;
  const bool password =
      snapshot.has_secret("gateway.auth.password") || env.non_blank("OPENCLAW_GATEWAY_PASSWORD");
  return password ? "password" : "token";
}

base::Result<std::optional<std::string>> ensure_token(const Context& context) {
  const auto satisfied = [&](const Snapshot& snapshot) {
    return auth_mode(snapshot, context.env) != "token" || snapshot.has_secret("gateway.auth.token") ||
           context.env.non_blank("OPENCLAW_GATEWAY_TOKEN").has_value();
  };
  const Snapshot now = load(context.config_path, context.env);
  if (!now.exists) {
    return base::fail(ErrorKind::not_found, context.config_path + " does not exist", "openclaw gateway run");
  }
  if (!now.valid) return base::fail(ErrorKind::config, describe(now.issues.front()));
  if (satisfied(now)) return std::optional<std::string>();
  std::optional<std::string> token;
  WriteOptions options;
  options.command = "gateway run";
  const TextEdit edit = [&](const std::string& text, const Snapshot& before) -> base::Result<std::string> {
    if (satisfied(before)) return text;
    token = base::random_hex(24);
    OC_TRY_ASSIGN(const std::string with_mode,
                  json::json5_set(text, {"gateway", "auth", "mode"}, Value("token")));
    return json::json5_set(with_mode, {"gateway", "auth", "token"}, Value(*token));
  };
  const auto written = write_config(context, edit, options);
  if (!written) return tl::unexpected(written.error());
  return token;
}

}  // namespace openclaw::config
