#include "agent/builtin/command.h"

#include "base/strings.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>

namespace openclaw::agent {
namespace {

using Kind = OperatorCommand::Kind;
constexpr std::size_t kMaxRequest = 16'384;  // bytes looked at

std::string_view trim_end_of(std::string_view text, std::string_view characters) {
  text = base::trim(text);
  while (!text.empty() && characters.find(text.back()) != std::string_view::npos)
    text = base::trim(text.substr(0, text.size() - 1));
  return text;
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && base::equals_ignore_case(text.substr(0, prefix.size()), prefix);
}

// The text after the first of `prefixes` that it begins with and that ends at a word boundary.
std::optional<std::string_view> after(std::string_view text,
                                      std::initializer_list<std::string_view> prefixes) {
  for (const auto prefix : prefixes) {
    if (!starts_with(text, prefix)) continue;
    const auto rest = text.substr(prefix.size());
    if (rest.empty() || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\n') return base::trim(rest);
  }
  return std::nullopt;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view word) { return base::equals_ignore_case(text, word); });
}

bool has_word(std::string_view text, std::string_view word) {
  for (auto part : base::split(text, ' ')) {
    if (base::equals_ignore_case(trim_end_of(part, ".,?!"), word)) return true;
  }
  return false;
}

std::string_view without_politeness(std::string_view text) {
  text = base::trim(text);
  if (text.starts_with('/')) text.remove_prefix(1);
  for (bool more = true; more;) {
    more = false;
    if (const auto rest = after(text, {"please", "please,", "can you", "could you", "would you", "will you",
                                       "hey", "hi,", "hello,", "openclaw,", "operator,"})) {
      if (rest->empty()) break;
      text = *rest;
      more = true;
    }
  }
  return text;
}

// Splits at the last " on " (any case); false when there is none with something on both sides.
bool split_node(std::string_view text, std::string_view& left, std::string_view& node) {
  for (std::size_t at = text.size(); at-- > 0;) {
    if (!starts_with(text.substr(at), " on ")) continue;
    left = base::trim(text.substr(0, at));
    node = base::trim(text.substr(at + 4));
    return !left.empty() && !node.empty();
  }
  return false;
}

std::string_view unquoted(std::string_view text) {
  for (const char quote : {'"', '\'', '`'}) {
    if (text.size() >= 2 && text.front() == quote && text.back() == quote &&
        text.substr(1, text.size() - 2).find(quote) == std::string_view::npos)
      return base::trim(text.substr(1, text.size() - 2));
  }
  return text;
}

std::string node_name(std::string_view text) {
  return std::string(unquoted(trim_end_of(unquoted(trim_end_of(text, "?!")), "?!,;")));
}

OperatorCommand make(Kind kind, std::string_view node, std::string_view text = {}) {
  OperatorCommand out;
  out.kind = kind;
  out.node = node_name(node);
  out.text = std::string(base::trim(text));
  return out;
}

// `CMD on NODE`, `CMD`, `"CMD with on" on NODE`.
OperatorCommand run_request(std::string_view rest) {
  if (unquoted(rest) != rest) return make(Kind::run, {}, unquoted(rest));
  std::string_view command, node;
  if (!split_node(rest, command, node)) return make(Kind::run, {}, rest);
  return make(Kind::run, node, unquoted(command));
}

std::optional<OperatorCommand> run_like(std::string_view text) {
  if (const auto rest = after(text, {"run", "execute", "exec"})) {
    if (rest->empty()) return std::nullopt;
    return run_request(*rest);
  }
  // "on NODE run CMD", "on NODE: CMD"
  const auto rest = after(text, {"on"});
  if (!rest) return std::nullopt;
  for (const std::string_view mark :
       {std::string_view(" run "), std::string_view(" execute "), std::string_view(": ")}) {
    const auto at = base::lower_ascii(*rest).find(mark);
    if (at == std::string::npos || at == 0) continue;
    const auto command = base::trim(rest->substr(at + mark.size()));
    if (!command.empty()) return make(Kind::run, trim_end_of(rest->substr(0, at), ",:"), unquoted(command));
  }
  return std::nullopt;
}

std::optional<OperatorCommand> notify_like(std::string_view text) {
  const auto rest =
      after(text, {"notify", "send a notification to", "send notification to", "notification to"});
  if (!rest) return std::nullopt;
  const auto colon = rest->find(':');
  const auto that = base::lower_ascii(*rest).find(" that ");
  if (colon != std::string_view::npos && colon > 0)
    return make(Kind::notify, rest->substr(0, colon), unquoted(base::trim(rest->substr(colon + 1))));
  if (that != std::string::npos && that > 0)
    return make(Kind::notify, rest->substr(0, that), base::trim(rest->substr(that + 6)));
  return make(Kind::notify, *rest);
}

std::optional<OperatorCommand> which_like(std::string_view text) {
  const bool where = after(text, {"where is", "where's"}).has_value();
  const auto rest = after(text, {"which", "where is", "where's", "is there a", "find program"});
  if (!rest || rest->empty()) return std::nullopt;
  std::string_view program, node;
  if (split_node(*rest, program, node)) return make(Kind::which, node, unquoted(program));
  if (where) return std::nullopt;  // "where is phone"
  return make(Kind::which, {}, unquoted(trim_end_of(*rest, "?!")));
}

// "battery of phone", "how much battery does phone have"
std::optional<OperatorCommand> device_like(std::string_view text) {
  auto rest = after(text, {"battery status", "battery level", "device status", "battery", "how much battery",
                           "show battery", "check battery", "what is the battery", "what's the battery"});
  if (!rest) rest = after(text, {"status of"});
  if (!rest) return std::nullopt;
  auto node = *rest;
  for (const auto* word : {"of", "on", "for", "has", "does", "level of", "status of"}) {
    if (const auto name = after(node, {word})) node = *name;
  }
  node = trim_end_of(node, "?!");
  for (const std::string_view tail : {std::string_view(" have"), std::string_view(" got")}) {
    if (node.size() > tail.size() && base::equals_ignore_case(node.substr(node.size() - tail.size()), tail))
      node.remove_suffix(tail.size());
  }
  return make(Kind::device_status, node);
}

std::optional<OperatorCommand> pairing_like(std::string_view text) {
  if (after(text, {"pending", "list pending", "show pending", "pairing requests", "list pairing requests"}))
    return make(Kind::pending, {});
  for (const auto& [kind, word] : {std::pair(Kind::approve, "approve"), std::pair(Kind::reject, "reject")}) {
    const auto rest = after(text, {word});
    if (!rest) continue;
    auto id = *rest;
    if (const auto bare = after(id, {"request", "node", "node request"})) id = *bare;
    if (!id.empty()) return make(kind, {}, id);
  }
  return std::nullopt;
}

bool asks_for_nodes(std::string_view text) {
  if (is_one_of(text, {"nodes", "my nodes", "node list", "nodes list", "node status", "nodes status",
                       "devices", "my devices"}))
    return true;
  const bool asking = after(text, {"list", "show", "what", "which", "are", "do"}).has_value();
  return asking && (has_word(text, "nodes") || has_word(text, "devices"));
}

}  // namespace

