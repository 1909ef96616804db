#include "config/rpc_edit.h"

#include "config/command_output.h"
#include "config/merge_patch.h"
#include "config/redact.h"
#include "config/rewrite.h"
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

constexpr std::size_t kIssuesInText = 3;
constexpr std::size_t kShrinkMatters = 512;

std::string name_of(RpcEdit::Kind kind) {
  switch (kind) {
    case RpcEdit::Kind::set:
      return "config.set";
    case RpcEdit::Kind::patch:
      return "config.patch";
    case RpcEdit::Kind::apply:
      return "config.apply";
  }
  return {};
}

template <class T>
using Step = tl::expected<T, RpcRefusal>;
tl::unexpected<RpcRefusal> refuse(std::string message, std::vector<Issue> issues = {}) {
  return tl::unexpected<RpcRefusal>(RpcRefusal{std::move(message), std::move(issues), false});
}

Step<void> check_hash(const std::optional<std::string>& base_hash, const Snapshot& before) {
  if (!before.exists) return {};
  if (!base_hash) return refuse("config base hash required; re-run config.get and retry");
  if (*base_hash != before.hash) return refuse("config changed since last load; re-run config.get and retry");
  return {};
}

Step<Value> with_secrets(const Value& sent, const Value& parsed) {
  auto restored = restore_redacted(sent, &parsed, {});
  if (restored) return std::move(*restored);
  const std::string& text = restored.error().message;  // "... redacted <path>"
  return refuse(fmt::format("Sentinel value \"{}\" in key {} is not valid as real data", kRedacted,
                            text.substr(text.rfind(' ') + 1)));
}

Step<Value> parse_raw(const std::string& raw) {
  auto value = json::parse_json5(raw);
  if (!value) return refuse("SyntaxError: " + value.error().message);
  return std::move(*value);
}

Step<std::string> edited(const std::string& text, const Value& now, const Value& wanted) {
  auto out = rewrite(text, now, wanted);
  if (!out) return refuse("invalid config: " + out.error().message);
  return std::move(*out);
}

Step<std::string> patched(const RpcEdit& edit, const std::string& text, const Snapshot& before) {
  if (!before.valid) return refuse("invalid config; fix before patching");
  auto patch = parse_raw(edit.raw);
  if (!patch) return tl::unexpected(std::move(patch).error());
  if (!patch->is_object()) return refuse("config.patch raw must be an object");
  const Value now = before.exists ? before.parsed : json::parse_json5(text).value_or(Value(json::Object()));
  auto wanted = with_secrets(merge_patch(now, *patch, true), now);
  if (!wanted) return tl::unexpected(std::move(wanted).error());
  return edited(text, now, *wanted);
}

// JSON comes from a form: the changes go into the present text. Anything else was typed by a person and is
// kept as it was typed.
Step<std::string> replaced(const RpcEdit& edit, const std::string& text, const Snapshot& before) {
  auto sent = parse_raw(edit.raw);
  if (!sent) return tl::unexpected(std::move(sent).error());
  auto wanted = with_secrets(*sent, before.parsed);
  if (!wanted) return tl::unexpected(std::move(wanted).error());
  if (!wanted->is_object()) return pretty(*wanted) + "\n";  // the validator says what is wrong with it
  if (!json::parse(edit.raw)) return edited(edit.raw, *sent, *wanted);
  const auto present = json::parse_json5(text);
  if (!before.exists || !present || !present->is_object()) return pretty(*wanted) + "\n";
  return edited(text, *present, undo_resolution(*wanted, before.parsed, before.resolved));
}

// References that this write brings in must lead somewhere.
class RefCheck {
 public:
  explicit RefCheck(const Snapshot& after)
      : after_(after), alias_(after.get_string("secrets.defaults.env").value_or("default")) {}

  // What is wrong with the first new reference that leads nowhere; empty when none does.
  std::string run(const Value* before, const Value& after) {
    if (before && json::same_value(*before, after)) return {};
    if (const auto ref = secret_ref_of(after)) {
      // A provider of its own is asked when the secret is used.
      if (ref->source != "env" || ref->provider != alias_) return {};
      const auto found = resolve_secret_ref(*ref, after_.env, alias_);
      return found ? std::string() : found.error().message;
    }
    if (const auto* object = after.if_object()) {
      for (const auto& [key, item] : *object) {
        const Value* old = before && before->is_object() ? json::find(before->get_object(), key) : nullptr;
        if (auto problem = run(old, item); !problem.empty()) return problem;
      }
    } else if (const auto* list = after.if_array()) {
      for (const auto& item : *list) {
        if (auto problem = run(nullptr, item); !problem.empty()) return problem;
      }
    }
    return {};
  }

