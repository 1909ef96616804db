#include "nodes/host/run_plan.h"

#include "approvals/evaluate.h"
#include "base/strings.h"
#include "crypto/crypto.h"
#include "fs/file.h"

#include <sys/stat.h>
#include <unistd.h>

namespace openclaw::nodes {
namespace {

using approvals::Argv;
using base::ErrorKind;

constexpr std::size_t kMaxScriptBytes = 64u << 20;

tl::unexpected<base::Error> denied(std::string_view why) {
  return base::fail(ErrorKind::invalid, "SYSTEM_RUN_DENIED: " + std::string(why));
}

// A symbolic link whose folder we may write to can lead elsewhere by the time the command runs.
bool has_changeable_link(const std::string& path) {
  for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    struct stat st{};
    if (::lstat(part.c_str(), &st) == 0 && S_ISLNK(st.st_mode) &&
        ::access(fs::parent(part).c_str(), W_OK) == 0) {
      return true;
    }
    if (slash == std::string::npos) return false;
  }
}

base::Result<std::string> canonical_cwd(std::string_view given) {
  const std::string path(given.size() > 1 && given.ends_with('/') ? given.substr(0, given.size() - 1)
                                                                  : given);
  struct stat link{}, target{};
  if (path.empty() || path.front() != '/' || ::lstat(path.c_str(), &link) != 0 ||
      ::stat(path.c_str(), &target) != 0) {
    return denied("approval requires an existing canonical cwd");
  }
  if (!S_ISDIR(target.st_mode)) return denied("approval requires cwd to be a directory");
  if (has_changeable_link(fs::parent(path))) {
    return denied("approval requires canonical cwd (no symlink path components)");
  }
  if (S_ISLNK(link.st_mode)) return denied("approval requires canonical cwd (no symlink cwd)");
  const std::string real = fs::real_path(path);
  struct stat again{};
  if (real.empty() || ::stat(real.c_str(), &again) != 0 || again.st_ino != target.st_ino ||
      again.st_dev != target.st_dev) {
    return denied("approval cwd identity mismatch");
  }
  return real;
}

std::string absolute(const std::string& path, const std::optional<std::string>& cwd) {
  if (path.starts_with('/')) return path;
  char here[4096];
  const std::string base_dir = cwd ? *cwd : ::getcwd(here, sizeof here) ? std::string(here) : std::string();
  return base_dir + "/" + path;
}

base::Result<FileOperand> snapshot(const RunPlan& plan, std::size_t index) {
  const std::string path = absolute(plan.argv[index], plan.cwd);
  struct stat st{};
  if (::stat(path.c_str(), &st) != 0) return denied("approval requires an existing script operand");
  if (!S_ISREG(st.st_mode)) return denied("approval requires a file script operand");
  const std::string real = fs::real_path(path);
  auto content = fs::read_file(real, kMaxScriptBytes);
  if (real.empty() || !content) return denied("approval requires a stable script operand");
  return FileOperand{index, real, crypto::sha256_hex(*content)};
}

// Wrapped commands and shells keep their argv: what they start is named inside it.
base::Result<> pin_program(RunPlan& plan, const PlanRequest& request, bool has_shell_text) {
  const bool wrapped = approvals::unwrap(plan.argv).argv.size() != plan.argv.size();
  std::string path = plan.argv.front();
  if (path.find('/') == std::string::npos) {
    path = request.find ? request.find(path).value_or("") : "";
  } else {
    path = absolute(path, plan.cwd);
  }
  const std::string real = path.empty() ? "" : fs::real_path(path);
  if (real.empty()) return denied("approval requires a stable executable path");
  if (!has_shell_text && !wrapped) plan.argv.front() = real;
  return {};
}

bool is_script_file(const std::string& path) {
  if (approvals::in_trusted_dir(path, {}))
    return false;  // installed programs change only by the system's hand
  auto content = fs::read_file(path, kMaxScriptBytes);
  return content && content->starts_with("#!");
}

}  // namespace

