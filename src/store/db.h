// A thin layer over SQLite, used on the store thread only. Statements are prepared once and cached by their text.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace openclaw::store {

using Bind = std::variant<std::nullptr_t, std::int64_t, std::string>;

class Row {
 public:
  explicit Row(void* statement) : statement_(statement) {}
  std::int64_t integer(int column) const;
  std::string text(int column) const;  // empty for NULL
  bool is_null(int column) const;

 private:
  void* statement_;
};

class Db {
 public:
  static base::Result<std::unique_ptr<Db>> open(const std::string& path);  // ":memory:" for tests
  ~Db();
  // Brings the schema up to date (migrations.cc).
  base::Result<> migrate();
  base::Result<> run(std::string_view sql, std::initializer_list<Bind> values = {});
  // Calls `row` for each result row until it returns false.
  base::Result<> each(std::string_view sql, std::initializer_list<Bind> values, const std::function<bool(const Row&)>& row);
  std::int64_t last_insert_id() const;
  int changes() const;  // rows touched by the last run()

 private:
  Db() = default;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace openclaw::store
