#include "auth/tailscale_identity.h"

#include "base/strings.h"

namespace openclaw::auth {
namespace {

// A tailnet's status lists every peer; the largest ones seen are a few megabytes.
constexpr std::size_t kMaxOutput = 8u << 20;

std::string first_text(const json::Object& object, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const auto text = json::get_string(object, key);
    if (text && !base::trim(*text).empty()) return std::string(base::trim(*text));
  }
  return {};
}

// Warnings may stand before and after the object.
std::optional<json::Value> parse_object(std::string_view output) {
  if (output.size() > kMaxOutput) return std::nullopt;
  const std::size_t begin = output.find('{'), end = output.rfind('}');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return std::nullopt;
  auto value = json::parse(output.substr(begin, end - begin + 1));
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(*value);
}

}  // namespace

std::optional<WhoisIdentity> whois_identity(const json::Value& payload) {
  const auto* object = payload.if_object();
  if (!object) return std::nullopt;
  const json::Object* profile = nullptr;
  for (const std::string_view key : {"UserProfile", "userProfile", "User"}) {
    if (!profile) profile = json::get_object(*object, key);
  }
  if (!profile) return std::nullopt;
  WhoisIdentity out;
  out.login = first_text(*profile, {"LoginName", "Login", "loginName", "login"});
  if (out.login.empty()) return std::nullopt;
  out.name = first_text(*profile, {"DisplayName", "Name", "displayName", "name"});
  return out;
}

std::optional<WhoisIdentity> parse_whois(std::string_view output) {
  const auto payload = parse_object(output);
  return payload ? whois_identity(*payload) : std::nullopt;
}

std::optional<std::string> parse_tailnet_host(std::string_view output) {
  const auto payload = parse_object(output);
  const auto* self = payload ? json::get_object(payload->as_object(), "Self") : nullptr;
  if (!self) return std::nullopt;
  const auto* name = json::find(*self, "DNSName");
  if (name && !name->is_string() && !name->is_null()) return std::nullopt;
  std::string host =
      name && name->is_string() ? std::string(std::string_view(name->get_string())) : std::string();
  if (host.ends_with('.')) host.pop_back();
  if (!host.empty()) return host;
  const auto addresses = json::string_list(json::find(*self, "TailscaleIPs"));
  return addresses.empty() || addresses.front().empty() ? std::nullopt : std::optional(addresses.front());
}

}  // namespace openclaw::auth
