// The process environment, read once at start and passed to whoever needs it. Tests build their own.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::base {

class Env {
 public:
  Env() = default;
  explicit Env(std::map<std::string, std::string, std::less<>> values) : values_(std::move(values)) {}
  static Env from_process();
  // Absent when unset.
  std::optional<std::string> get(std::string_view name) const;
  // Trimmed; absent when unset or blank.
  std::optional<std::string> non_blank(std::string_view name) const;
  bool is_one(std::string_view name) const { return get(name) == "1"; }
  void set(std::string name, std::string value) { values_[std::move(name)] = std::move(value); }
  const std::map<std::string, std::string, std::less<>>& all() const { return values_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace openclaw::base
