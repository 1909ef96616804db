// What a command needs to know about this machine: paths and configuration, read once and late.
#pragma once
#include "base/result.h"
#include "cli/command.h"
#include "client/connect.h"
#include "config/config.h"
#include "json/json.h"

#include <string>

namespace openclaw::cli {

struct Context {
  std::string home, state_dir, config_path;
  base::Env env;  // the process environment plus the configuration's env block
  json::Value config = json::Object();
  config::Snapshot snapshot;  // what `config` was taken from
};

// --profile and --dev become environment variables of `inv`. Kind usage.
base::Result<> apply_globals(Invocation& inv);
// Paths only.
Context paths_of(const Invocation& inv);
// Paths and configuration. A file that does not parse is kind config; a missing one is an empty
// configuration; one with wrong settings is used as far as it goes, with a note on stderr.
base::Result<Context> load_context(const Invocation& inv);

// The gateway connection options of a command. Kind usage: a bad --timeout, an unreadable --token-file. The
// result points into `inv` and `context`.
base::Result<client::CallSettings> call_settings(const Invocation& inv, const Context& context);
// Milliseconds of an option, at least 1; "invalid --timeout".
base::Result<int> milliseconds(const Invocation& inv, std::string_view option, int fallback);

}  // namespace openclaw::cli
