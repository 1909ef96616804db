#include "client/connect.h"

#include "auth/credential_explain.h"
#include "base/clock.h"
#include "base/strings.h"
#include "client/connect_params.h"
#include "client/device_tokens.h"
#include "client/select_auth.h"
#include "config/secret_ref.h"

namespace openclaw::client {
namespace {

using base::ErrorKind;

constexpr int kDeviceTokenRetryMs = 250;
constexpr std::int64_t kPassingMs = 500;  // a gateway that is starting, when it does not say how long
constexpr std::int64_t kMaxPassingMs = 5000;

std::string remedy(const LinkFailure& failure, const ConnectOptions& options) {
  const std::string code = failure.detail_code();
  if (code == "PAIRING_REQUIRED" || failure.close_reason.starts_with("pairing required")) {
    const std::string id = failure.request_id();
    return "Fix: on the gateway host run: openclaw " +
           std::string(options.role == "node" ? "nodes" : "devices") + " approve" +
           (id.empty() ? "" : " " + id);
  }
  if (code == "AUTH_TOKEN_MISSING") {
    return "Fix: this gateway wants a token: pass --token, or set OPENCLAW_GATEWAY_TOKEN or "
           "gateway.remote.token.";
  }
  if (code == "AUTH_PASSWORD_MISSING") {
    return "Fix: this gateway wants a password: pass --password, or set OPENCLAW_GATEWAY_PASSWORD or "
           "gateway.remote.password.";
  }
  if (code == "AUTH_RATE_LIMITED") {
    const auto wait = failure.refusal->retry_after_ms;
    return wait ? fmt::format("Fix: wait {}, then try again with the right credential.",
                              base::short_duration(*wait))
                : "Fix: wait a few minutes, then try again with the right credential.";
  }
  if (code == "AUTH_SCOPE_MISMATCH") {
    return "Fix: pass the gateway's --token or --password, or have the wider request approved on the gateway host: "
           "openclaw devices list.";
  }
  if (code == "DEVICE_AUTH_SIGNATURE_EXPIRED")
    return "Fix: set the clock of this machine or of the gateway host.";
  return {};
}

void add_line(std::string& text, const std::string& line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

CallFailure plain_failure(base::Error error) { return CallFailure{std::move(error), std::nullopt}; }

std::int64_t wall_ms() { return base::SystemClock::instance().wall_ms(); }
std::int64_t steady_ms() { return base::SystemClock::instance().steady_ms(); }

struct Attempt {
  std::unique_ptr<GatewayClient> client;
  tl::expected<Hello, LinkFailure> hello = tl::unexpected(LinkFailure{});
};

// The pause before a failed connect may be repeated; absent = repeating it would not help.
std::optional<int> next_try_ms(const LinkFailure& failure, const ConnectOptions& options) {
  if (may_retry_with_device_token(failure, options)) return kDeviceTokenRetryMs;
  if (!failure.is_passing()) return std::nullopt;
  return timer_ms(std::min(failure.retry_after_ms().value_or(kPassingMs), kMaxPassingMs));
}

base::Task<Attempt> attempt(base::Loop& loop, ConnectOptions options) {
  Attempt out;
  out.client = std::make_unique<GatewayClient>(loop);
  out.hello = co_await out.client->connect(std::move(options));
  co_return out;
}

}  // namespace

const std::vector<std::string>& operator_scopes() {
  static const std::vector<std::string> kScopes = {"operator.admin", "operator.read", "operator.write",
                                                   "operator.approvals", "operator.pairing"};
  return kScopes;
}

Target target_of(const CallSettings& settings) {
  TargetRequest request;
  request.url = settings.url;
  request.tls_fingerprint = settings.tls_fingerprint;
  request.env = settings.env;
  request.config = settings.config;
  request.config_path = settings.config_path;
  request.local_only = settings.local_only;
  return pick_target(request);
}

base::Result<auth::Credentials> credentials_of(const CallSettings& settings, const Target& target) {
  auth::CredentialRequest request;
  request.surface = settings.surface;
  if (settings.local_only) request.remote_mode = false;
  request.token = settings.token;
  request.password = settings.password;
  request.token_label = settings.token_label;
  request.password_label = settings.password_label;
  request.url_override = target.url_override;
  request.env = settings.env;
  request.config = settings.config;
  request.config_path = settings.config_path;
  // References into the environment are the ones that need no provider process.
  request.resolve = [env = settings.env,
                     config = settings.config](const auth::SecretRef& ref) -> std::optional<std::string> {
    const json::Value* alias = json::find_path(*config, "secrets.defaults.env");
    const std::string default_env = alias && alias->is_string() ? alias->get_string().c_str() : "default";
    auto value = config::resolve_secret_ref({ref.source, ref.provider, ref.id}, *env, default_env);
    if (!value) return std::nullopt;
    return std::move(*value);
  };
  return auth::select_credentials(request);
}

bool may_retry_with_device_token(const LinkFailure& failure, const ConnectOptions& options) {
  if (!options.identity || !failure.refusal) return false;
  const RetryState state{false, options.add_device_token, is_trusted_endpoint(options.url, options.tls_fingerprint)};
  return should_retry_with_device_token(failure.refusal->details, auth_sources(options), state);
}

base::Error explained(const LinkFailure& failure, const CallSettings& settings, const Target& target,
                      const auth::Credentials& credentials, bool used_device_token) {
  base::Error error = failure.error;
  if (error.kind == ErrorKind::auth) {
    add_line(error.hint, auth::credentials_used_line(credentials, used_device_token));
    const std::string code = failure.detail_code();
    if ((code == "AUTH_TOKEN_MISMATCH" || code == "AUTH_PASSWORD_MISMATCH") &&
        target.source == "local loopback") {
      add_line(error.hint, auth::credentials_local_hint(credentials, *settings.config));
    }
    add_line(error.hint, remedy(failure, settings.connect));
  }
  add_line(error.hint, connection_details(target));
  return error;
}

base::Task<tl::expected<Gateway, CallFailure>> open_gateway(base::Loop& loop, CallSettings settings) {
  Gateway gateway;
  gateway.target = target_of(settings);
  auto url = settings.overview ? checked_overview_url(gateway.target) : checked_url(gateway.target);
  if (!url) co_return tl::unexpected(plain_failure(std::move(url.error())));
  auto credentials = credentials_of(settings, gateway.target);
  if (!credentials) co_return tl::unexpected(plain_failure(std::move(credentials.error())));
  gateway.credentials = std::move(*credentials);
  auto identity = auth::load_or_create_identity(settings.state_dir, wall_ms());
  if (!identity) co_return tl::unexpected(plain_failure(std::move(identity.error())));

  ConnectOptions options = settings.connect;
  options.url = std::move(*url);
  options.tls_fingerprint = gateway.target.tls_fingerprint;
  options.token = gateway.credentials.token;
  options.password = gateway.credentials.password;
  options.token_source = gateway.credentials.token_source;
  options.password_source = gateway.credentials.password_source;
  options.identity = &*identity;
  options.connect_timeout_ms = settings.timeout_ms;
  options.gateway_id = settings.gateway_id;
  options.gateway_id_source = settings.gateway_id_source;
  use_stored_token(options, settings.state_dir);
  gateway.used_device_token = selected_auth(options).uses_stored;

  const std::int64_t started = steady_ms();
  Attempt tried = co_await attempt(loop, options);
  while (!tried.hello) {
    const std::optional<int> wait = next_try_ms(tried.hello.error(), options);
    const std::int64_t left = started + settings.timeout_ms - steady_ms();
    if (!wait || left <= *wait) break;
    if (may_retry_with_device_token(tried.hello.error(), options)) options.add_device_token = true;
    co_await base::sleep_for(base::Millis(*wait));
    options.connect_timeout_ms = timer_ms(left - *wait);
    tried = co_await attempt(loop, options);
  }
  if (!tried.hello) {
    const LinkFailure& failure = tried.hello.error();
    if (refused_stored_token(failure, options)) {
      (void)auth::drop_device_token(settings.state_dir, identity->device_id, options.role);
    }
    CallFailure shown{
        explained(failure, settings, gateway.target, gateway.credentials, gateway.used_device_token),
        failure.refusal};
    co_return tl::unexpected(std::move(shown));
  }
  gateway.connect_ms = steady_ms() - started;
  // Losing a token costs one more pairing look-up next time, never this command.
  (void)keep_device_tokens(settings.state_dir, options, *tried.hello, wall_ms());
  gateway.hello = std::move(*tried.hello);
  gateway.client = std::move(tried.client);
  co_return std::move(gateway);
}

}  // namespace openclaw::client