OperatorCommand parse_operator_command(std::string_view request) {
  const auto text = without_politeness(base::cut_utf8(request, kMaxRequest));
  const auto bare = trim_end_of(text, "?!.");
  if (is_one_of(bare, {"help", "commands", "what can you do", "what can i do", "show help"}))
    return make(Kind::help, {});
  if (is_one_of(bare, {"status", "show status", "what is the status", "what's the status", "gateway status"}))
    return make(Kind::status, {});
  if (auto found = run_like(text)) return *found;
  if (auto found = notify_like(text)) return *found;
  if (auto found = pairing_like(bare)) return *found;
  if (asks_for_nodes(bare)) return make(Kind::nodes, {});
  if (auto found = device_like(text)) return *found;
  if (auto found = which_like(text)) return *found;
  if (const auto rest = after(text, {"where is", "where's", "locate", "location of", "find"}))
    return make(Kind::locate, *rest);
  if (const auto rest = after(text, {"describe", "tell me about", "details of", "show node"}))
    return make(Kind::describe, *rest);
  return OperatorCommand{};
}

std::vector<std::string> node_spellings(std::string_view typed) {
  std::vector<std::string> out;
  const auto add = [&out](std::string_view name) {
    const std::string text(base::trim(name));
    if (!text.empty() && std::find(out.begin(), out.end(), text) == out.end()) out.push_back(text);
  };
  auto name = base::trim(typed);
  add(name);
  if (name.ends_with('.')) name = trim_end_of(name, ".");
  add(name);
  for (const auto* word : {"the", "my", "node", "device"}) {
    if (const auto rest = after(name, {word}); rest && !rest->empty()) name = *rest;
    add(name);
  }
  for (const std::string_view tail : {std::string_view(" node"), std::string_view(" device")}) {
    if (name.size() > tail.size() && base::equals_ignore_case(name.substr(name.size() - tail.size()), tail))
      add(name.substr(0, name.size() - tail.size()));
  }
  return out;
}

}  // namespace openclaw::agent
