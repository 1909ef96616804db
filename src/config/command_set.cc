#include "base/strings.h"
#include "config/command_output.h"
#include "config/commands.h"
#include "config/paths.h"
#include "config/redact.h"
#include "config/secret_ref.h"
#include "config/write.h"
#include "json/json5.h"
#include "json/json5_edit.h"

#include <fmt/format.h>

#include <utility>

namespace openclaw::config {
namespace {

using base::ErrorKind;
using json::Value;

// "12" for a password is text, whatever JSON5 makes of it.
Value as_the_setting_wants(const KeyPath& path, const std::string& raw, Value value) {
  const Key* key = find_key(path);
  const bool text = key && (key->type == Type::string || key->type == Type::secret);
  return text && (value.is_number() || value.is_bool()) ? Value(std::string(base::trim(raw))) : value;
}

// The secret that a mode of gateway.auth needs; empty for the other modes.
std::string secret_of_mode(std::string_view mode) {
  return mode == "token" || mode == "password" ? std::string(mode) : std::string();
}

struct Change {
  KeyPath path;
  Value value;
  std::vector<std::string> notes;  // lines about settings that went with it
};

// Choosing a mode drops the other mode's secret, so that the two cannot contradict each other.
base::Result<std::string> drop_other_secret(std::string text, Change& change, const Snapshot& before) {
  const bool sets_mode = dotted(change.path) == "gateway.auth.mode" && change.value.is_string();
  const std::string kept =
      sets_mode ? secret_of_mode(std::string_view(change.value.get_string())) : std::string();
  if (kept.empty()) return text;
  const std::string other = kept == "token" ? "password" : "token";
  const KeyPath path = {"gateway", "auth", other};
  if (!json::get_at(before.parsed, path)) return text;
  OC_TRY_ASSIGN(std::string out, json::json5_unset(text, path));
  change.notes.push_back(
      fmt::format("Removed inactive gateway.auth.{} for gateway.auth.mode={}.", other, kept));
  return out;
}

// A mode whose secret does not exist would lock everybody out.
base::Result<> keep_a_door_open(const Context& context, const Snapshot& before, const std::string& new_text) {
  const Snapshot after = load_text(before.path, new_text, context.env);
  const auto mode = after.get_string("gateway.auth.mode");
  if (!mode || before.get_string("gateway.auth.mode") == mode) return {};
  const std::string secret = secret_of_mode(*mode);
  if (secret.empty() || after.has_secret("gateway.auth." + secret)) return {};
  const char* const variable = secret == "token" ? "OPENCLAW_GATEWAY_TOKEN" : "OPENCLAW_GATEWAY_PASSWORD";
  if (context.env.non_blank(variable)) return {};
  return base::fail(ErrorKind::failed,
                    fmt::format("gateway.auth.mode={0} needs gateway.auth.{0}, which is not set", secret),
                    fmt::format("openclaw config set gateway.auth.{0} <{0}>", secret));
}

base::Result<std::string> apply(const Context& context, Change& change, const std::string& text,
                                const Snapshot& before) {
  OC_TRY_ASSIGN(const Value value,
                restore_redacted(change.value, json::get_at(before.parsed, change.path), change.path));
  OC_TRY_ASSIGN(std::string out, json::json5_set(text, change.path, value));
  OC_TRY_ASSIGN(out, drop_other_secret(std::move(out), change, before));
  OC_TRY(keep_a_door_open(context, before, out));
  return out;
}

// References in a new value: those to the environment are tried, others are counted as skipped.
void check_references(const Context& context, const Snapshot& after, const Value& value, json::Array& errors,
                      std::int64_t& checked, std::int64_t& skipped) {
  if (const auto ref = secret_ref_of(value)) {
    if (ref->source != "env") {
      ++skipped;
      return;
    }
    ++checked;
    const auto result =
        resolve_secret_ref(*ref, context.env, after.get_string("secrets.defaults.env").value_or("default"));
    if (result) return;
    errors.push_back(json::Object{{"kind", "resolvability"},
                                  {"message", result.error().message},
                                  {"ref", fmt::format("{}:{}:{}", ref->source, ref->provider, ref->id)}});
    return;
  }
  if (const auto* object = value.if_object()) {
    for (const auto& [key, item] : *object) check_references(context, after, item, errors, checked, skipped);
  }
}

CommandResult dry_run_json(const Context& context, bool strict, const json::Array& errors,
                           std::int64_t checked, std::int64_t skipped) {
  json::Object checks{{"schema", true}, {"resolvability", true}, {"resolvabilityComplete", skipped == 0}};
  json::Object answer;
  answer["ok"] = errors.empty();
  answer["operations"] = 1;
  answer["configPath"] = display_path(context.config_path, context.home);
  answer["inputModes"] = json::strings({strict ? "json" : "value"});
  answer["checks"] = std::move(checks);
  answer["refsChecked"] = checked;
  answer["skippedExecRefs"] = skipped;
  if (!errors.empty()) answer["errors"] = errors;
  return {errors.empty() ? kExitOk : kExitFailed, pretty(answer) + "\n", ""};
}

CommandResult dry_run(const Context& context, const SetArguments& arguments, Change& change,
                      WriteOptions options) {
  options.dry_run = true;
  const auto result = write_config(
      context,
      [&](const std::string& text, const Snapshot& before) { return apply(context, change, text, before); },
      options);
  json::Array errors;
  std::int64_t checked = 0;
  std::int64_t skipped = 0;
  if (result) {
    check_references(context, result->after, change.value, errors, checked, skipped);
  } else if (arguments.json && result.error().kind == ErrorKind::config) {
    for (auto& line : base::split(result.error().hint, '\n')) {
      errors.push_back(
          json::Object{{"kind", "schema"}, {"message", line.substr(std::min<std::size_t>(2, line.size()))}});
    }
  } else if (arguments.json) {
    errors.push_back(json::Object{{"kind", "schema"}, {"message", result.error().message}});
  }
  if (arguments.json) return dry_run_json(context, arguments.strict_json, errors, checked, skipped);
  if (!result && result.error().kind == ErrorKind::config) {
    return {kExitFailed, "",
            "Error: Dry run failed: config schema validation failed.\n" + result.error().hint + "\n"};
  }
  if (!result) return failure(result.error());
  if (!errors.empty()) {
    std::string err = fmt::format(
        "Error: Dry run failed: {} SecretRef assignment(s) could not be resolved.\n", errors.size());
    for (const auto& item : errors)
      err += "- " + json::get_string_or(item.get_object(), "message", "") + "\n";
    return {kExitFailed, "", std::move(err)};
  }
  return {kExitOk,
          fmt::format("Dry run successful: 1 update(s) validated against {}.\n",
                      display_path(context.config_path, context.home)),
          ""};
}

// A file that the change does not mend is the file's fault (5); otherwise the change is refused (1).
CommandResult refused(const base::Error& error, const Snapshot& before) {
  CommandResult result = failure(error);
  if (error.kind == ErrorKind::config && before.valid) result.exit_code = kExitFailed;
  if (error.kind == ErrorKind::invalid) result.exit_code = kExitConfig;
  return result;
}

CommandResult write(const Context& context, const TextEdit& edit, const WriteOptions& options,
                    std::string_view verb, const KeyPath& path, const std::vector<std::string>& notes) {
  const auto result = write_config(context, edit, options);
  if (!result) return refused(result.error(), load(context.config_path, context.env));
  CommandResult answer;
  for (const auto& note : notes) answer.out += note + "\n";
  answer.out += fmt::format("{} {}. {}\n", verb, dotted(path),
                            effect_text(context, result->after, result->changed_paths));
  if (!result->audit_error.empty()) answer.err = "Warning: " + result->audit_error + "\n";
  return answer;
}

}  // namespace

base::Result<Value> parse_value_argument(const std::string& raw, bool strict) {
  if (strict) {
    auto value = json::parse(base::trim(raw));
    if (value) return value;
    return base::fail(ErrorKind::failed, "Failed to parse JSON value: SyntaxError: " + value.error().message,
                      "quote text: '\"...\"'");
  }
  auto value = json::parse_json5(raw);
  if (value) return value;
  return Value(raw);
}

CommandResult config_set(const Context& context, const SetArguments& arguments) {
  if (!arguments.value) {
    return {kExitUsage, "", "Error: config set needs a value: openclaw config set <path> <value>\n"};
  }
  const auto path = required_key_path(arguments.path);
  if (!path) return failure(path.error());
  const bool strict = arguments.strict_json || (arguments.json && !arguments.dry_run);
  auto value = parse_value_argument(*arguments.value, strict);
  if (!value) return failure(value.error());
  Change change{*path, std::move(*value), {}};
  if (!strict) change.value = as_the_setting_wants(*path, *arguments.value, std::move(change.value));
  WriteOptions options;
  options.command = "config set";
  options.allow_shrink = arguments.yes;
  if (arguments.dry_run) return dry_run(context, arguments, change, options);
  return write(
      context,
      [&](const std::string& text, const Snapshot& before) { return apply(context, change, text, before); },
      options, "Updated", *path, change.notes);
}

CommandResult config_unset(const Context& context, const std::string& path, bool yes) {
  const auto segments = required_key_path(path);
  if (!segments) return failure(segments.error());
  const Snapshot now = load(context.config_path, context.env);
  if (!now.exists || (now.parsed.is_object() && now.issues.empty() && !json::get_at(now.parsed, *segments))) {
    return {kExitFailed, "", "Config path not found: " + path + "\n"};
  }
  WriteOptions options;
  options.command = "config unset";
  options.allow_shrink = yes;
  return write(context,
               [&](const std::string& text, const Snapshot&) { return json::json5_unset(text, *segments); },
               options, "Removed", *segments, {});
}

}  // namespace openclaw::config
