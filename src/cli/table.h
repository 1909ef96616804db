// A text table: box drawing for a terminal, aligned columns for a pipe. Widths count code points.
#pragma once
#include <string>
#include <vector>

namespace openclaw::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  std::size_t size() const { return rows_.size(); }
  std::string render(bool boxes) const;  // ends in a newline

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace openclaw::cli
