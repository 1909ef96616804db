#include "approvals/shell.h"

#include "base/strings.h"

#include <gtest/gtest.h>

namespace openclaw::approvals {
namespace {

// "a b|c" for two segments; "refused: why" otherwise.
std::string show(std::string_view text) {
  auto analysis = analyze_shell(text);
  if (!analysis) return "refused: " + analysis.error().message;
  std::vector<std::string> parts;
  for (const Segment* segment : analysis->segments()) parts.push_back(base::join(segment->argv, ","));
  return base::join(parts, "|");
}

TEST(AnalyzeShell, SplitsEveryOperator) {
  EXPECT_EQ(show("a 1 | b && c || d ; e"), "a,1|b|c|d|e");
  EXPECT_EQ(show("a;"), "a");
  EXPECT_EQ(show("a\nb\n\n  c  \n"), "a|b|c");
  EXPECT_EQ(show("# only\na # b; c\nd"), "a|d");
  EXPECT_EQ(show("a#b '#c'"), "a#b,#c");
}

TEST(AnalyzeShell, RefusesWhatItCannotJudge) {
  for (const char* text : {"a > f",
                           "a >> f",
                           "a < f",
                           "a 2>&1",
                           "a <<< x",
                           "a <(b)",
                           "a >(b)",
                           "a & b",
                           "a &",
                           "a |& b",
                           "a `b`",
                           "a \"`b`\"",
                           "a $(b)",
                           "a \"$(b)\"",
                           "a \"${x:-$(b)}\"",
                           "a ${x:-b}",
                           "a ${x@P}",
                           "a $((1))",
                           "a $[1]",
                           "(a)",
                           "{ a; }",
                           "f() { a; }",
                           "function f",
                           "if a; then b; fi",
                           "for i in a; do b; done",
                           "while a; do b; done",
                           "case a in b) c;; esac",
                           "! a",
                           "[[ a ]]",
                           "a \\\nb",
                           "a \"x\ny\"",
                           "a 'x",
                           "a \"x",
                           "a \\",
                           "a\rb",
                           "a;;b",
                           "a;&b",
                           "&& a",
                           "a &&",
                           "a &&\nb",
                           "a || ;",
                           "a |",
                           "| a",
                           "a | | b",
                           "; a",
                           "a ; ; b",
                           "",
                           "  ",
                           "# x",
                           "a $'\\'' ; id #'",
                           "a $\"x\"",
                           "coproc a",
                           "a 3<<E\nE",
                           "a << $x\n$x"}) {
    EXPECT_TRUE(show(text).starts_with("refused: ")) << text << " -> " << show(text);
  }
  EXPECT_TRUE(show(std::string("a\0b", 3)).starts_with("refused: "));
  EXPECT_EQ(show("a > f"), "refused: unsupported shell token: >");
  EXPECT_EQ(show("echo \"x"), "refused: unterminated shell quote/escape");
}

TEST(AnalyzeShell, QuotesAreTakenAwayAndKeepWordsTogether) {
  EXPECT_EQ(show("'a b' \"c d\" e\\ f g\"h\"'i'"), "a b,c d,e f,ghi");
  EXPECT_EQ(show(R"(echo "a\"b\\c\$d\e")"), R"(echo,a"b\c$d\e)");
  EXPECT_EQ(show("echo '$(x) `y` > z'"), "echo,$(x) `y` > z");
  EXPECT_EQ(show("echo 'two\nlines'"), "echo,two\nlines");
  EXPECT_EQ(show("echo ''"), "echo,");
  EXPECT_EQ(show("echo \\; \\| \\&"), "echo,;,|,&");
  EXPECT_EQ(show("'if' a"), "if,a");
}

TEST(AnalyzeShell, ReadsPlainExpansionsButMarksThem) {
  auto analysis = analyze_shell("ls $HOME \"${X_1}\" *.txt '$Y' a=b");
  ASSERT_TRUE(analysis);
  const Segment& segment = *analysis->segments().front();
  ASSERT_EQ(segment.argv.size(), 6u);
  EXPECT_FALSE(segment.flags[0].dynamic);
  EXPECT_TRUE(segment.flags[1].dynamic);
  EXPECT_TRUE(segment.flags[2].dynamic);
  EXPECT_TRUE(segment.flags[3].dynamic);
  EXPECT_FALSE(segment.flags[4].dynamic);
  EXPECT_TRUE(segment.flags[4].quoted);
  EXPECT_TRUE(segment.flags[5].assignment);
}

TEST(AnalyzeShell, HereDocuments) {
  EXPECT_EQ(show("cat <<EOF\nbody $HOME ; rm\nEOF"), "cat,<<EOF");
  EXPECT_EQ(show("cat <<EOF | b\nbody\nEOF\nc"), "cat,<<EOF|b|c");
  EXPECT_EQ(show("cat <<A <<'B'\n1\nA\n$(x)\nB\nc"), "cat,<<A,<<B|c");
  EXPECT_EQ(show("cat <<EOF\n\\$(x)\nEOF"), "cat,<<EOF");
  EXPECT_TRUE(show("cat <<EOF\n$(x)\nEOF").starts_with("refused"));
  EXPECT_TRUE(show("cat <<EOF\n`x`\nEOF").starts_with("refused"));
  EXPECT_TRUE(show("cat <<EOF\n$\\\n(x)\nEOF").starts_with("refused"));
  EXPECT_EQ(show("cat <<EOF\nbody"), "refused: unterminated heredoc");
  EXPECT_EQ(show("cat <<EOF"), "refused: unterminated heredoc");
  // The tabs only go with <<-.
  EXPECT_EQ(show("cat <<EOF\n\tEOF"), "refused: unterminated heredoc");
  EXPECT_EQ(show("cat <<EOF\nEOF x\nEOF\nid"), "cat,<<EOF|id");
}

TEST(AnalyzeShell, IsBounded) {
  EXPECT_TRUE(show(std::string(kMaxShellText + 1, 'a')).starts_with("refused: command text is too long"));
  std::string many;
  for (std::size_t i = 0; i <= kMaxSegments; ++i) many += "a;";
  EXPECT_EQ(show(many), "refused: too many commands to be judged");
}

}  // namespace
}  // namespace openclaw::approvals
