#include "gateway/whois.h"

#include "base/log.h"
#include "base/strings.h"
#include "json/json.h"
#include "proc/child.h"

namespace openclaw::gateway {
namespace {

constexpr std::int64_t kKeepMs = 60'000, kKeepFailureMs = 5'000;
constexpr std::size_t kMaxKnown = 1024;

std::string first_text(const json::Object& object, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) {
    const std::string text = json::get_string_or(object, key, "");
    if (!base::trim(text).empty()) return std::string(base::trim(text));
  }
  return {};
}

}  // namespace

std::optional<auth::WhoisIdentity> parse_whois(std::string_view output) {
  // Some builds print a warning before the JSON.
  const auto begin = output.find('{'), end = output.rfind('}');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return std::nullopt;
  const auto value = json::parse(output.substr(begin, end - begin + 1));
  const auto* object = value ? value->if_object() : nullptr;
  if (!object) return std::nullopt;
  const json::Object* profile = json::get_object(*object, "UserProfile");
  if (!profile) profile = json::get_object(*object, "User");
  if (!profile) profile = object;
  auth::WhoisIdentity out;
  out.login = first_text(*profile, {"LoginName", "Login", "login"});
  out.name = first_text(*profile, {"DisplayName", "Name", "displayName"});
  if (out.login.empty()) return std::nullopt;
  return out;
}

base::Task<std::optional<auth::WhoisIdentity>> Whois::ask(std::string address) {
  if (const auto it = known_.find(address); it != known_.end()) {
    auto entry = it->second;
    if (!entry->done.is_set()) {
      co_await entry->done.wait();
      co_return entry->identity;
    }
    if (clock_.steady_ms() < entry->until) co_return entry->identity;
  }
  if (known_.size() >= kMaxKnown) {
    std::erase_if(known_, [now = clock_.steady_ms()](const auto& item) {
      return item.second->done.is_set() && item.second->until <= now;
    });
    if (known_.size() >= kMaxKnown) co_return std::nullopt;
  }
  auto entry = std::make_shared<Entry>(loop_);
  known_[address] = entry;
  proc::SpawnRequest request;
  request.argv = {"tailscale", "whois", "--json", address};
  for (const auto& [name, value] : env_.all()) request.environment.push_back(name + "=" + value);
  request.timeout_ms = kWhoisTimeoutMs;
  auto result = co_await proc::run_child(loop_, std::move(request));
  if (result && result->exit_code == 0) {
    entry->identity = parse_whois(result->out);
  } else {
    const std::string why = !result             ? result.error().message
                            : result->timed_out ? "no answer in 5 s"
                                                : "it failed";
    base::log_warn("gateway", "tailscale whois " + address + ": " + why);
  }
  entry->until = clock_.steady_ms() + (entry->identity ? kKeepMs : kKeepFailureMs);
  entry->done.set();
  co_return entry->identity;
}

}  // namespace openclaw::gateway
