#include "approvals/shell.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace openclaw::approvals {
namespace {

using base::ErrorKind;

tl::unexpected<base::Error> refuse(std::string why) { return base::fail(ErrorKind::invalid, std::move(why)); }
tl::unexpected<base::Error> unsupported(std::string_view token) {
  return refuse("unsupported shell token: " + std::string(token));
}

// Words that, as the first of a command, mean grammar and not a program.
bool is_reserved(std::string_view word) {
  static constexpr std::array<std::string_view, 21> kWords = {
      "if",   "then", "else",   "elif",     "fi", "for", "while", "until", "do", "done",  "case",
      "esac", "in",   "select", "function", "{",  "}",   "!",     "[[",    "]]", "coproc"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

class Analyzer {
 public:
  explicit Analyzer(std::string_view text) : text_(text) {}

  base::Result<ShellAnalysis> run() {
    if (text_.size() > kMaxShellText) return refuse("command text is too long to be judged");
    if (text_.find('\0') != std::string_view::npos) return unsupported("NUL");
    while (at_ < text_.size()) OC_TRY(step());
    if (!heredocs_.empty()) return refuse("unterminated heredoc");
    OC_TRY(end_chain(Joint::end));
    if (analysis_.chains.empty()) return refuse("empty command");
    return std::move(analysis_);
  }

 private:
  enum class Joint { pipe, strong, weak, newline, end };  // strong: && and ||; weak: ";"
  struct Heredoc {
    std::string delimiter;
    bool strip_tabs = false, quoted = false;
  };

  char peek(std::size_t ahead = 1) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  base::Result<> step() {
    const char c = text_[at_];
    switch (c) {
      case '\'':
        return single_quoted();
      case '"':
        return double_quoted();
      case '\\':
        return escaped();
      case '$':
        return dollar();
      case '\n':
        return newline();
      case '<':
        return less();
      case '|':
        return bar();
      case '&':
        if (peek() != '&') return unsupported("&");
        at_ += 2;
        return end_chain(Joint::strong);
      case ';':
        if (peek() == ';' || peek() == '&') return unsupported(text_.substr(at_, 2));
        ++at_;
        return end_chain(Joint::weak);
      case '\r':
        return unsupported("carriage return");
      case '>':
      case '(':
      case ')':
      case '`':
        return unsupported(std::string_view(&c, 1));
      default:
        break;
    }
    if (is_blank(c)) {
      end_word();
    } else if (c == '#' && !in_word_) {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      return {};
    } else {
      add(c, /*dynamic=*/c == '*' || c == '?' || c == '[' || c == '{');
      if (c == '=') flags_.assignment = true;
    }
    ++at_;
    return {};
  }

  void add(char c, bool dynamic = false) {
    in_word_ = true;
    word_ += c;
    if (dynamic) flags_.dynamic = true;
  }

  base::Result<> single_quoted() {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) return refuse("unterminated shell quote/escape");
    in_word_ = flags_.quoted = true;
    word_ += text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return {};
  }

  base::Result<> double_quoted() {
    in_word_ = flags_.quoted = true;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return {};
      }
      if (c == '\n' || c == '\r') return unsupported("newline");
      if (c == '`') return unsupported("`");
      if (c == '$') {
        flags_.dynamic = true;
        if (const std::size_t size = plain_braces(); size != 0) {
          word_ += text_.substr(at_, size);
          at_ += size - 1;
          continue;
        }
        if (peek() == '(' || peek() == '{' || peek() == '[') return unsupported(text_.substr(at_, 2));
      }
      if (c == '\\') {
        const char next = peek();
        if (next == '\n' || next == '\r') return unsupported("newline");
        if (next == '"' || next == '\\' || next == '$' || next == '`') {
          word_ += next;
          ++at_;
          continue;
        }
      }
      word_ += c;
    }
    return refuse("unterminated shell quote/escape");
  }

  base::Result<> escaped() {
    if (at_ + 1 >= text_.size()) return refuse("unterminated shell quote/escape");
    const char next = peek();
    if (next == '\n' || next == '\r') return unsupported("newline");  // joins lines into other tokens
    add(next);
    flags_.quoted = true;
    at_ += 2;
    return {};
  }

