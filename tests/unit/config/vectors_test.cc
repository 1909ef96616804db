// The vector area config-paths: every op that this folder covers.
#include "base/strings.h"
#include "config/commands.h"
#include "config/paths.h"
#include "json/json5.h"
#include "json/json5_edit.h"
#include "support.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace openclaw::config {
namespace {

using json::Object;
using json::Value;

const std::set<std::string> kNotBuilt = {"chat_parse_path", "chat_edit"};  // the /config chat command

// Decided otherwise, with the reason.
const std::map<std::string, std::string> kDeviations = {
    {"cli-path-quoted-bracket", "ours: matching quotes in brackets are removed"},
    {"set-gap", "a hole in an array is refused at once instead of by the validation that follows"},
    {"cmd-set-no-value", "decision 7: a usage error exits with 2"},
    {"cmd-set-ref-builder-bad-id", "the reference builder is not built"},
    {"cmd-set-batch", "batch mode is not built"},
};

std::string text_of(const Object& in, std::string_view key) { return json::get_string_or(in, key, ""); }

base::Env env_of(const Object& in) {
  base::Env env;
  if (const auto* values = json::get_object(in, "env")) {
    for (const auto& [key, value] : *values)
      env.set(std::string(key), std::string(std::string_view(value.get_string())));
  }
  return env;
}

Object outcome(const base::Result<Value>& value) {
  Object got;
  got["ok"] = value.has_value();
  if (value) {
    got["value"] = *value;
  } else {
    got["error"] = value.error().message;
  }
  return got;
}

base::Result<Value> segments(const base::Result<KeyPath>& path) {
  if (!path) return tl::unexpected(path.error());
  return Value(json::strings(*path));
}

base::Result<Value> set_in(const Object& in) {
  OC_TRY_ASSIGN(const KeyPath path, required_key_path(text_of(in, "path")));
  OC_TRY_ASSIGN(const std::string text, json::json5_set(json::write(in.at("root")), path, in.at("value")));
  return json::parse_json5(text);
}

Object unset_in(const Object& in) {
  const std::string before = json::write(in.at("root"));
  const auto text = json::json5_unset(before, *required_key_path(text_of(in, "path")));
  return {{"removed", text.has_value()}, {"root", *json::parse_json5(text ? *text : before)}};
}

Object get_in(const Object& in) {
  const Value* value = json::get_at(in.at("root"), *required_key_path(text_of(in, "path")));
  return {{"found", value != nullptr}, {"value", value ? *value : Value(nullptr)}};
}

Object paths_in(const Object& in) {
  base::Env env = env_of(in);
  if (!env.get("HOME")) env.set("HOME", text_of(in, "home"));
  const Paths paths = resolve_paths(env, PathSeams{});
  return {{"stateDir", paths.state_dir}, {"configPath", paths.config_path}, {"oauthDir", paths.oauth_dir}};
}

CommandResult run(const Context& context, const std::vector<std::string>& args) {
  std::vector<std::string> plain;
  std::set<std::string> flags;
  for (std::size_t i = 1; i < args.size(); ++i) {
    if (args[i].substr(0, 2) == "--") {
      flags.insert(args[i]);
    } else {
      plain.push_back(args[i]);
    }
  }
  if (args[0] == "validate") return config_validate(context, flags.contains("--json"));
  if (args[0] == "get") return config_get(context, plain.at(0), flags.contains("--json"));
  if (args[0] == "unset") return config_unset(context, plain.at(0));
  SetArguments set;
  set.path = plain.empty() ? "" : plain[0];
  if (plain.size() > 1) set.value = plain[1];
  set.strict_json = flags.contains("--strict-json");
  set.json = flags.contains("--json");
  set.dry_run = flags.contains("--dry-run");
  return config_set(context, set);
}

std::string trim_end(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

Object command_in(const Object& in, const std::string& folder) {
  Context context;
  context.env = env_of(in);
  context.config_path = folder + "/openclaw.json";
  context.state_dir = folder;
  context.home = folder;
  if (const auto file = json::get_string(in, "file")) test::put_file(context.config_path, *file);
  const CommandResult result = run(context, json::string_list(json::find(in, "args")));
  Object got;
  got["exitCode"] = result.exit_code;
  got["stdout"] = trim_end(result.out);
  got["stderr"] = trim_end(result.err);
  auto after = json::parse_json5(test::get_file(context.config_path));
  if (after) after->get_object().erase("meta");
  got["config"] = after ? *after : Value(nullptr);
  return got;
}

Object perform(const std::string& op, const Object& in, const std::string& folder) {
  if (op == "cli_parse_path") return outcome(segments(parse_key_path(text_of(in, "path"))));
  if (op == "cli_required_path") return outcome(segments(required_key_path(text_of(in, "path"))));
  if (op == "cli_parse_value") {
    return outcome(parse_value_argument(text_of(in, "raw"), json::get_bool(in, "strict").value_or(false)));
  }
  if (op == "cli_get") return get_in(in);
  if (op == "cli_set") return outcome(set_in(in));
  if (op == "cli_unset") return unset_in(in);
  if (op == "gateway_port") return {{"port", gateway_port(in.at("config"), env_of(in))}};
  if (op == "state_paths") return paths_in(in);
  if (op == "config_command") return command_in(in, folder);
  return {};
}

// Empty when `got` meets the expectation.
std::string difference(const Object& got, const Object& expect, const std::string& folder) {
  for (const auto& [key, want] : expect) {
    const std::string name(key);
    if (name.size() > 8 && name.substr(name.size() - 8) == "Contains") {
      for (const auto& part : want.as_array()) {
        const std::string text = text_of(got, name.substr(0, name.size() - 8));
        if (text.find(std::string_view(part.get_string())) == std::string::npos) return name + ": " + text;
      }
    } else if (name == "stdoutJson") {
      const auto answer = json::parse(text_of(got, "stdout"));
      if (!answer || !answer->is_object()) return name;
      for (const auto& [field, value] : want.as_object()) {
        const Value* have = json::find(answer->get_object(), field);
        const std::string text = base::replace_all(json::write(value), "$CONFIG", folder + "/openclaw.json");
        if (!have || json::write(*have) != text) return name + "." + std::string(field);
      }
    } else {
      const Value* have = json::find(got, key);
      if (!json::same_value(have ? *have : Value(nullptr), want)) {
        return name + ": " + (have ? json::write(*have) : "absent");
      }
    }
  }
  return {};
}

TEST(ConfigPathsVectors, Area) {
  const auto area =
      json::parse(test::get_file(std::string(OPENCLAW_TEST_DATA) + "/vectors/config-paths.json"));
  ASSERT_TRUE(area);
  int run_cases = 0;
  std::set<std::string> deviated;
  for (const auto& item : area->at("cases").as_array()) {
    const auto& object = item.as_object();
    const std::string id = text_of(object, "id");
    const std::string op = text_of(object, "op");
    if (kNotBuilt.contains(op)) continue;
    const test::TempDir dir;
    const Object& expect = *json::get_object(object, object.contains("expectOurs") ? "expectOurs" : "expect");
    const Object got = perform(op, *json::get_object(object, "in"), dir.path());
    const std::string wrong = difference(got, expect, dir.path());
    ++run_cases;
    if (!wrong.empty()) deviated.insert(id);
    EXPECT_EQ(!wrong.empty(), kDeviations.contains(id))
        << id << ": " << wrong << "\ngot " << json::write(got);
  }
  EXPECT_EQ(run_cases, 71);
  EXPECT_EQ(deviated.size(), kDeviations.size());
}

}  // namespace
}  // namespace openclaw::config
