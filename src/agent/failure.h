// From what a provider answered to FailureReason, and what to do about it (OpenClaw agent 7.1, 7.2). Pure.
#pragma once
#include "agent/model.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace openclaw::agent {

std::string_view failure_name(FailureReason reason);  // "rate_limit", ...

// `code` is the provider's own word for it ("insufficient_quota", "overloaded_error"), may be empty. Status
// 0: the texts alone decide.
FailureReason classify_failure(int status, std::string_view code, std::string_view message);

// What a provider says in an error body or an error event: {error:{message,type,code}}, {error:"..."},
// {message:"..."}, or an array with one of these in it.
struct ProviderError {
  std::string message, code;
  int status = 0;  // when the body itself carries an HTTP status as `code`
};
ProviderError parse_provider_error(const json::Value& body);

using HeaderList = std::vector<std::pair<std::string, std::string>>;  // names in lower case

// The failure of a non-2xx reply: "HTTP 401: invalid x-api-key", at most 300 characters of message.
ModelFailure http_failure(int status, const HeaderList& headers, std::string_view body, std::int64_t now_ms);
// The failure of an error event inside a 2xx stream.
ModelFailure stream_failure(const ProviderError& error);

// retry-after-ms, else retry-after as seconds or as an HTTP date; -1 when absent, unreadable or in the past.
std::int64_t parse_retry_after(const HeaderList& headers, std::int64_t now_ms);

// Replaces the key and every configured header value by "***", and whatever else looks like an API key.
std::string without_secrets(std::string text, const ModelTarget& target);

// How long to wait before try number `attempt` + 1 (attempt counts from 0): what the provider asked for if
// that is at most 60 s, else 0.5 s x 2^attempt, at most 8 s, of which `jitter` takes off up to a quarter.
std::int64_t retry_delay_ms(const ModelFailure& failure, int attempt, std::uint64_t jitter);

}  // namespace openclaw::agent
