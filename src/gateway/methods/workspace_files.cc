#include "gateway/methods/workspace_files.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/strings.h"
#include "fs/file.h"
#include "json/json.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace openclaw::gateway {
namespace {

constexpr std::string_view kNames[] = {"AGENTS.md", "SOUL.md",      "TOOLS.md",     "IDENTITY.md",
                                       "USER.md",   "HEARTBEAT.md", "BOOTSTRAP.md", "MEMORY.md"};
constexpr std::string_view kSmallMemory = "memory.md";
constexpr std::size_t kMaxFile = 16u << 20;
constexpr int kFileMode = 0644;  // the user's own files, for the user's own editor

struct Template {
  std::string_view name, text;
};
constexpr Template kTemplates[] = {
    {"AGENTS.md", "# Agents\n\nHow this agent works in this folder: habits, rules, what to remember between sessions.\n"},
    {"SOUL.md", "# Soul\n\nTone, values and limits of this agent.\n"},
    {"TOOLS.md", "# Tools\n\nNotes about devices and programs the agent may use: names, quirks, where things are.\n"},
    {"IDENTITY.md", "# Identity\n\n"},
    {"USER.md", "# User\n\nWho the agent works for: name, time zone, preferences.\n"},
    {"HEARTBEAT.md", "# Heartbeat\n\nWhat to look at now and then. Nothing here means nothing to do.\n"},
};

std::string join(const std::string& folder, std::string_view name) { return folder + "/" + std::string(name); }

tl::unexpected<base::Error> unsafe(std::string why) { return base::fail(base::ErrorKind::invalid, std::move(why)); }

std::int64_t modified_ms(const struct stat& info) {
  return static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1000 + info.st_mtim.tv_nsec / 1'000'000;
}

// The file as it lies there, links not followed. `missing` when there is none.
base::Result<WorkspaceFile> look(const std::string& workspace, std::string_view name) {
  WorkspaceFile out;
  out.name = name;
  out.path = join(workspace, name);
  struct stat info {};
  if (::lstat(out.path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return out;
    return base::fail(base::ErrorKind::io, fmt::format("cannot look at {}: {}", out.path, std::strerror(errno)), {}, errno);
  }
  if (!S_ISREG(info.st_mode)) return unsafe("path is not a regular file");
  if (info.st_nlink > 1) return unsafe("hardlinked file path not allowed");
  out.missing = false;
  out.size = info.st_size;
  out.updated_at = modified_ms(info);
  return out;
}

// Opened without following a link that has been put there since `look`.
base::Result<std::string> read_plain(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return base::fail(base::ErrorKind::io, fmt::format("cannot read {}: {}", path, std::strerror(errno)), {}, errno);
  std::string out;
  char buffer[65536];
  ssize_t got = 0;
  while ((got = ::read(fd, buffer, sizeof buffer)) > 0 && out.size() < kMaxFile) out.append(buffer, static_cast<std::size_t>(got));
  const int code = errno;
  ::close(fd);
  if (got < 0) return base::fail(base::ErrorKind::io, fmt::format("cannot read {}: {}", path, std::strerror(code)), {}, code);
  return out;
}

bool set_up(const std::string& workspace) {
  const auto text = fs::read_file(workspace + "/.openclaw/workspace-state.json", 65536);
  const auto parsed = text ? json::parse(*text) : base::fail(base::ErrorKind::not_found, "");
  const auto* state = parsed ? parsed->if_object() : nullptr;
  return state && (state->contains("setupCompletedAt") || state->contains("onboardingCompletedAt"));
}

std::string unmark(std::string_view text) {
  auto out = base::trim(text);
  const auto mark = [](char c) { return c == '*' || c == '_' || c == '`' || c == '"'; };
  while (!out.empty() && mark(out.front())) out.remove_prefix(1);
  while (!out.empty() && mark(out.back())) out.remove_suffix(1);
  return std::string(base::trim(out));
}

}  // namespace

std::span<const std::string_view> workspace_file_names() { return kNames; }

bool is_workspace_file(std::string_view name) {
  return name == kSmallMemory || std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

std::vector<WorkspaceFile> list_workspace(const std::string& workspace) {
  std::vector<WorkspaceFile> out;
  const bool done = set_up(workspace);
  for (const auto name : kNames) {
    if (name == "BOOTSTRAP.md" && done) continue;
    const auto found = look(workspace, name);
    WorkspaceFile file;
    file.name = name;
    file.path = join(workspace, name);
    if (found) file = *found;  // what is not safe to read counts as missing
    if (name == "MEMORY.md" && file.missing) {
      if (const auto small = look(workspace, kSmallMemory); small && !small->missing) file = *small;
    }
    out.push_back(std::move(file));
  }
  return out;
}

base::Result<WorkspaceFile> read_workspace_file(const std::string& workspace, const std::string& name) {
  OC_TRY_ASSIGN(WorkspaceFile file, look(workspace, name));
  if (file.missing) return file;
  OC_TRY_ASSIGN(file.content, read_plain(file.path));
  return file;
}

base::Result<WorkspaceFile> write_workspace_file(const std::string& workspace, const std::string& name, const std::string& content) {
  OC_TRY(look(workspace, name));
  OC_TRY(fs::make_directories(workspace));
  OC_TRY(fs::write_atomic(join(workspace, name), content, kFileMode));
  OC_TRY_ASSIGN(WorkspaceFile file, look(workspace, name));
  file.content = content;
  return file;
}

base::Result<> make_workspace(const std::string& workspace) {
  OC_TRY(fs::make_directories(workspace));
  for (const auto& [name, text] : kTemplates) {
    const auto found = look(workspace, name);
    if (found && found->missing) OC_TRY(fs::write_atomic(join(workspace, name), text, kFileMode));
  }
  return {};
}

base::Result<> add_identity(const std::string& workspace, const IdentityLines& lines) {
  OC_TRY_ASSIGN(const WorkspaceFile before, read_workspace_file(workspace, "IDENTITY.md"));
  std::string text = before.content;
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  const auto line = [&](std::string_view name, std::string value) {
    for (const char* mark : {"\n", "\r"}) value = base::replace_all(std::move(value), mark, " ");
    if (!base::trim(value).empty()) text += fmt::format("- {}: {}\n", name, base::trim(value));
  };
  line("Name", lines.name);
  line("Emoji", lines.emoji);
  line("Avatar", lines.avatar);
  if (text == before.content) return {};
  OC_TRY(write_workspace_file(workspace, "IDENTITY.md", text));
  return {};
}

IdentityLines read_identity(const std::string& workspace) {
  IdentityLines out;
  const auto file = read_workspace_file(workspace, "IDENTITY.md");
  if (!file) return out;
  for (const auto& line : base::split(file->content, '\n')) {
    auto text = base::trim(line);
    while (!text.empty() && (text.front() == '-' || text.front() == '*' || text.front() == ' ')) text.remove_prefix(1);
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string name = base::lower_ascii(unmark(text.substr(0, colon)));
    const std::string value = unmark(text.substr(colon + 1));
    if (value.empty() || value.front() == '(') continue;  // a placeholder of a template
    // The last one counts: later lines are additions.
    if (name == "name") out.name = value;
    if (name == "emoji") out.emoji = value;
    if (name == "avatar") out.avatar = value;
  }
  return out;
}

bool move_to_trash(const std::string& path, const std::string& data_home) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return false;
  const std::string trash = data_home + "/Trash";
  if (!fs::make_directories(trash + "/files") || !fs::make_directories(trash + "/info")) return false;
  const std::string name = path.substr(path.rfind('/') + 1) + "-" + base::random_hex(4);
  const std::string when = base::iso_time(base::SystemClock::instance().wall_ms()).substr(0, 19);
  if (!fs::write_atomic(fmt::format("{}/info/{}.trashinfo", trash, name), fmt::format("[Trash Info]\nPath={}\nDeletionDate={}\n", path, when))) {
    return false;
  }
  if (std::rename(path.c_str(), (trash + "/files/" + name).c_str()) == 0) return true;
  (void)fs::remove_file(fmt::format("{}/info/{}.trashinfo", trash, name));
  return false;
}

}  // namespace openclaw::gateway
