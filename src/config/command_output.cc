#include "config/command_output.h"

#include <charconv>
#include <cmath>

namespace openclaw::config {
namespace {

using json::Value;

std::string scalar(const Value& value) {
  if (!value.is_double()) return json::write(value);
  if (!std::isfinite(value.get_double())) return "null";  // as JSON.stringify does
  char buffer[32];
  const auto written = std::to_chars(buffer, buffer + sizeof buffer, value.get_double());
  return std::string(buffer, written.ptr);
}

void append(std::string& out, const Value& value, const std::string& indent) {
  const auto* object = value.if_object();
  const auto* array = value.if_array();
  if (!object && !array) {
    out += scalar(value);
    return;
  }
  if (object ? object->empty() : array->empty()) {
    out += object ? "{}" : "[]";
    return;
  }
  const std::string deeper = indent + "  ";
  bool first = true;
  out += object ? '{' : '[';
  const auto next = [&] {
    out += first ? "\n" : ",\n";
    out += deeper;
    first = false;
  };
  if (object) {
    for (const auto& [key, item] : *object) {
      next();
      out += json::write(Value(std::string_view(key))) + ": ";
      append(out, item, deeper);
    }
  } else {
    for (const auto& item : *array) {
      next();
      append(out, item, deeper);
    }
  }
  out += "\n" + indent + (object ? "}" : "]");
}

}  // namespace

CommandResult failure(const base::Error& error) {
  CommandResult result;
  result.exit_code = error.kind == base::ErrorKind::config ? kExitConfig : kExitFailed;
  result.err = "Error: " + error.message + "\n";
  if (!error.hint.empty()) result.err += error.hint + "\n";
  return result;
}

std::string pretty(const Value& value) {
  std::string out;
  append(out, value, "");
  return out;
}

std::string effect_text(const Context& context, const Snapshot& after, const std::vector<KeyPath>& changed) {
  if (changed.empty()) return "Nothing changed.";
  const std::string mode = after.string_setting("gateway.reload.mode");
  Effect effect = Effect::live;
  for (const auto& path : changed) effect = std::max(effect, effect_of(path));
  if (!context.gateway_reloads || mode == "off" || mode == "restart") effect = Effect::restart;
  switch (effect) {
    case Effect::live:
      return "Applied live.";
    case Effect::next_message:
      return "Applies on the next message.";
    case Effect::restart:
      break;
  }
  return "Needs a gateway restart: openclaw gateway restart";
}

}  // namespace openclaw::config
