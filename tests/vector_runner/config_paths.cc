#include "base/strings.h"
#include "cli/main.h"
#include "config/commands.h"
#include "config/key_path.h"
#include "config/paths.h"
#include "fs/file.h"
#include "json/json5.h"
#include "json/json5_edit.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

Outcome outcome(const base::Result<json::Value>& value) {
  json::Object out;
  out["ok"] = value.has_value();
  if (value) {
    out["value"] = *value;
  } else {
    out["error"] = value.error().message;
  }
  return got(std::move(out));
}

base::Result<json::Value> segments(const base::Result<config::KeyPath>& path) {
  if (!path) return tl::unexpected(path.error());
  return json::Value(json::strings(*path));
}

Outcome cli_parse_path(const json::Object& in) { return outcome(segments(config::parse_key_path(text_of(in, "path")))); }

Outcome cli_required_path(const json::Object& in) {
  return outcome(segments(config::required_key_path(text_of(in, "path"))));
}

Outcome cli_parse_value(const json::Object& in) {
  return outcome(config::parse_value_argument(text_of(in, "raw"), flag_of(in, "strict")));
}

Outcome cli_get(const json::Object& in) {
  const auto path = config::required_key_path(text_of(in, "path"));
  const json::Value* value = path ? json::get_at(in.at("root"), *path) : nullptr;
  json::Object out;
  out["found"] = value != nullptr;
  out["value"] = value ? *value : json::Value(nullptr);
  return got(std::move(out));
}

base::Result<json::Value> set_in(const json::Object& in) {
  OC_TRY_ASSIGN(const config::KeyPath path, config::required_key_path(text_of(in, "path")));
  OC_TRY_ASSIGN(const std::string text, json::json5_set(json::write(in.at("root")), path, in.at("value")));
  return json::parse_json5(text);
}

Outcome cli_set(const json::Object& in) { return outcome(set_in(in)); }

Outcome cli_unset(const json::Object& in) {
  const std::string before = json::write(in.at("root"));
  const auto path = config::required_key_path(text_of(in, "path"));
  if (!path) return got({});
  const auto text = json::json5_unset(before, *path);
  const auto after = json::parse_json5(text ? *text : before);
  json::Object out;
  out["removed"] = text.has_value();
  out["root"] = after ? *after : json::Value(nullptr);
  return got(std::move(out));
}

Outcome gateway_port(const json::Object& in) {
  return got(one("port", config::gateway_port(config_of(in), env_of(in))));
}

Outcome state_paths(const json::Object& in) {
  base::Env env = env_of(in);
  if (!env.get("HOME")) env.set("HOME", text_of(in, "home"));
  const config::Paths paths = config::resolve_paths(env, config::PathSeams{});
  json::Object out;
  out["stateDir"] = paths.state_dir;
  out["configPath"] = paths.config_path;
  out["oauthDir"] = paths.oauth_dir;
  return got(std::move(out));
}

std::string trim_end(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

Outcome config_command(const json::Object& in) {
  const std::string path = scratch() + "/openclaw.json";
  base::Env env = env_of(in);
  env.set("HOME", scratch());
  env.set("OPENCLAW_STATE_DIR", scratch());
  env.set("OPENCLAW_CONFIG_PATH", path);
  if (const auto file = json::get_string(in, "file")) {
    if (!fs::write_atomic(path, *file)) return skipped("the scratch folder cannot be written");
  }
  const auto arguments = list_of(in, "args");
  std::vector<std::string> words = {"config"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::string printed, complaints;
  json::Object out;
  out["exitCode"] = cli::run_cli(words, env, cli::Console::captured(&printed, &complaints));
  // `get` answers on stdout, so that nothing there is an answer too; other commands may say something.
  const bool answers = !arguments.empty() && arguments.front() == "get";
  if (answers || !trim_end(printed).empty()) out["stdout"] = trim_end(printed);
  out["stderr"] = trim_end(complaints);
  auto after = json::parse_json5(fs::read_file(path).value_or(""));
  if (after && after->is_object()) after->get_object().erase("meta");
  out["config"] = after ? *after : json::Value(nullptr);
  return got(std::move(out));
}

const Area kArea("config-paths", {{"cli_parse_path", cli_parse_path},
                                  {"cli_required_path", cli_required_path},
                                  {"cli_parse_value", cli_parse_value},
                                  {"cli_get", cli_get},
                                  {"cli_set", cli_set},
                                  {"cli_unset", cli_unset},
                                  {"gateway_port", gateway_port},
                                  {"state_paths", state_paths},
                                  {"config_command", config_command}});

}  // namespace
}  // namespace openclaw::vectors