 private:
  const Snapshot& after_;
  std::string alias_;
};

Step<void> check_result(const Snapshot& before, const Snapshot& after) {
  if (!after.valid) return refuse(issue_summary(after.issues), after.issues);
  const std::string problem = RefCheck(after).run(&before.resolved, after.resolved);
  if (!problem.empty()) return refuse("invalid config: active SecretRef resolution failed (" + problem + ")");
  return {};
}

using Make = std::function<Step<std::string>(const std::string& text, const Snapshot& before)>;

// `by_meaning`: a change that makes no difference is not written.
RpcResult run(const Context& context, const std::string& command, bool by_meaning, const Make& make) {
  std::optional<RpcRefusal> refusal;
  bool same_meaning = false;
  const TextEdit edit = [&](const std::string& text, const Snapshot& before) -> base::Result<std::string> {
    auto made = make(text, before);
    if (made) {
      const Snapshot after = load_text(context.config_path, *made, context.env);
      if (auto good = check_result(before, after); !good) made = tl::unexpected(std::move(good).error());
      same_meaning =
          by_meaning && before.exists && before.valid && json::same_value(before.resolved, after.resolved);
    }
    if (made) return same_meaning ? text : std::move(*made);
    refusal = std::move(made).error();
    return base::fail(ErrorKind::failed, refusal->message);
  };
  WriteOptions options;
  options.command = command;
  options.allow_shrink = true;  // the client has shown by the hash that it knew what it replaced
  auto written = write_config(context, edit, options);
  if (refusal) return tl::unexpected(std::move(*refusal));
  if (!written) return tl::unexpected(RpcRefusal{written.error().message, {}, true});
  RpcOutcome out;
  out.noop = !written->changed;
  out.after = std::move(written->after);
  out.changed_paths = std::move(written->changed_paths);
  if (!written->audit_error.empty()) out.warnings.push_back(written->audit_error);
  const std::size_t old_size = written->before.raw.size(), new_size = out.after.raw.size();
  if (old_size >= kShrinkMatters && new_size < old_size / 2) {
    out.warnings.push_back(fmt::format("{}: {} shrank from {} to {} bytes; the old text is {}.bak", command,
                                       context.config_path, old_size, new_size, context.config_path));
  }
  return out;
}

}  // namespace

std::string issue_summary(const std::vector<Issue>& issues) {
  if (issues.empty()) return "invalid config";
  std::string out = "invalid config: ";
  for (std::size_t i = 0; i < std::min(issues.size(), kIssuesInText); ++i)
    out += (i == 0 ? "" : "; ") + issues[i].path + ": " + issues[i].message;
  if (issues.size() <= kIssuesInText) return out;
  const std::size_t rest = issues.size() - kIssuesInText;
  return out + fmt::format(" (+{} more issue{})", rest, rest == 1 ? "" : "s");
}

RpcResult rpc_edit(const Context& context, const RpcEdit& edit) {
  const Make make = [&](const std::string& text, const Snapshot& before) -> Step<std::string> {
    if (auto good = check_hash(edit.base_hash, before); !good) return tl::unexpected(std::move(good).error());
    return edit.kind == RpcEdit::Kind::patch ? patched(edit, text, before) : replaced(edit, text, before);
  };
  return run(context, name_of(edit.kind), edit.kind == RpcEdit::Kind::patch, make);
}

RpcResult rpc_change(const Context& context, const std::string& command,
                     const std::function<Value(const Value& parsed)>& change) {
  const Make make = [&](const std::string& text, const Snapshot& before) -> Step<std::string> {
    if (!before.valid) return refuse("invalid config; fix before patching");
    auto present = json::parse_json5(text);
    if (!present) return refuse("SyntaxError: " + present.error().message);
    return edited(text, *present, change(*present));
  };
  return run(context, command, true, make);
}

}  // namespace openclaw::config
