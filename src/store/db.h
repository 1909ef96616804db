// A thin layer over SQLite, used on the store thread only. Statements are prepared once and cached by their
// text. Errors: io (disk, locked by another program: never `busy`, which the repositories use for "exists
// already"), invalid (not a database of ours, a broken constraint), failed (a statement that SQLite does not
// accept).
#pragma once
#include "base/result.h"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

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
  base::Result<> each(std::string_view sql, std::initializer_list<Bind> values,
                      const std::function<bool(const Row&)>& row);
  std::int64_t last_insert_id() const;
  int changes() const;  // rows touched by the last run()
  // False after an error on which SQLite gave up the whole transaction (disk full, I/O error).
  bool in_transaction() const;

 private:
  Db();
  const std::string& path() const;
  base::Result<> execute(std::string_view doing, const char* script);  // several statements, not cached
  base::Result<std::int64_t> number(std::string_view sql);
  base::Result<> configure();
  // Refuses what we did not write before anything is written to it.
  base::Result<> check_identity();
  base::Result<> step(std::int64_t version);  // inside a transaction, which it commits
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace openclaw::store
