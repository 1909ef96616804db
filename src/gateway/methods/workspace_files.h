// The files of an agent's workspace that make up its character, read and written so that no name, link or second name
// leads outside the folder. Blocking.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace openclaw::gateway {

// In the order in which they are listed.
std::span<const std::string_view> workspace_file_names();
bool is_workspace_file(std::string_view name);

struct WorkspaceFile {
  std::string name, path;
  bool missing = true;
  std::int64_t size = 0, updated_at = 0;  // Unix ms
  std::string content;                    // only when it was read
};
// Those to be shown: BOOTSTRAP.md only until the workspace is set up, memory.md for MEMORY.md when only that is there.
std::vector<WorkspaceFile> list_workspace(const std::string& workspace);
// ErrorKind::invalid with why the file is not safe to read or write ("path is not a regular file").
base::Result<WorkspaceFile> read_workspace_file(const std::string& workspace, const std::string& name);
base::Result<WorkspaceFile> write_workspace_file(const std::string& workspace, const std::string& name, const std::string& content);
// The folder and its files, those that are there already untouched.
base::Result<> make_workspace(const std::string& workspace);
// Adds "- Name: ..." and the like to IDENTITY.md; empty values are left out.
struct IdentityLines {
  std::string name, emoji, avatar;
};
base::Result<> add_identity(const std::string& workspace, const IdentityLines& lines);
// What IDENTITY.md says.
IdentityLines read_identity(const std::string& workspace);
// Into the user's trash; false when that is not possible (another file system, no such folder).
bool move_to_trash(const std::string& path, const std::string& data_home);

}  // namespace openclaw::gateway
