#pragma once

namespace openclaw::base {

inline constexpr char kOwnVersion[] = "0.1.0";
inline constexpr char kReferenceVersion[] = "2026.4.2";        // release whose behaviour we match
inline constexpr char kWireVersion[] = "2026.4.2+native.0.1.0";  // hello-ok.server.version and client.version

}  // namespace openclaw::base
