// Texts about credentials that name sources and never values.
#pragma once
#include "auth/credentials.h"

#include <string>

namespace openclaw::auth {

// "Used: token from OPENCLAW_GATEWAY_TOKEN. Also set, different: gateway.auth.token." `device_token` = a
// stored device token was what the connection relied on.
std::string credentials_used_line(const Credentials& credentials, bool device_token);

// The same for a mismatch: names the source the local gateway itself compares with, when that is another one.
std::string credentials_local_hint(const Credentials& credentials, const json::Value& config);

}  // namespace openclaw::auth
