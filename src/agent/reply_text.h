// Text of a reply on its way to people. Pure.
#pragma once
#include "agent/model.h"

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::agent {

inline constexpr std::string_view kSilentReply = "NO_REPLY";

// What may be shown of a text that is still streaming: no trailing white space, no directive tags or
// beginnings of one, nothing while it could still become NO_REPLY. A longer text always continues a shorter
// one.
std::string visible_text(std::string_view streamed);
// The finished text; empty for NO_REPLY.
std::string final_text(std::string_view text);
// Texts of several rounds as one, a blank line between them.
std::string join_texts(std::string_view before, std::string_view after);

// What a person reads when the model could not be used (OpenClaw agent runtime 7.2).
std::string failure_text(const ModelFailure& failure, std::string_view provider);
inline constexpr std::string_view kTimeLimitText = "⚠️ The run reached its time limit and was stopped.";
inline constexpr std::string_view kRestartText =
    "⚠️ The gateway restarted before this reply was finished. Send the message again to repeat it.";

}  // namespace openclaw::agent
