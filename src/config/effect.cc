#include "config/schema.h"
#include "config/schema_tree.h"

namespace openclaw::config {
namespace {

struct Rule {
  std::string_view prefix;
  Effect effect;
};

// The first matching prefix decides; what no rule names needs a restart.
constexpr Rule kRules[] = {
    {"gateway.port", Effect::restart},
    {"gateway.bind", Effect::restart},
    {"gateway.customBindHost", Effect::restart},
    {"gateway.mode", Effect::restart},
    {"gateway", Effect::live},
    {"discovery", Effect::live},
    {"diagnostics.stuckSessionWarnMs", Effect::live},
    {"hooks", Effect::live},
    {"cron", Effect::live},
    {"channels", Effect::live},
    {"logging", Effect::live},
    {"meta", Effect::live},
    {"wizard", Effect::live},
    {"identity", Effect::next_message},
    {"models", Effect::next_message},
    {"agents", Effect::next_message},
    {"tools", Effect::next_message},
    {"bindings", Effect::next_message},
    {"audio", Effect::next_message},
    {"messages", Effect::next_message},
    {"session", Effect::next_message},
    {"talk", Effect::next_message},
    {"skills", Effect::next_message},
    {"secrets", Effect::next_message},
    {"ui", Effect::next_message},
};

}  // namespace

Effect effect_of(const KeyPath& path) {
  if (path.size() == 1 && path[0] == "gateway") return Effect::restart;  // holds the port
  for (const Rule& rule : kRules) {
    const auto prefix = split_words(rule.prefix, '.');
    if (prefix.size() <= path.size() && std::equal(prefix.begin(), prefix.end(), path.begin()))
      return rule.effect;
  }
  return Effect::restart;
}

}  // namespace openclaw::config