base::Result<RunPlan> build_run_plan(const PlanRequest& request) {
  if (request.argv.empty() || request.argv.front().empty()) {
    return base::fail(ErrorKind::invalid, "INVALID_REQUEST: command required");
  }
  auto texts = approvals::check_raw_command(request.argv, request.raw_command);
  if (!texts) return tl::unexpected(std::move(texts).error().within("INVALID_REQUEST"));
  RunPlan plan;
  plan.argv = request.argv;
  plan.agent_id = request.agent_id;
  plan.session_key = request.session_key;
  if (request.cwd && !base::trim(*request.cwd).empty()) {
    OC_TRY_ASSIGN(plan.cwd, canonical_cwd(base::trim(*request.cwd)));
  }
  OC_TRY(pin_program(plan, request, texts->shell_text.has_value()));
  const ScriptOperand operand = find_script_operand(request.argv);
  if (operand.kind == ScriptOperand::Kind::unsafe) {
    return denied("approval cannot safely bind this interpreter/runtime command");
  }
  if (operand.kind == ScriptOperand::Kind::file) {
    OC_TRY_ASSIGN(plan.operand, snapshot(plan, operand.index));
  } else if (plan.argv.front().starts_with('/') && is_script_file(plan.argv.front())) {
    OC_TRY_ASSIGN(plan.operand, snapshot(plan, 0));
  }
  plan.command_text = approvals::format_command(plan.argv);
  if (texts->preview && *texts->preview != plan.command_text) plan.preview = texts->preview;
  return plan;
}

json::Object to_json(const RunPlan& plan) {
  const auto or_null = [](const std::optional<std::string>& text) {
    return text ? json::Value(*text) : json::Value(nullptr);
  };
  json::Object out;
  out["argv"] = json::strings(plan.argv);
  out["cwd"] = or_null(plan.cwd);
  out["commandText"] = plan.command_text;
  out["commandPreview"] = or_null(plan.preview);
  out["agentId"] = or_null(plan.agent_id);
  out["sessionKey"] = or_null(plan.session_key);
  if (!plan.operand) return out;
  json::Object operand;
  operand["argvIndex"] = static_cast<std::int64_t>(plan.operand->argv_index);
  operand["path"] = plan.operand->path;
  operand["sha256"] = plan.operand->sha256;
  out["mutableFileOperand"] = std::move(operand);
  return out;
}

base::Result<> recheck_run_plan(const json::Object& plan, const Argv& argv,
                                const std::optional<std::string>& cwd) {
  if (json::string_list(json::find(plan, "argv")) != argv) return denied("execution plan mismatch");
  if (const auto planned = json::get_string(plan, "cwd")) {
    const auto now = canonical_cwd(*planned);
    if (!now || *now != *planned || cwd.value_or(*planned) != *planned) {
      return denied("approval cwd changed before execution");
    }
  }
  const json::Object* operand = json::get_object(plan, "mutableFileOperand");
  if (!operand) {
    const bool needed = find_script_operand(argv).kind == ScriptOperand::Kind::file;
    if (needed) return denied("approval missing script operand binding");
    return {};
  }
  const std::string path = json::get_string_or(*operand, "path", "");
  const auto index = json::get_int(*operand, "argvIndex").value_or(-1);
  const auto content = fs::read_file(path, kMaxScriptBytes);
  const bool same_file =
      index >= 0 && static_cast<std::size_t>(index) < argv.size() &&
      fs::real_path(absolute(argv[static_cast<std::size_t>(index)], json::get_string(plan, "cwd"))) == path;
  if (!content || !same_file || crypto::sha256_hex(*content) != json::get_string_or(*operand, "sha256", "")) {
    return denied("approval script operand changed before execution");
  }
  return {};
}

}  // namespace openclaw::nodes
