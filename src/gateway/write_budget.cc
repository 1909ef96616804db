#include "gateway/write_budget.h"

#include <fmt/format.h>

#include <algorithm>

namespace openclaw::gateway {

bool WriteBudget::applies_to(std::string_view method) {
  return method == "config.apply" || method == "config.patch" || method == "update.run";
}

void WriteBudget::forget(std::int64_t now) {
  if (windows_.size() < kKeys) return;
  std::erase_if(windows_, [&](const auto& item) { return now - item.second.began >= kWindowMs; });
  if (windows_.size() < kKeys) return;
  windows_.erase(std::min_element(windows_.begin(), windows_.end(), [](const auto& a, const auto& b) {
    return a.second.began < b.second.began;
  }));
}

std::optional<protocol::WireError> WriteBudget::take(const std::string& key, std::string_view method,
                                                     std::int64_t now) {
  auto found = windows_.find(key);
  if (found == windows_.end()) {
    forget(now);
    found = windows_.emplace(key, Window{now, 0}).first;
  }
  Window& window = found->second;
  if (now - window.began >= kWindowMs) window = {now, 0};
  if (++window.calls <= kCalls) return std::nullopt;
  window.calls = kCalls + 1;
  const std::int64_t wait = window.began + kWindowMs - now;
  protocol::WireError error;
  error.code = protocol::kUnavailable;
  error.message = fmt::format("rate limit exceeded for {}; retry after {}s", method, (wait + 999) / 1000);
  json::Object details;
  details["method"] = method;
  details["limit"] = fmt::format("{} per {}s", kCalls, kWindowMs / 1000);
  error.details = std::move(details);
  error.retryable = true;
  error.retry_after_ms = wait;
  return error;
}

}  // namespace openclaw::gateway
