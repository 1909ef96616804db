#include "client/device_tokens.h"

#include "client/connect_params.h"

namespace openclaw::client {
namespace {

base::Result<> keep_further_tokens(const std::string& state_dir, const ConnectOptions& used, const json::Object& auth,
                                   std::int64_t now_ms) {
  const auto* further = json::get_array(auth, "deviceTokens");
  if (!further || !(used.url.tls || net::is_loopback_host(used.url.host))) return {};
  for (const auto& item : *further) {
    const auto* entry = item.if_object();
    const std::string token = entry ? json::get_string_or(*entry, "deviceToken", "") : "";
    const std::string role = entry ? json::get_string_or(*entry, "role", "") : "";
    if (token.empty() || role.empty() || role == used.role) continue;
    OC_TRY(auth::store_device_token(state_dir, used.identity->device_id, role, token,
                                    json::string_list(json::find(*entry, "scopes")), now_ms));
  }
  return {};
}

}  // namespace

void use_stored_token(ConnectOptions& options, const std::string& state_dir) {
  options.device_token.clear();
  options.device_token_scopes.clear();
  if (!options.identity) return;
  auto stored = auth::load_stored_token(state_dir, options.identity->device_id, options.role);
  if (!stored) return;
  options.device_token = std::move(stored->token);
  options.device_token_scopes = std::move(stored->scopes);
}

base::Result<> keep_device_tokens(const std::string& state_dir, const ConnectOptions& used, const Hello& hello,
                                  std::int64_t now_ms) {
  const auto* auth = json::get_object(hello.payload, "auth");
  if (!used.identity || !auth) return {};
  if (hello.device_token && !hello.device_token->empty()) {
    const auto scopes = json::string_list(json::find(*auth, "scopes"));
    const std::string role = json::get_string_or(*auth, "role", used.role);
    const bool known = role == used.role && *hello.device_token == used.device_token && scopes == used.device_token_scopes;
    if (!known) {
      OC_TRY(auth::store_device_token(state_dir, used.identity->device_id, role, *hello.device_token, scopes, now_ms));
    }
  }
  return keep_further_tokens(state_dir, used, *auth, now_ms);
}

bool refused_stored_token(const LinkFailure& failure, const ConnectOptions& used) {
  if (!selected_auth(used).uses_stored) return false;
  return failure.detail_code() == "AUTH_DEVICE_TOKEN_MISMATCH" ||
         failure.close_reason.find("device token mismatch") != std::string::npos;
}

}  // namespace openclaw::client
