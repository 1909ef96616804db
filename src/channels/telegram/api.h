// Typed calls of the Bot API over net::http_call. The token is part of every URL, so no text from a lower
// layer leaves here unredacted. On the loop's thread; an Api must outlive its calls.
#pragma once
#include "base/result.h"
#include "base/task.h"
#include "channels/telegram/settings.h"
#include "json/json.h"
#include "net/address.h"

#include <optional>
#include <string>
#include <vector>

namespace openclaw::channels::telegram {

struct ApiError {
  // refused: Telegram answered ok:false. Else the answer is missing, and `sent` tells whether Telegram may
  // have acted on the request all the same.
  enum class Kind { refused, unreachable, timeout, broken, cancelled } kind = Kind::broken;
  bool sent = false;
  int http_status = 0;
  int error_code = 0;  // Telegram's own, mostly equal to http_status
  std::string description;
  std::optional<int> retry_after;  // seconds

  bool bad_token() const { return kind == Kind::refused && (error_code == 401 || error_code == 404); }
  std::string text() const;  // "429 Too Many Requests: retry after 5"
};
template <class T>
using ApiResult = base::Result<T, ApiError>;

struct BotInfo {
  std::int64_t id = 0;
  std::string username;
  bool can_join_groups = false, can_read_all = false, inline_queries = false;
};
struct WebhookInfo {
  std::string url;
  bool custom_certificate = false;
};
struct OutgoingText {
  std::string chat_id;
  std::optional<std::int64_t> thread, reply_to;
  std::string text;
};

class Api {
 public:
  // `settings.problem` must be empty.
  Api(base::Loop& loop, const TelegramSettings& settings);
  Api(const Api&) = delete;

  // timeout_ms 0 = the configured one.
  base::Task<ApiResult<BotInfo>> get_me(int timeout_ms, base::CancelToken cancel);
  base::Task<ApiResult<WebhookInfo>> get_webhook_info(int timeout_ms, base::CancelToken cancel);
  base::Task<ApiResult<bool>> delete_webhook(base::CancelToken cancel);
  // Long poll of up to `seconds`; without `offset` Telegram starts at its oldest unconfirmed update.
  base::Task<ApiResult<json::Array>> get_updates(std::optional<std::int64_t> offset, int seconds,
                                                 base::CancelToken cancel);
  // The id of the message that was sent.
  base::Task<ApiResult<std::int64_t>> send_message(OutgoingText text, base::CancelToken cancel);
  base::Task<ApiResult<bool>> send_typing(std::string chat_id, base::CancelToken cancel);

  std::string redact(std::string text) const;

 private:
  base::Task<ApiResult<json::Value>> call(const char* method, json::Object params, int timeout_ms,
                                          base::CancelToken cancel);

  base::Loop& loop_;
  net::Url root_;
  std::string token_;
  int call_timeout_ms_;
};

// Pure, for the tests: what an HTTP answer of the Bot API means.
ApiResult<json::Value> read_answer(int http_status, std::string_view body);

}  // namespace openclaw::channels::telegram
