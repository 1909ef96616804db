// Every bound of the program with its reason. Wire limits are spec/protocol.md 1.3 and 1.4 (docs/PROTOCOL.md).
#pragma once
#include <cstddef>
#include <cstdint>

namespace openclaw::base {

// Wire, announced in hello-ok.policy.
inline constexpr std::size_t kMaxPayload = 26'214'400;         // 25 MiB: a camera clip fits
inline constexpr std::size_t kMaxBuffered = 52'428'800;        // queued for one client before it counts as slow
inline constexpr std::size_t kMaxPreauthPayload = 65'536;      // a connect frame is under 4 kB
inline constexpr int kTickIntervalMs = 30'000;
inline constexpr int kHandshakeTimeoutMs = 10'000;             // OPENCLAW_HANDSHAKE_TIMEOUT_MS
inline constexpr int kMaxPreauthConnectionsPerIp = 32;         // OPENCLAW_MAX_PREAUTH_CONNECTIONS_PER_IP
inline constexpr std::size_t kMaxCloseReason = 120;            // bytes; RFC 6455 allows 123
inline constexpr int kMaxUnauthorizedInRow = 10;               // the 11th closes with 1008

// HTTP.
inline constexpr std::size_t kMaxHttpHeader = 32'768;
inline constexpr std::size_t kMaxProviderLine = 4'194'304;     // one SSE event of a model provider
inline constexpr std::size_t kMaxProviderBody = 33'554'432;

// State.
inline constexpr std::size_t kIdempotencyEntries = 100'000;
inline constexpr std::int64_t kIdempotencyAgeMs = 7LL * 24 * 3600 * 1000;
inline constexpr std::int64_t kPendingPairingMs = 300'000;
inline constexpr std::int64_t kPresenceTtlMs = 300'000;
inline constexpr std::size_t kPresenceMax = 200;
inline constexpr std::size_t kLogFileBytes = 20u * 1024 * 1024;
inline constexpr int kLogFileCount = 5;

// Node host.
inline constexpr std::size_t kRunOutputBytes = 200'000;        // stdout and stderr together
inline constexpr std::size_t kRunEventOutput = 20'000;         // tail sent with exec.finished

// Agent.
inline constexpr int kChatDeltaMs = 150;                       // at most one chat delta per run in this time
inline constexpr int kInvokeTimeoutMs = 30'000;
inline constexpr int kModelIdleTimeoutMs = 60'000;
inline constexpr int kMaxToolRounds = 32;                      // a loop of tool calls longer than this is a fault

}  // namespace openclaw::base
