#include "base/env.h"

#include "base/strings.h"

extern char** environ;

namespace openclaw::base {

Env Env::from_process() {
  Env env;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text(*entry);
    const std::size_t at = text.find('=');
    if (at != std::string_view::npos) env.set(std::string(text.substr(0, at)), std::string(text.substr(at + 1)));
  }
  return env;
}

std::optional<std::string> Env::get(std::string_view name) const {
  const auto it = values_.find(name);
  if (it == values_.end()) return std::nullopt;
  return it->second;
}

std::optional<std::string> Env::non_blank(std::string_view name) const {
  const auto it = values_.find(name);
  if (it == values_.end()) return std::nullopt;
  const std::string_view text = trim(it->second);
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

}  // namespace openclaw::base
