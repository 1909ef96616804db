#include "cli/table.h"

#include <algorithm>

namespace openclaw::cli {
namespace {

std::size_t shown_width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Control characters from a peer must not reach a terminal.
std::string clean(const std::string& text) {
  std::string out = text;
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

void rule(std::string& out, const std::vector<std::size_t>& widths, const char* left, const char* mid,
          const char* right) {
  out += left;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (i) out += mid;
    for (std::size_t n = 0; n < widths[i] + 2; ++n) out += "─";
  }
  out += right;
  out += '\n';
}

}  // namespace

std::string Table::render(bool boxes) const {
  std::vector<std::vector<std::string>> lines;
  lines.push_back(header_);
  for (const auto& row : rows_) lines.push_back(row);
  std::vector<std::size_t> widths(header_.size(), 0);
  for (auto& line : lines) {
    line.resize(header_.size());
    for (std::size_t i = 0; i < line.size(); ++i) {
      line[i] = clean(line[i]);
      widths[i] = std::max(widths[i], shown_width(line[i]));
    }
  }
  std::string out;
  if (boxes) rule(out, widths, "┌", "┬", "┐");
  for (std::size_t r = 0; r < lines.size(); ++r) {
    std::string text = boxes ? "│" : "";
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (boxes) text += ' ';
      text += lines[r][i];
      text.append(widths[i] - shown_width(lines[r][i]) + (boxes ? 1 : 2), ' ');
      if (boxes) text += "│";
    }
    while (!boxes && !text.empty() && text.back() == ' ') text.pop_back();
    out += text + '\n';
    if (boxes && r == 0) rule(out, widths, "├", "┼", "┤");
  }
  if (boxes) rule(out, widths, "└", "┴", "┘");
  return out;
}

}  // namespace openclaw::cli
