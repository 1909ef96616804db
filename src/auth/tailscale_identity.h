// What the `tailscale` program prints about people and this host (OpenClaw remote 6). Pure and bounded: its
// output is text from outside. Nothing when the output does not say.
#pragma once
#include "auth/authorize.h"
#include "json/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace openclaw::auth {

// Of `tailscale whois --json <ip>`: the login, and the name people see (empty when there is none).
std::optional<WhoisIdentity> whois_identity(const json::Value& payload);
std::optional<WhoisIdentity> parse_whois(std::string_view output);

// Of `tailscale status --json`, with or without noise around it: the MagicDNS name of this host without its
// final dot, else its first tailnet address.
std::optional<std::string> parse_tailnet_host(std::string_view output);

}  // namespace openclaw::auth
