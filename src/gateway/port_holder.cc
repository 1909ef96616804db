#include "gateway/port_holder.h"

#include <dirent.h>
#include <unistd.h>

#include <set>

#include "base/strings.h"
#include "fs/file.h"

namespace openclaw::gateway {
namespace {

// Socket inodes that listen on the port (field 2 local address, 4 state 0A, 10 inode).
std::set<std::string> listening_inodes(std::uint16_t port) {
  std::set<std::string> out;
  const std::string suffix = fmt::format(":{:04X}", port);
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    const auto text = fs::read_file(table);
    if (!text) continue;
    for (const auto& line : base::split(*text, '\n')) {
      std::vector<std::string> fields;
      for (auto& field : base::split(line, ' ')) {
        if (!field.empty()) fields.push_back(std::move(field));
      }
      if (fields.size() > 9 && fields[3] == "0A" && fields[1].ends_with(suffix)) out.insert(fields[9]);
    }
  }
  return out;
}

bool holds(const std::string& pid, const std::set<std::string>& inodes) {
  const std::string folder = "/proc/" + pid + "/fd";
  DIR* dir = opendir(folder.c_str());
  if (!dir) return false;
  bool found = false;
  while (const dirent* entry = readdir(dir)) {
    char target[64] = {};
    const std::string path = folder + "/" + entry->d_name;
    if (readlink(path.c_str(), target, sizeof target - 1) <= 0) continue;
    const std::string_view link(target);
    if (link.starts_with("socket:[") && inodes.contains(std::string(link.substr(8, link.size() - 9)))) {
      found = true;
      break;
    }
  }
  closedir(dir);
  return found;
}

}  // namespace

std::string port_holder(std::uint16_t port) {
  const auto inodes = listening_inodes(port);
  if (inodes.empty()) return {};
  DIR* dir = opendir("/proc");
  if (!dir) return {};
  std::string out;
  while (const dirent* entry = readdir(dir)) {
    const std::string pid(entry->d_name);
    if (!base::parse_int(pid) || !holds(pid, inodes)) continue;
    std::string command = fs::read_file("/proc/" + pid + "/cmdline").value_or("");
    for (char& c : command) {
      if (c == '\0') c = ' ';
    }
    // Arguments may hold secrets: the program and its sub-command are enough to recognise it.
    auto words = base::split(base::trim(command), ' ');
    if (words.size() > 3) words.resize(3);
    out = "pid " + pid + " (" + base::join(words, " ") + ")";
    break;
  }
  closedir(dir);
  return out;
}

}  // namespace openclaw::gateway
