// Which token and password a client sends (OpenClaw credentials 2 to 4). Pure: the environment, the
// configuration and the resolver of secret references are handed in. Values appear in the result only, never
// in a text.
#pragma once
#include "base/env.h"
#include "base/result.h"
#include "json/json.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::auth {

enum class Surface {
  call,       // every RPC command
  probe,      // status, gateway status: remote mode takes the token from gateway.remote only
  node_host,  // ignores gateway.remote in local mode; environment first in remote mode
};

// Where the URL came from when it was not the configuration. It decides which credentials may be reused.
enum class UrlOverride { none, cli, env };

struct SecretRef {
  std::string source, provider, id;
};
// Absent = not resolvable here; an empty string counts as unresolvable too.
using SecretResolver = std::function<std::optional<std::string>(const SecretRef&)>;

struct CredentialRequest {
  Surface surface = Surface::call;
  std::optional<bool> remote_mode;  // default: gateway.mode is "remote"
  std::string token, password;      // typed ones; blank = absent
  std::string token_label = "--token", password_label = "--password";
  UrlOverride url_override = UrlOverride::none;
  const base::Env* env = nullptr;
  const json::Value* config = nullptr;
  std::string config_path;  // for error texts
  SecretResolver resolve;
};

struct Credentials {
  std::string token, password;  // empty = none
  std::string token_source,
      password_source;  // "--token", "OPENCLAW_GATEWAY_TOKEN", "gateway.auth.token", ...
  // Sources that hold another value than the one used; they explain a refusal.
  std::vector<std::string> other_token_sources, other_password_sources;
  std::string warning;  // probe: a reference was unavailable
};

// Errors: a URL override without credentials (usage for --url, config for the environment); a reference that
// would decide is unavailable (config; never for a probe, which goes on without credentials and a warning).
base::Result<Credentials> select_credentials(const CredentialRequest& request);
// The same, but a URL from the environment without credentials there answers "none" instead of being refused.
base::Result<Credentials> credential_ladder(const CredentialRequest& request);

// A reference in the configuration: an object of exactly source, provider, id, or a whole string "${NAME}".
std::optional<SecretRef> secret_ref_of(const json::Value& value);

}  // namespace openclaw::auth
