#include "cli/context.h"

#include "base/strings.h"
#include "config/paths.h"
#include "fs/file.h"

#include <unistd.h>

namespace openclaw::cli {
namespace {

constexpr std::size_t kMaxSecretFile = 64 * 1024;

base::Result<std::string> read_stdin_line() {
  std::string out;
  char c = 0;
  while (out.size() < kMaxSecretFile && ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n') out.push_back(c);
  return std::string(base::trim(out));
}

// A secret from --<name>, --<name> - (stdin) or --<name>-file; blank when none was given.
base::Result<std::string> secret_option(const Invocation& inv, const std::string& name, std::string& label) {
  label = "--" + name;
  const auto typed = inv.get(name);
  const auto file = inv.get(name + "-file");
  if (typed && file) {
    return base::fail(base::ErrorKind::usage, "--" + name + " and --" + name + "-file exclude each other");
  }
  if (file) {
    label = "--" + name + "-file";
    auto text = fs::read_file(*file, kMaxSecretFile);
    if (!text) return base::fail(base::ErrorKind::usage, label + ": " + text.error().message);
    const std::string secret(base::trim(*text));
    if (secret.empty()) return base::fail(base::ErrorKind::usage, label + ": " + *file + " is empty");
    return secret;
  }
  if (typed == "-") {
    label += " -";
    return read_stdin_line();
  }
  return typed.value_or(std::string());
}

}  // namespace

base::Result<> apply_globals(Invocation& inv) {
  if (!inv.globals.profile && !inv.globals.dev && !inv.env.get("OPENCLAW_PROFILE")) return {};
  return config::apply_profile(inv.env, inv.globals.profile, inv.globals.dev,
                               config::PathSeams::from_process());
}

Context paths_of(const Invocation& inv) {
  const auto paths = config::resolve_paths(inv.env, config::PathSeams::from_process());
  Context context;
  context.home = paths.home;
  context.state_dir = paths.state_dir;
  context.config_path = paths.config_path;
  return context;
}

base::Result<Context> load_context(const Invocation& inv) {
  Context context = paths_of(inv);
  context.snapshot = config::load(context.config_path, inv.env);
  const auto& snapshot = context.snapshot;
  context.env = snapshot.env;
  const auto* resolved = snapshot.resolved.if_object();
  context.config = resolved && !resolved->empty() ? snapshot.resolved : snapshot.parsed;
  if (snapshot.valid || snapshot.issues.empty()) return context;
  const std::string problem = config::describe(snapshot.issues.front());
  const auto* parsed = snapshot.parsed.if_object();
  if (!parsed || parsed->empty()) {
    return base::fail(base::ErrorKind::config,
                      "configuration unusable: " + context.config_path + ": " + problem,
                      "Fix: mend the file; openclaw config validate shows every problem.");
  }
  inv.console->err(
      "warning: " + context.config_path + ": " + problem +
      (snapshot.issues.size() > 1 ? fmt::format(" (and {} more)", snapshot.issues.size() - 1) : "") +
      "; see openclaw config validate");
  return context;
}

base::Result<int> milliseconds(const Invocation& inv, std::string_view option, int fallback) {
  const auto text = inv.get(option);
  if (!text) return fallback;
  const auto value = base::parse_int(base::trim(*text));
  if (!value || *value < 1 || *value > 2'147'483'647) {
    return base::fail(
        base::ErrorKind::usage, "invalid --" + std::string(option),
        "Fix: give a whole number of milliseconds, for example --" + std::string(option) + " 10000.");
  }
  return static_cast<int>(*value);
}

base::Result<client::CallSettings> call_settings(const Invocation& inv, const Context& context) {
  client::CallSettings settings;
  settings.env = &context.env;
  settings.config = &context.config;
  settings.config_path = context.config_path;
  settings.state_dir = context.state_dir;
  settings.url = inv.value("url");
  settings.tls_fingerprint = inv.value("tls-fingerprint");
  OC_TRY_ASSIGN(settings.token, secret_option(inv, "token", settings.token_label));
  OC_TRY_ASSIGN(settings.password, secret_option(inv, "password", settings.password_label));
  OC_TRY_ASSIGN(settings.timeout_ms, milliseconds(inv, "timeout", settings.timeout_ms));
  settings.connect.scopes = client::operator_scopes();
  return settings;
}

}  // namespace openclaw::cli
