// Bounds of the agent runtime with their reasons.
#pragma once
#include <cstddef>
#include <cstdint>

namespace openclaw::agent {

inline constexpr int kMaxConcurrentRuns = 4;  // agents.defaults.maxConcurrent of the reference
inline constexpr int kMaxModelRetries = 2;    // after the first call, only while nothing was streamed
inline constexpr int kPartialSaveMs = 1'000;  // what a crash may cost of a streamed reply
inline constexpr std::int64_t kRunTimeoutMs = 48LL * 3600 * 1000;  // agents.defaults.timeoutSeconds
inline constexpr std::size_t kMaxToolText = 400'000;     // characters of one tool result shown to the model
inline constexpr std::size_t kContextBytesPerToken = 3;  // a low estimate, so that the window is not overrun
inline constexpr int kDetachGraceMs = 1'000;             // for cancelled streams to close when draining

}  // namespace openclaw::agent
