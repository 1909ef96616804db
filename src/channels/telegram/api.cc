#include "channels/telegram/api.h"

#include "base/log.h"
#include "base/strings.h"
#include "net/http_client.h"

#include <fmt/format.h>

namespace openclaw::channels::telegram {
namespace {

constexpr std::size_t kMaxAnswer = 8u << 20;  // 100 updates of full-length text are well under 2 MB
constexpr int kUpdatesSlackMs = 15'000;  // poll_seconds 30 + 15 = the 45 s after which a poll counts as dead

json::Value chat_id_value(const std::string& chat_id) {
  const bool negative = chat_id.starts_with('-');
  if (const auto number = base::parse_int(std::string_view(chat_id).substr(negative ? 1 : 0))) {
    return negative ? -*number : *number;
  }
  return json::Value(chat_id);
}

ApiError broken(int status, std::string why) {
  ApiError error;
  error.kind = ApiError::Kind::broken;
  error.sent = true;
  error.http_status = status;
  error.description = std::move(why);
  return error;
}

ApiError transport_error(const base::Error& from, std::string description) {
  ApiError error;
  error.description = std::move(description);
  error.sent = true;
  switch (from.kind) {
    case base::ErrorKind::unreachable:
      error.kind = ApiError::Kind::unreachable;
      error.sent = false;
      break;
    case base::ErrorKind::timeout:
      error.kind = ApiError::Kind::timeout;
      // A connect timeout carries the system's code; silence after the request carries none.
      error.sent = from.code == 0;
      break;
    case base::ErrorKind::cancelled:
      error.kind = ApiError::Kind::cancelled;
      break;
    default:
      error.kind = ApiError::Kind::broken;
      break;
  }
  return error;
}

bool flag(const json::Object& object, std::string_view key) {
  return json::get_bool(object, key).value_or(false);
}

}  // namespace

std::string ApiError::text() const {
  const int code = error_code ? error_code : http_status;
  return code ? fmt::format("{} {}", code, description) : description;
}

ApiResult<json::Value> read_answer(int http_status, std::string_view body) {
  auto parsed = json::parse(body);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  const auto ok = object ? json::get_bool(*object, "ok") : std::nullopt;
  if (!ok) return tl::unexpected(broken(http_status, "the answer is not one of the Bot API"));
  if (*ok) {
    const auto* result = json::find(*object, "result");
    return result ? *result : json::Value(nullptr);
  }
  ApiError error;
  error.kind = ApiError::Kind::refused;
  error.sent = true;
  error.http_status = http_status;
  error.error_code = static_cast<int>(
      std::clamp<std::int64_t>(json::get_int(*object, "error_code").value_or(http_status), 0, 999));
  error.description =
      std::string(base::cut_utf8(json::get_string_or(*object, "description", "no description"), 500));
  if (const auto* parameters = json::get_object(*object, "parameters")) {
    if (const auto seconds = json::get_int(*parameters, "retry_after"); seconds && *seconds >= 0) {
      error.retry_after = static_cast<int>(std::min<std::int64_t>(*seconds, 24 * 3600));
    }
  }
  return tl::unexpected(std::move(error));
}

Api::Api(base::Loop& loop, const TelegramSettings& settings)
    : loop_(loop), token_(settings.token), call_timeout_ms_(settings.call_timeout_ms) {
  if (auto url = net::parse_url(settings.api_root)) root_ = std::move(*url);
  while (root_.path.ends_with('/')) root_.path.pop_back();
  base::log_hide(token_);
}

std::string Api::redact(std::string text) const {
  text = base::replace_all(std::move(text), token_, "***");
  // The half behind the colon is the secret; a lower layer may have escaped the colon itself.
  const auto colon = token_.find(':');
  if (colon != std::string::npos && token_.size() - colon > 8) {
    text = base::replace_all(std::move(text), token_.substr(colon + 1), "***");
  }
  return text;
}

base::Task<ApiResult<json::Value>> Api::call(const char* method, json::Object params, int timeout_ms,
                                             base::CancelToken cancel) {
  net::HttpCall request;
  request.method = "POST";
  request.url = root_;
  request.url.path = fmt::format("{}/bot{}/{}", root_.path, token_, method);
  request.headers.emplace_back("content-type", "application/json");
  request.body = json::write(params);
  request.idle_timeout_ms = timeout_ms > 0 ? timeout_ms : call_timeout_ms_;
  request.connect_timeout_ms = std::min(request.connect_timeout_ms, request.idle_timeout_ms);
  request.max_body = kMaxAnswer;
  request.cancel = std::move(cancel);
  auto reply = co_await net::http_call(loop_, std::move(request));
  if (!reply) {
    auto error = transport_error(reply.error(), redact(fmt::format("{}: {}", method, reply.error().message)));
    co_return tl::unexpected(std::move(error));
  }
  auto answer = read_answer(reply->status, reply->body);
  if (!answer) {
    answer.error().description = redact(std::move(answer.error().description));
  }
  co_return answer;
}

base::Task<ApiResult<BotInfo>> Api::get_me(int timeout_ms, base::CancelToken cancel) {
  json::Object none;
  auto answer = co_await call("getMe", std::move(none), timeout_ms, std::move(cancel));
  if (!answer) co_return tl::unexpected(std::move(answer.error()));
  const auto* object = answer->if_object();
  const auto id = object ? json::get_int(*object, "id") : std::nullopt;
  if (!id) co_return tl::unexpected(broken(200, "getMe: the answer names no bot"));
  BotInfo bot;
  bot.id = *id;
  bot.username = json::get_string_or(*object, "username", "");
  bot.can_join_groups = flag(*object, "can_join_groups");
  bot.can_read_all = flag(*object, "can_read_all_group_messages");
  bot.inline_queries = flag(*object, "supports_inline_queries");
  co_return bot;
}

base::Task<ApiResult<WebhookInfo>> Api::get_webhook_info(int timeout_ms, base::CancelToken cancel) {
  json::Object none;
  auto answer = co_await call("getWebhookInfo", std::move(none), timeout_ms, std::move(cancel));
  if (!answer) co_return tl::unexpected(std::move(answer.error()));
  WebhookInfo info;
  if (const auto* object = answer->if_object()) {
    info.url = json::get_string_or(*object, "url", "");
    info.custom_certificate = flag(*object, "has_custom_certificate");
  }
  co_return info;
}

base::Task<ApiResult<bool>> Api::delete_webhook(base::CancelToken cancel) {
  json::Object params;
  params["drop_pending_updates"] = false;
  auto answer = co_await call("deleteWebhook", std::move(params), 0, std::move(cancel));
  if (!answer) co_return tl::unexpected(std::move(answer.error()));
  co_return true;
}

base::Task<ApiResult<json::Array>> Api::get_updates(std::optional<std::int64_t> offset, int seconds,
                                                    base::CancelToken cancel) {
  json::Object params;
  if (offset) params["offset"] = *offset;
  params["timeout"] = seconds;
  params["allowed_updates"] = json::strings({"message"});
  auto answer =
      co_await call("getUpdates", std::move(params), seconds * 1000 + kUpdatesSlackMs, std::move(cancel));
  if (!answer) co_return tl::unexpected(std::move(answer.error()));
  auto* updates = answer->if_array();
  if (!updates) co_return tl::unexpected(broken(200, "getUpdates: the answer holds no list"));
  json::Array out = std::move(*updates);
  co_return out;
}

base::Task<ApiResult<std::int64_t>> Api::send_message(OutgoingText text, base::CancelToken cancel) {
  json::Object params;
  params["chat_id"] = chat_id_value(text.chat_id);
  params["text"] = text.text;
  // Naming the General topic is an error for sends.
  if (text.thread && *text.thread != 1) params["message_thread_id"] = *text.thread;
  if (text.reply_to) {
    params["reply_to_message_id"] = *text.reply_to;
    params["allow_sending_without_reply"] = true;
  }
  auto answer = co_await call("sendMessage", std::move(params), 0, std::move(cancel));
  if (!answer) co_return tl::unexpected(std::move(answer.error()));
  const auto* object = answer->if_object();
  co_return object ? json::get_int(*object, "message_id").value_or(0) : 0;
}

base::Task<ApiResult<bool>> Api::send_typing(std::string chat_id, base::CancelToken cancel) {
  json::Object params;
  params["chat_id"] = chat_id_value(chat_id);
  params["action"] = "typing";
  auto answer = co_await call("sendChatAction", std::move(params), 0, std::move(cancel));
  if (!answer) co_return tl::unexpected(std::move(answer.error()));
  co_return true;
}

}  // namespace openclaw::channels::telegram
