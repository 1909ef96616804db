// Behaviour vectors of exec approvals: tests/vectors/exec-approvals.json, one operation a function.
#include "approvals/evaluate.h"
#include "approvals/shell.h"
#include "base/strings.h"
#include "json/json.h"
#include "temp_dir.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <unistd.h>

namespace openclaw::approvals {
namespace {

using Operation = json::Object (*)(const json::Object& in);

std::string text_of(const json::Object& in, std::string_view key) { return json::get_string_or(in, key, ""); }
Argv argv_of(const json::Object& in, std::string_view key) { return json::string_list(json::find(in, key)); }

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
  if (argv.empty()) return out;
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
    break;
  }
  return out;
}

json::Object op_evaluate(const json::Object& in) {
  testing::TempDir dir;
  const auto expand = [&](const std::string& text) { return base::replace_all(text, "$DIR", dir.path()); };
  for (const std::string& name : argv_of(in, "bins")) dir.program("bin/" + name);
  for (const std::string& name : argv_of(in, "files")) dir.write(name, "x");
  Context context;
  context.cwd = dir.path();
  context.find = [&](std::string_view name) -> std::optional<std::string> {
    const std::string path = dir / ("bin/" + std::string(name));
    if (::access(path.c_str(), X_OK) != 0) return std::nullopt;
    return path;
  };
  for (const std::string& pattern : argv_of(in, "allowlist"))
    context.allowlist.push_back({expand(pattern), "", ""});
  context.safe_bins = argv_of(in, "safeBins");
  if (json::get_bool(in, "trustBinDir").value_or(false)) context.trusted_dirs.push_back(dir / "bin");
  const Evaluation evaluation = evaluate_shell(expand(text_of(in, "command")), context);
  json::Object out;
  out["analysisOk"] = evaluation.analysis_ok;
  out["allowlistSatisfied"] = evaluation.satisfied;
  json::Array matches, by;
  for (const std::string& match : evaluation.matches)
    matches.push_back(json::Value(base::replace_all(match, dir.path(), "$DIR")));
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

const std::map<std::string, Operation>& operations() {
  static const std::map<std::string, Operation> kTable = {{"analyze_shell", op_analyze_shell},
                                                          {"resolve_wrapper", op_resolve_wrapper},
                                                          {"match_allowlist", op_match_allowlist},
                                                          {"evaluate_shell_allowlist", op_evaluate},
                                                          {"safe_bin", op_safe_bin},
                                                          {"safe_bin_defaults", op_safe_bin_defaults},
                                                          {"min_security", op_min_security},
                                                          {"max_ask", op_max_ask},
                                                          {"requires_approval", op_requires_approval},
                                                          {"effective_approvals", op_effective},
                                                          {"durable_approval", op_durable},
                                                          {"durable_pattern", op_durable_pattern},
                                                          {"argv_token", op_argv_token},
                                                          {"system_run_command", op_system_run_command},
                                                          {"format_command", op_format_command}};
  return kTable;
}

// Why a case is not run; empty = it is.
std::string skip_reason(const std::string& op, const json::Object& in) {
  if (op == "obfuscation") return "not built: a warning heuristic for approval prompts, decides nothing";
  if (op == "analyze_shell" && text_of(in, "platform") == "win32")
    return "not built: Windows nodes are no platform of ours";
  return {};
}

bool same(const json::Value& want, const json::Value& got);

bool same_object(const json::Object& want, const json::Object& got) {
  const auto* ok = json::find(want, "ok");
  const bool may_say_more = ok && ok->is_bool() && !ok->as_bool();
  std::set<std::string> known;
  for (const auto& member : want) {
    const std::string key(member.key());
    if (key.ends_with("Contains") && member.value().is_array()) {
      const std::string name = key.substr(0, key.size() - 8);
      known.insert(name);
      const std::string text = json::get_string_or(got, name, "");
      for (const auto& part : member.value().as_array()) {
        if (text.find(std::string_view(part.as_string())) == std::string::npos) return false;
      }
      continue;
    }
    known.insert(key);
    const json::Value* value = json::find(got, key);
    if (!value ? !member.value().is_null() : !same(member.value(), *value)) return false;
  }
  for (const auto& member : got) {
    if (!known.contains(std::string(member.key())) && !member.value().is_null() && !may_say_more)
      return false;
  }
  return true;
}

bool same(const json::Value& want, const json::Value& got) {
  if (want.is_object() && got.is_object()) return same_object(want.as_object(), got.as_object());
  if (!want.is_array() || !got.is_array()) return want == got;
  const auto& a = want.as_array();
  const auto& b = got.as_array();
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!same(a[i], b[i])) return false;
  }
  return true;
}

TEST(ExecApprovalsVectors, AllCases) {
  std::ifstream stream(std::string(OPENCLAW_TEST_DATA) + "/vectors/exec-approvals.json");
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  auto root = json::parse(text);
  ASSERT_TRUE(root) << root.error().message;
  int run = 0, skipped = 0;
  for (const json::Value& value : *json::get_array(root->as_object(), "cases")) {
    const json::Object& item = value.as_object();
    const std::string op = text_of(item, "op");
    const json::Object& in = *json::get_object(item, "in");
    if (!skip_reason(op, in).empty()) {
      ++skipped;
      continue;
    }
    const auto found = operations().find(op);
    ASSERT_NE(found, operations().end()) << op;
    const json::Object got = found->second(in);
    const json::Value& want = item.contains("expectOurs") ? item.at("expectOurs") : item.at("expect");
    EXPECT_TRUE(same(want, json::Value(got)))
        << text_of(item, "id") << "\n want " << json::write(want) << "\n got  " << json::write(got);
    ++run;
  }
  EXPECT_EQ(skipped, 12);
  EXPECT_GT(run, 100);
}

}  // namespace
}  // namespace openclaw::approvals
