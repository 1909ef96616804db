#include "session/stop_words.h"

#include "base/strings.h"

namespace openclaw::session {
namespace {

constexpr std::string_view kWords[] = {
    "/stop", "stop", "esc", "abort", "wait", "exit", "interrupt", "halt", "stopp", "pare", "detente", "deten", "detén",
    "arrete", "arrête", "anhalten", "aufhören", "hoer auf", "停止", "やめて", "止めて", "रुको", "توقف", "стоп", "остановись",
    "останови", "остановить", "прекрати", "stop openclaw", "openclaw stop", "stop action", "stop current action",
    "stop run", "stop current run", "stop agent", "stop the agent", "stop don't do anything", "stop dont do anything",
    "stop do not do anything", "stop doing anything", "do not do that", "please stop", "stop please"};
constexpr std::string_view kTrailing[] = {".", "!", "?", "…", ",", "，", "。", ";", "；", ":", "：", "'", "\"", "’", "”", ")", "]", "}"};

}  // namespace

bool is_stop_word(std::string_view message) {
  if (message.size() > 200) return false;
  std::string text = base::lower_ascii(base::trim(message));
  text = base::replace_all(base::replace_all(std::move(text), "’", "'"), "`", "'");
  std::string folded;
  for (const char c : text) {
    const char plain = c == '\t' || c == '\n' || c == '\r' ? ' ' : c;
    if (plain == ' ' && !folded.empty() && folded.back() == ' ') continue;
    folded += plain;
  }
  for (bool again = true; again;) {
    again = false;
    for (const auto& mark : kTrailing) {
      if (folded.size() > mark.size() && folded.ends_with(mark)) {
        folded.resize(folded.size() - mark.size());
        folded = std::string(base::trim(folded));
        again = true;
      }
    }
  }
  // Cyrillic capitals are two bytes; the words in question differ from their lower case only in the first letter.
  if (folded.starts_with("С")) folded.replace(0, 2, "с");
  if (folded.starts_with("О")) folded.replace(0, 2, "о");
  if (folded.starts_with("П")) folded.replace(0, 2, "п");
  for (const auto& word : kWords) {
    if (folded == word) return true;
  }
  return false;
}

}  // namespace openclaw::session
