#include "approvals/evaluate.h"
#include "approvals/shell.h"
#include "fs/file.h"
#include "runner.h"
#include "support.h"

#include <unistd.h>

namespace openclaw::vectors {
namespace {

using namespace openclaw::approvals;

Argv argv_of(const json::Object& in, std::string_view key) { return list_of(in, key); }

json::Object op_analyze_shell(const json::Object& in) {
  json::Object out;
  auto analysis = analyze_shell(text_of(in, "command"));
  out["ok"] = analysis.has_value();
  if (!analysis) return out;
  json::Array segments, chains;
  for (const auto& pipeline : analysis->chains) {
    json::Array part;
    for (const Segment& segment : pipeline) {
      part.push_back(json::strings(segment.argv));
      segments.push_back(json::strings(segment.argv));
    }
    chains.push_back(part);
  }
  out["segments"] = segments;
  if (chains.size() > 1) out["chains"] = chains;
  return out;
}

json::Object op_resolve_wrapper(const json::Object& in) {
  json::Object out;
  const Argv argv = argv_of(in, "argv");
  if (argv.empty()) {
    out["rawExecutable"] = nullptr;
    return out;
  }
  const Unwrapped inner = unwrap(argv);
  out["rawExecutable"] = inner.argv.front();
  out["effectiveArgv"] = json::strings(inner.argv);
  out["policyBlocked"] = !inner.blocked.empty();
  if (!inner.blocked.empty()) out["blockedWrapper"] = inner.blocked;
  out["wrapperChain"] = json::strings(inner.chain);
  return out;
}

json::Object op_match_allowlist(const json::Object& in) {
  json::Object out;
  ResolvedProgram program;
  program.typed = text_of(in, "raw");
  program.path = text_of(in, "resolvedPath");
  for (const std::string& pattern : argv_of(in, "patterns")) {
    if (!pattern_matches(pattern, program, "/home/user")) continue;
    out["pattern"] = pattern;
    return out;
  }
  out["pattern"] = nullptr;
  return out;
}

void make_file(const std::string& name, const char* content, mode_t mode) {
  const std::string path = scratch() + "/" + name;
  (void)fs::make_directories(fs::parent(path));
  (void)fs::write_atomic(path, content, mode);
}

json::Object op_evaluate(const json::Object& in) {
  for (const std::string& name : argv_of(in, "bins")) make_file("bin/" + name, "#!/bin/sh\n", 0755);
  for (const std::string& name : argv_of(in, "files")) make_file(name, "x", 0644);
  Context context;
  context.cwd = scratch();
  context.find = [](std::string_view name) -> std::optional<std::string> {
    const std::string path = scratch() + "/bin/" + std::string(name);
    if (::access(path.c_str(), X_OK) != 0) return std::nullopt;
    return path;
  };
  for (const std::string& pattern : argv_of(in, "allowlist")) context.allowlist.push_back({pattern, "", ""});
  context.safe_bins = argv_of(in, "safeBins");
  if (flag_of(in, "trustBinDir")) context.trusted_dirs.push_back(scratch() + "/bin");
  const Evaluation evaluation = evaluate_shell(text_of(in, "command"), context);
  json::Object out;
  out["analysisOk"] = evaluation.analysis_ok;
  out["allowlistSatisfied"] = evaluation.satisfied;
  json::Array matches, by;
  for (const std::string& match : evaluation.matches)
    matches.push_back(json::Value(match));
  for (const SegmentVerdict& segment : evaluation.segments) {
    by.push_back(segment.satisfied_by.empty() ? json::Value(nullptr) : json::Value(segment.satisfied_by));
  }
  out["matches"] = matches;
  out["segmentSatisfiedBy"] = by;
  return out;
}

json::Object op_safe_bin(const json::Object& in) {
  const Argv argv = argv_of(in, "argv");
  Argv bins = argv_of(in, "safeBins");
  if (bins.empty()) bins = {argv.front()};
  const std::string path = json::get_string_or(in, "resolvedPath", "/usr/bin/" + argv.front());
  json::Object out;
  out["safe"] = is_safe_bin(argv, path, bins);
  return out;
}

json::Object op_safe_bin_defaults(const json::Object&) {
  json::Object out;
  out["defaults"] = json::strings(default_safe_bins());
  return out;
}

json::Object op_min_security(const json::Object& in) {
  json::Object out;
  out["security"] =
      to_text(min_security(*parse_security(text_of(in, "a")), *parse_security(text_of(in, "b"))));
  return out;
}

json::Object op_max_ask(const json::Object& in) {
  json::Object out;
  out["ask"] = to_text(max_ask(*parse_ask(text_of(in, "a")), *parse_ask(text_of(in, "b"))));
  return out;
}

json::Object op_requires_approval(const json::Object& in) {
  json::Object out;
  out["required"] =
      requires_approval(*parse_ask(text_of(in, "ask")), *parse_security(text_of(in, "security")),
                        *json::get_bool(in, "analysisOk"), *json::get_bool(in, "allowlistSatisfied"),
                        json::get_bool(in, "durableApprovalSatisfied").value_or(false));
  return out;
}

json::Object settings_json(const Settings& settings) {
  json::Object out;
  out["security"] = to_text(settings.security);
  out["ask"] = to_text(settings.ask);
  out["askFallback"] = to_text(settings.ask_fallback);
  out["autoAllowSkills"] = settings.auto_allow_skills;
  return out;
}

json::Object op_effective(const json::Object& in) {
  json::Object out;
  auto file = ApprovalsFile::from_json(*json::get_object(in, "file"), "file");
  if (!file) {
    out["error"] = file.error().message;
    return out;
  }
  const FilePolicy policy = file->policy(json::get_string_or(in, "agentId", "main"));
  out["defaults"] = settings_json(policy.defaults);
  out["agent"] = settings_json(policy.agent);
  json::Object sources;
  const auto source = [&](std::string_view key, const std::string& text) {
    sources[key] = text.empty() ? json::Value(nullptr) : json::Value(text);
  };
  source("security", policy.security_source);
  source("ask", policy.ask_source);
  source("askFallback", policy.ask_fallback_source);
  out["sources"] = sources;
  json::Array patterns;
  for (const AllowEntry& entry : policy.allowlist) patterns.push_back(json::Value(entry.pattern));
  out["allowlist"] = patterns;
  return out;
}

AllowEntry entry_of(const json::Object& object) {
  return {text_of(object, "pattern"), text_of(object, "source"), text_of(object, "commandText")};
}

json::Object op_durable(const json::Object& in) {
  std::vector<std::optional<AllowEntry>> segments;
  for (const json::Value& value : *json::get_array(in, "segmentAllowlistEntries")) {
    segments.push_back(value.is_object() ? std::optional(entry_of(value.as_object())) : std::nullopt);
  }
  std::vector<AllowEntry> allowlist;
  for (const json::Value& value : *json::get_array(in, "allowlist"))
    allowlist.push_back(entry_of(value.as_object()));
  json::Object out;
  out["durable"] =
      durable_approval(*json::get_bool(in, "analysisOk"), segments, allowlist, text_of(in, "commandText"));
  return out;
}

json::Object op_durable_pattern(const json::Object& in) {
  json::Object out;
  out["pattern"] = durable_pattern(text_of(in, "commandText"));
  return out;
}

json::Object op_argv_token(const json::Object& in) {
  static constexpr const char* kKinds[] = {"empty", "terminator", "stdin", "positional", "option"};
  const ArgToken token = parse_arg_token(text_of(in, "token"));
  json::Object out;
  out["kind"] = kKinds[static_cast<int>(token.kind)];
  out["raw"] = token.raw;
  if (token.kind != ArgToken::Kind::option) return out;
  out["style"] = token.is_long ? "long" : "short-cluster";
  if (token.is_long) {
    out["flag"] = token.flag;
    json::put(out, "inlineValue", token.inline_value);
  } else {
    out["cluster"] = token.cluster;
    out["flags"] = json::strings(token.flags);
  }
  return out;
}

json::Object op_system_run_command(const json::Object& in) {
  json::Object out;
  auto texts = check_raw_command(argv_of(in, "command"), json::get_string(in, "rawCommand"));
  out["ok"] = texts.has_value();
  if (!texts) {
    out["error"] = "INVALID_REQUEST: " + texts.error().message;
    out["code"] = "RAW_COMMAND_MISMATCH";
    return out;
  }
  out["commandText"] = texts->command_text;
  json::put(out, "shellPayload", texts->shell_text);
  json::put(out, "previewText", texts->preview);
  return out;
}

json::Object op_format_command(const json::Object& in) {
  json::Object out;
  out["text"] = format_command(argv_of(in, "argv"));
  return out;
}

// Windows command lines belong to Windows nodes, which are no platform of ours.
template <json::Object (*operation)(const json::Object&)>
Outcome run(const json::Object& in) {
  if (text_of(in, "platform") == "win32") return skipped("no Windows nodes");
  return got(operation(in));
}

const Area kArea("exec-approvals", {
    {"analyze_shell", run<op_analyze_shell>},
    {"resolve_wrapper", run<op_resolve_wrapper>},
    {"match_allowlist", run<op_match_allowlist>},
    {"evaluate_shell_allowlist", run<op_evaluate>},
    {"safe_bin", run<op_safe_bin>},
    {"safe_bin_defaults", run<op_safe_bin_defaults>},
    {"min_security", run<op_min_security>},
    {"max_ask", run<op_max_ask>},
    {"requires_approval", run<op_requires_approval>},
    {"effective_approvals", run<op_effective>},
    {"durable_approval", run<op_durable>},
    {"durable_pattern", run<op_durable_pattern>},
    {"argv_token", run<op_argv_token>},
    {"system_run_command", run<op_system_run_command>},
    {"format_command", run<op_format_command>},
});

}  // namespace
}  // namespace openclaw::vectors