  // Length of a plain ${NAME} at the current place; 0 when it is anything else.
  std::size_t plain_braces() const {
    if (peek() != '{') return 0;
    std::size_t end = at_ + 2;
    while (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) || text_[end] == '_'))
      ++end;
    return end > at_ + 2 && end < text_.size() && text_[end] == '}' ? end + 1 - at_ : 0;
  }

  // $'..' and $".." quote differently from one shell to the next; ${..} and $[..] can hide substitutions.
  base::Result<> dollar() {
    if (const std::size_t size = plain_braces(); size != 0) {
      for (const char c : text_.substr(at_, size)) add(c, /*dynamic=*/true);
      at_ += size;
      return {};
    }
    const char next = peek();
    if (next == '\'' || next == '"' || next == '(' || next == '{' || next == '[') {
      return unsupported(text_.substr(at_, 2));
    }
    add('$', /*dynamic=*/true);
    ++at_;
    return {};
  }

  base::Result<> bar() {
    if (peek() == '&') return unsupported("|&");
    const bool alternative = peek() == '|';
    at_ += alternative ? 2 : 1;
    return end_chain(alternative ? Joint::strong : Joint::pipe);
  }

  base::Result<> less() {
    if (peek() != '<' || peek(2) == '<') return unsupported("<");
    const bool number = !word_.empty() &&
                        std::all_of(word_.begin(), word_.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (number) return unsupported("<");
    end_word();
    at_ += 2;
    Heredoc document;
    std::string shown = "<<";
    if (at_ < text_.size() && text_[at_] == '-') {
      document.strip_tabs = true;
      shown += '-';
      ++at_;
    }
    const bool apart = at_ < text_.size() && is_blank(text_[at_]);
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    OC_TRY(read_delimiter(document));
    if (apart) {
      push_word(shown, {.dynamic = true});
      push_word(document.delimiter, {.dynamic = true});
    } else {
      push_word(shown + document.delimiter, {.dynamic = true});
    }
    heredocs_.push_back(std::move(document));
    return {};
  }

  base::Result<> read_delimiter(Heredoc& document) {
    const std::size_t start = at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_blank(c) || c == '\n' || c == ';' || c == '|' || c == '&') break;
      if (c == '\'' || c == '"') {
        const std::size_t end = text_.find(c, at_ + 1);
        if (end == std::string_view::npos) return refuse("unterminated shell quote/escape");
        const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
        if (inside.find_first_of("\n\r\\$`") != std::string_view::npos)
          return unsupported("heredoc delimiter");
        document.delimiter += inside;
        document.quoted = true;
        at_ = end + 1;
        continue;
      }
      if (c == '\\' || c == '$' || c == '`' || c == '<' || c == '>' || c == '(' || c == ')' || c == '\r') {
        return unsupported("heredoc delimiter");
      }
      document.delimiter += c;
      ++at_;
    }
    if (at_ == start || document.delimiter.empty()) return unsupported("<<");
    return {};
  }

  base::Result<> newline() {
    OC_TRY(end_chain(Joint::newline));
    ++at_;
    for (const Heredoc& document : heredocs_) OC_TRY(skip_body(document));
    heredocs_.clear();
    return {};
  }

  base::Result<> skip_body(const Heredoc& document) {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      std::string_view line = text_.substr(at_, end - at_);
      at_ = std::min(end + 1, text_.size());
      if (document.strip_tabs) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
      if (line == document.delimiter) return {};
      if (!document.quoted) OC_TRY(check_body_line(line));
    }
    return refuse("unterminated heredoc");
  }

  static base::Result<> check_body_line(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '\\') {
        if (i + 1 == line.size()) return unsupported("line continuation in unquoted heredoc");
        ++i;
        continue;
      }
      const char next = i + 1 < line.size() ? line[i + 1] : '\0';
      const bool opens = line[i] == '$' && (next == '(' || next == '{' || next == '[');
      if (line[i] == '`' || opens) return refuse("command substitution in unquoted heredoc");
    }
    return {};
  }

  void push_word(std::string text, WordFlags flags) {
    segment_.argv.push_back(std::move(text));
    segment_.flags.push_back(flags);
  }

  void end_word() {
    if (!in_word_) return;
    push_word(std::move(word_), flags_);
    word_.clear();
    flags_ = {};
    in_word_ = false;
  }

  base::Result<> end_segment(Joint joint) {
    end_word();
    if (segment_.argv.empty()) {
      if (joint == Joint::pipe || !pipeline_.empty()) return refuse("empty pipeline segment");
      return {};
    }
    const std::string& first = segment_.argv.front();
    if (!segment_.flags.front().quoted && is_reserved(first)) return unsupported(first);
    if (++count_ > kMaxSegments) return refuse("too many commands to be judged");
    pipeline_.push_back(std::move(segment_));
    segment_ = {};
    return {};
  }

  base::Result<> end_chain(Joint joint) {
    OC_TRY(end_segment(joint));
    if (joint == Joint::pipe) return {};
    if (pipeline_.empty()) {
      // A blank line or a comment is nothing; "; ;" and "&& ;" are mistakes.
      const bool blank = joint == Joint::newline || joint == Joint::end;
      if (blank && !expects_command_) return {};
      return blank ? refuse("command expected after && or ||") : refuse("empty command in chain");
    }
    analysis_.chains.push_back(std::move(pipeline_));
    pipeline_.clear();
    expects_command_ = joint == Joint::strong;
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  ShellAnalysis analysis_;
  std::vector<Segment> pipeline_;
  Segment segment_;
  std::string word_;
  WordFlags flags_;
  bool in_word_ = false;
  bool expects_command_ = false;
  std::size_t count_ = 0;
  std::vector<Heredoc> heredocs_;
};

}  // namespace

std::vector<const Segment*> ShellAnalysis::segments() const {
  std::vector<const Segment*> out;
  for (const auto& pipeline : chains) {
    for (const Segment& segment : pipeline) out.push_back(&segment);
  }
  return out;
}

base::Result<ShellAnalysis> analyze_shell(std::string_view command) { return Analyzer(command).run(); }

}  // namespace openclaw::approvals
