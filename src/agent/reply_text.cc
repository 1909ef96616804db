#include "agent/reply_text.h"

#include "base/strings.h"
#include "session/history.h"

#include <fmt/format.h>

namespace openclaw::agent {
namespace {

std::string_view trim_end(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

// Without a "[[..." that has not been closed yet, or a single "[" at the end.
std::string_view before_open_tag(std::string_view text) {
  const auto open = text.rfind("[[");
  if (open != std::string_view::npos && text.find("]]", open) == std::string_view::npos) {
    constexpr std::size_t kLongestTag = 96;
    if (text.size() - open < kLongestTag) return text.substr(0, open);
  }
  return text.ends_with('[') ? text.substr(0, text.size() - 1) : text;
}

std::string provider_label(std::string_view provider) {
  std::string label(provider.empty() ? "The provider" : provider);
  if (label[0] >= 'a' && label[0] <= 'z') label[0] = static_cast<char>(label[0] - 'a' + 'A');
  return label;
}

}  // namespace

std::string visible_text(std::string_view streamed) {
  if (kSilentReply.starts_with(base::trim(streamed))) return {};
  const auto shown = session::strip_directives(before_open_tag(streamed));
  return std::string(trim_end(shown));
}

std::string final_text(std::string_view text) {
  const auto clean = session::strip_directives(text);
  const auto trimmed = base::trim(clean);
  return trimmed == kSilentReply ? std::string() : std::string(trimmed);
}

std::string join_texts(std::string_view before, std::string_view after) {
  if (before.empty() || after.empty()) return std::string(before) + std::string(after);
  return std::string(before) + "\n\n" + std::string(after);
}

std::string failure_text(const ModelFailure& failure, std::string_view provider) {
  switch (failure.reason) {
    case FailureReason::rate_limit:
      return "⚠️ API rate limit reached. Please try again later.";
    case FailureReason::overloaded:
      return "The AI service is temporarily overloaded. Please try again in a moment.";
    case FailureReason::timeout:
      return failure.text.starts_with("LLM idle timeout") ? failure.text
                                                          : std::string("LLM request timed out.");
    case FailureReason::context_overflow:
      return "Context overflow: prompt too large for the model. Try /reset (or /new) to start a fresh "
             "session, or use "
             "a larger-context model.";
    case FailureReason::billing:
      return fmt::format(
          "⚠️ {} returned a billing error — your API key has run out of credits or has an insufficient "
          "balance. Check your {} billing dashboard and top up, or switch to a different API key.",
          provider_label(provider), provider_label(provider));
    default:
      break;
  }
  if (failure.status > 0) return failure.text;
  return fmt::format("⚠️ Agent failed before reply: {}{} Logs: openclaw logs --follow", failure.text,
                     failure.text.ends_with('.') ? "" : ".");
}

}  // namespace openclaw::agent
