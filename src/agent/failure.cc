#include "agent/failure.h"

#include "base/strings.h"

#include <cmath>
#include <ctime>

namespace openclaw::agent {
namespace {

constexpr std::int64_t kMaxHonouredRetryMs = 60'000;
constexpr std::size_t kMaxMessage = 300;

bool any_of(std::string_view text, std::initializer_list<std::string_view> needles) {
  return std::any_of(needles.begin(), needles.end(),
                     [&](std::string_view needle) { return text.find(needle) != std::string_view::npos; });
}

bool says_context_overflow(std::string_view text) {
  return any_of(text, {"context_length_exceeded", "context length", "context window", "maximum context",
                       "prompt is too long", "prompt too long", "too many tokens", "input is too long",
                       "request_too_large", "exceeds the maximum number of tokens", "context size",
                       "exceed context limit", "reduce the length of the messages"});
}
bool says_billing(std::string_view text) {
  return any_of(text, {"insufficient_quota", "credit balance", "insufficient credit", "insufficient balance",
                       "insufficient funds", "billing", "payment required", "out of credits"});
}
bool says_periodic_limit(std::string_view text) {
  return any_of(text, {"per minute", "per hour", "per day", "daily", "weekly", "monthly", "usage limit",
                       "try again in", "will reset", "rate limit"});
}
bool says_rate_limit(std::string_view text) {
  return any_of(
      text, {"rate limit", "rate_limit", "too many requests", "quota exceeded", "exceeded your current quota",
             "resource_exhausted", "resource has been exhausted", "throttl"});
}
bool says_overloaded(std::string_view text) {
  return any_of(text, {"overloaded", "at capacity", "high demand"});
}
bool says_auth(std::string_view text) {
  return any_of(text, {"invalid_api_key", "api key not valid", "invalid api key", "incorrect api key",
                       "invalid x-api-key", "authentication_error", "permission_error", "unauthorized",
                       "forbidden", "no api key"});
}
bool says_timeout(std::string_view text) {
  return any_of(text, {"timeout", "timed out", "deadline exceeded", "api_error", "server_error",
                       "internal server error", "service unavailable", "bad gateway"});
}
bool says_network(std::string_view text) {
  return any_of(text, {"fetch failed", "socket hang up", "econnreset", "econnrefused", "connection reset",
                       "connection error", "network_error", "network error"});
}
bool says_no_model(std::string_view text) {
  return any_of(text, {"model_not_found", "unknown model", "model not found", "no such model"}) ||
         (any_of(text, {"model"}) && any_of(text, {"not found", "does not exist", "not_found", "not exist"}));
}

FailureReason by_text(std::string_view text, FailureReason fallback) {
  if (says_context_overflow(text)) return FailureReason::context_overflow;
  if (says_overloaded(text)) return FailureReason::overloaded;
  if (says_billing(text)) return FailureReason::billing;
  if (says_rate_limit(text)) return FailureReason::rate_limit;
  if (says_auth(text)) return FailureReason::auth;
  if (says_no_model(text)) return FailureReason::model_not_found;
  return fallback;
}

std::string short_message(std::string_view text) {
  std::string out;
  for (const char c : base::trim(text)) {
    const bool space = static_cast<unsigned char>(c) <= ' ';
    if (space && (out.empty() || out.back() == ' ')) continue;
    out += space ? ' ' : c;
  }
  if (out.size() <= kMaxMessage) return out;
  return std::string(base::cut_utf8(out, kMaxMessage - 3)) + "...";
}

std::string text_of(const json::Value* value) {
  if (!value) return {};
  if (value->is_string()) return std::string(value->get_string());
  return value->is_null() ? std::string() : json::write(*value);
}

// What a person can use of an error page that is not JSON: nothing of HTML, else its beginning.
std::string plain_body(std::string_view body) {
  const std::string_view text = base::trim(body);
  if (text.empty() || text.front() == '<' || !base::is_utf8(text)) return {};
  return std::string(text);
}

const std::string* header(const HeaderList& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::optional<double> number(std::string_view text) {
  const std::string copy(base::trim(text));
  if (copy.empty() || copy.find_first_not_of("0123456789.") != std::string::npos) return std::nullopt;
  const double value = std::strtod(copy.c_str(), nullptr);
  if (!std::isfinite(value) || value > 1e9) return std::nullopt;
  return value;
}

std::string_view default_message(int status) {
  switch (status) {
    case 400:
      return "bad request";
    case 401:
      return "unauthorized";
    case 402:
      return "payment required";
    case 403:
      return "forbidden";
    case 404:
      return "not found";
    case 408:
      return "request timeout";
    case 413:
      return "request too large";
    case 429:
      return "too many requests";
    case 500:
      return "internal server error";
    case 502:
      return "bad gateway";
    case 503:
      return "service unavailable";
    case 504:
      return "gateway timeout";
    case 529:
      return "overloaded";
    default:
      return "no error message in the reply";
  }
}

}  // namespace

std::string_view failure_name(FailureReason reason) {
  switch (reason) {
    case FailureReason::auth:
      return "auth";
    case FailureReason::billing:
      return "billing";
    case FailureReason::rate_limit:
      return "rate_limit";
    case FailureReason::overloaded:
      return "overloaded";
    case FailureReason::timeout:
      return "timeout";
    case FailureReason::format:
      return "format";
    case FailureReason::model_not_found:
      return "model_not_found";
    case FailureReason::context_overflow:
      return "context_overflow";
    case FailureReason::cancelled:
      return "cancelled";
    case FailureReason::network:
      return "network";
    case FailureReason::unknown:
      break;
  }
  return "unknown";
}

FailureReason classify_failure(int status, std::string_view code, std::string_view message) {
  const std::string text = base::lower_ascii(code) + " " + base::lower_ascii(message);
  switch (status) {
    case 0: {
      if (says_network(text)) return FailureReason::network;
      const FailureReason reason = by_text(text, FailureReason::unknown);
      if (reason == FailureReason::unknown && says_timeout(text)) return FailureReason::timeout;
      return reason;
    }
    case 402:
      return says_periodic_limit(text) ? FailureReason::rate_limit : FailureReason::billing;
    // OpenAI answers an account without money with 429 too; only its code tells, and waiting does not help.
    case 429:
      return code == "insufficient_quota" ? FailureReason::billing : FailureReason::rate_limit;
    case 401:
    case 403:
      return FailureReason::auth;
    case 404:
      return says_no_model(text) ? FailureReason::model_not_found : FailureReason::format;
    case 408:
    case 409:
    case 410:
    case 499:
      return FailureReason::timeout;
    case 529:
      return FailureReason::overloaded;
    case 413:
      return FailureReason::context_overflow;
    default:
      break;
  }
  if (status >= 500) return says_overloaded(text) ? FailureReason::overloaded : FailureReason::timeout;
  if (status >= 400) return by_text(text, FailureReason::format);
  return FailureReason::format;
}

ProviderError parse_provider_error(const json::Value& body) {
  ProviderError out;
  const json::Value* at = &body;
  if (const auto* list = at->if_array(); list && !list->empty()) at = &list->front();
  const auto* object = at->if_object();
  if (!object) {
    out.message = at->is_string() ? text_of(at) : std::string();
    return out;
  }
  const json::Value* error = json::find(*object, "error");
  const json::Object* source = object;
  if (error && error->is_object())
    source = &error->get_object();
  else if (error && error->is_string())
    out.message = text_of(error);
  if (out.message.empty()) out.message = text_of(json::find(*source, "message"));
  if (out.message.empty()) out.message = text_of(json::find(*source, "detail"));
  const json::Value* code = json::find(*source, "code");
  if (code && code->is_string())
    out.code = text_of(code);
  else if (const auto number_code = json::get_int(*source, "code");
           number_code && *number_code >= 400 && *number_code < 600) {
    out.status = static_cast<int>(*number_code);
  }
  if (out.code.empty() && source != object) out.code = json::get_string_or(*source, "type", "");
  return out;
}

ModelFailure http_failure(int status, const HeaderList& headers, std::string_view body, std::int64_t now_ms) {
  ProviderError error;
  if (auto parsed = json::parse(base::trim(body))) error = parse_provider_error(*parsed);
  if (error.message.empty()) error.message = plain_body(body);
  ModelFailure out;
  out.status = status;
  out.reason = classify_failure(status, error.code, error.message);
  std::string message = short_message(error.message.empty() ? error.code : error.message);
  if (message.empty()) message = default_message(status);
  if (const auto* location = header(headers, "location"); location && status >= 300 && status < 400) {
    message = short_message("redirected to " + *location + "; set baseUrl to where the API is");
  }
  out.text = fmt::format("HTTP {}: {}", status, message);
  out.retry_after_ms = parse_retry_after(headers, now_ms);
  return out;
}

ModelFailure stream_failure(const ProviderError& error) {
  // Anthropic's error types are statuses by another name (a 2xx had already been sent).
  static constexpr std::pair<std::string_view, int> kTypes[] = {
      {"overloaded_error", 529},      {"rate_limit_error", 429},
      {"authentication_error", 401},  {"permission_error", 403},
      {"not_found_error", 404},       {"billing_error", 402},
      {"invalid_request_error", 400}, {"timeout_error", 504},
      {"request_too_large", 413},     {"api_error", 500},
      {"server_error", 500},
  };
  int status = error.status;
  for (const auto& [type, number_of] : kTypes) {
    if (status == 0 && error.code == type) status = number_of;
  }
  ModelFailure out;
  out.status = error.status;
  out.reason = classify_failure(status, error.code, error.message);
  const std::string message = short_message(error.message.empty() ? "no error message" : error.message);
  if (error.status != 0)
    out.text = fmt::format("HTTP {}: {}", error.status, message);
  else if (!error.code.empty())
    out.text = fmt::format("provider error {}: {}", short_message(error.code), message);
  else
    out.text = "provider error: " + message;
  return out;
}

std::int64_t parse_retry_after(const HeaderList& headers, std::int64_t now_ms) {
  if (const auto* ms = header(headers, "retry-after-ms")) {
    if (const auto value = number(*ms)) return static_cast<std::int64_t>(*value);
  }
  const auto* text = header(headers, "retry-after");
  if (!text) return -1;
  if (const auto seconds = number(*text)) return static_cast<std::int64_t>(*seconds * 1000);
  std::tm when{};
  const char* end = strptime(text->c_str(), "%a, %d %b %Y %H:%M:%S", &when);
  if (!end) return -1;
  const std::int64_t at_ms = static_cast<std::int64_t>(timegm(&when)) * 1000;
  return at_ms >= now_ms ? at_ms - now_ms : -1;
}

std::string without_secrets(std::string text, const ModelTarget& target) {
  constexpr std::size_t kShortest = 8;  // shorter values are not secrets, and would blank out words
  const auto hide = [&](const std::string& secret) {
    if (secret.size() >= kShortest) text = base::replace_all(std::move(text), secret, "***");
  };
  hide(target.api_key);
  for (const auto& [name, value] : target.headers) {
    hide(value);
    if (value.starts_with("Bearer ")) hide(value.substr(7));
  }
  const auto key_char = [](char c) {
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '_' || c == '*';
  };
  for (std::size_t at = text.find("sk-"); at != std::string::npos; at = text.find("sk-", at + 3)) {
    std::size_t end = at;
    while (end < text.size() && key_char(text[end])) ++end;
    const bool word_start = at == 0 || !key_char(text[at - 1]);
    if (word_start && end - at >= kShortest) text.replace(at, end - at, "***");
  }
  return text;
}

bool retryable(const ModelFailure& failure) {
  if (failure.streamed) return false;
  switch (failure.reason) {
    case FailureReason::rate_limit:
    case FailureReason::overloaded:
    case FailureReason::timeout:
    case FailureReason::network:
      return true;
    default:
      return false;
  }
}

std::int64_t retry_delay_ms(const ModelFailure& failure, int attempt, std::uint64_t jitter) {
  if (failure.retry_after_ms >= 0 && failure.retry_after_ms <= kMaxHonouredRetryMs)
    return failure.retry_after_ms;
  const std::int64_t full = std::min<std::int64_t>(8'000, std::int64_t{500} << std::clamp(attempt, 0, 4));
  return full - static_cast<std::int64_t>(jitter % static_cast<std::uint64_t>(full / 4 + 1));
}

}  // namespace openclaw::agent
