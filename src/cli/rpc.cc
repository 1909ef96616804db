#include "cli/rpc.h"

#include "base/clock.h"
#include "cli/exit_code.h"
#include "client/select_auth.h"
#include "protocol/auth_errors.h"

namespace openclaw::cli {
namespace {

std::int64_t steady_ms() { return base::SystemClock::instance().steady_ms(); }

base::Error error_of(const protocol::WireError& wire) {
  base::Error error = protocol::to_error(wire);
  if (wire.code == "LINK") {
    error.kind =
        wire.message.starts_with("gateway timeout") ? base::ErrorKind::timeout : base::ErrorKind::closed;
  }
  return error;
}

}  // namespace

void print_json(Invocation& inv, const json::Value& value) { inv.console->out(json::write_pretty(value)); }

int report(Invocation& inv, const base::Error& error, const protocol::WireError* wire) {
  if (inv.json()) {
    json::Object body;
    body["code"] = wire && wire->code != "LINK" ? std::string_view(wire->code) : code_word(error.kind);
    body["message"] = error.message;
    if (wire && !wire->details.is_null()) body["details"] = wire->details;
    json::Object document;
    document["ok"] = false;
    document["error"] = std::move(body);
    print_json(inv, json::Value(std::move(document)));
  }
  std::string text = "error: " + error.message;
  if (!error.hint.empty()) text += "\n" + error.hint;
  inv.console->err(text);
  return exit_code_of(error.kind);
}

struct RpcSession::Impl {
  explicit Impl(Invocation& i) : inv(i) {}
  Invocation& inv;
  Context context;
  client::CallSettings settings;
  std::optional<base::Error> broken;  // settings that cannot be used
  base::Loop loop{1};
  std::optional<client::Gateway> gateway;
  int code = kExitOk;
  std::int64_t started = steady_ms();
};

RpcSession::RpcSession(Invocation& inv) : impl_(std::make_unique<Impl>(inv)) {
  auto context = load_context(inv);
  if (!context) {
    impl_->broken = std::move(context.error());
    return;
  }
  impl_->context = std::move(*context);
  auto settings = call_settings(inv, impl_->context);
  if (settings)
    impl_->settings = std::move(*settings);
  else
    impl_->broken = std::move(settings.error());
}

RpcSession::~RpcSession() = default;

client::CallSettings& RpcSession::settings() { return impl_->settings; }
const Context& RpcSession::context() const { return impl_->context; }
int RpcSession::exit_code() const { return impl_->code; }
const client::Gateway& RpcSession::gateway() const { return *impl_->gateway; }
std::int64_t RpcSession::elapsed_ms() const { return steady_ms() - impl_->started; }

std::optional<client::CallFailure> RpcSession::try_open() {
  if (impl_->broken) return client::CallFailure{*impl_->broken, std::nullopt};
  auto opened = base::run_until_done(impl_->loop, client::open_gateway(impl_->loop, impl_->settings));
  if (!opened) return std::move(opened.error());
  impl_->gateway.emplace(std::move(*opened));
  return std::nullopt;
}

bool RpcSession::open() {
  const auto failure = try_open();
  if (!failure) return true;
  impl_->code = report(impl_->inv, failure->error, failure->refusal ? &*failure->refusal : nullptr);
  return false;
}

protocol::WireResult<> RpcSession::call(const std::string& method, json::Value params, bool expect_final,
                                        std::optional<int> timeout_ms) {
  const int whole = timeout_ms.value_or(impl_->settings.timeout_ms);
  int left = whole;
  if (!timeout_ms) left = client::timer_ms(whole - elapsed_ms());
  auto result = base::run_until_done(
      impl_->loop, impl_->gateway->client->call(method, std::move(params), left, expect_final));
  if (!result && result.error().code == "LINK" && result.error().message.starts_with("gateway timeout")) {
    result.error().message = fmt::format("gateway timeout after {}ms", whole);
  }
  return result;
}

int RpcSession::fail(const protocol::WireError& wire) {
  base::Error error = error_of(wire);
  if (wire.code == "LINK") error.hint = client::connection_details(impl_->gateway->target);
  if (const auto scope = protocol::missing_scope_of(wire.details, wire.message); !scope.empty()) {
    error.hint = "This connection does not hold " + scope +
                 ".\nFix: pass the gateway's --token or --password, or approve this device's request for it on the "
                 "gateway host: openclaw devices list.";
  }
  return impl_->code = report(impl_->inv, error, &wire);
}

void RpcSession::close() {
  if (impl_->gateway) base::run_until_done(impl_->loop, impl_->gateway->client->close());
}

int simple_call(Invocation& inv, const std::string& method, json::Value params,
                std::string (*human)(const json::Value&)) {
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  const auto result = session.call(method, std::move(params));
  if (!result) return session.fail(result.error());
  if (inv.json())
    print_json(inv, *result);
  else
    inv.console->out(human(*result));
  session.close();
  return kExitOk;
}

}  // namespace openclaw::cli
