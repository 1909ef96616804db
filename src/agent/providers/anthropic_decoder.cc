#include "agent/failure.h"
#include "agent/providers/anthropic_messages.h"

namespace openclaw::agent {

bool AnthropicDecoder::on_object(const json::Object& event) {
  const std::string type = json::get_string_or(event, "type", "");
  const std::int64_t index = json::get_int(event, "index").value_or(-1);
  if (type == "error") return fail(stream_failure(parse_provider_error(event)));
  if (type == "message_start") {
    const auto* message = json::get_object(event, "message");
    if (!message) return true;
    reply_.response_id = json::get_string_or(*message, "id", "");
    if (const auto* usage = json::get_object(*message, "usage")) on_usage(*usage);
  } else if (type == "content_block_start") {
    const auto* content = json::get_object(event, "content_block");
    if (content && !on_block_start(index, *content)) {
      return fail(FailureReason::format, "the provider sent more content blocks than a message may have");
    }
  } else if (type == "content_block_delta") {
    const auto* delta = json::get_object(event, "delta");
    if (delta && !on_block_delta(index, *delta)) {
      return fail(FailureReason::format, "the provider sent a delta for a content block it had not started");
    }
  } else if (type == "message_delta") {
    if (const auto* delta = json::get_object(event, "delta")) {
      if (auto reason = json::get_string(*delta, "stop_reason"); reason && !reason->empty())
        stop_reason_ = std::move(*reason);
    }
    if (const auto* usage = json::get_object(event, "usage")) on_usage(*usage);
  } else if (type == "message_stop") {
    stopped_ = true;
    return false;
  }
  return true;
}

bool AnthropicDecoder::on_block_start(std::int64_t index, const json::Object& content) {
  using Kind = ReplyBuilder::Kind;
  const std::string type = json::get_string_or(content, "type", "");
  Kind kind = Kind::text;
  if (type == "thinking" || type == "redacted_thinking")
    kind = Kind::thinking;
  else if (type == "tool_use")
    kind = Kind::tool_call;
  auto* block = reply_.open(kind);
  if (!block) return false;
  block->index = index;
  if (type == "text") {
    reply_.add_text(*block, json::get_string_or(content, "text", ""));
  } else if (type == "thinking") {
    reply_.add_thinking(*block, json::get_string_or(content, "thinking", ""));
    block->signature = json::get_string_or(content, "signature", "");
  } else if (type == "redacted_thinking") {
    block->redacted = true;
    block->signature = json::get_string_or(content, "data", "");
  } else if (type == "tool_use") {
    block->id = json::get_string_or(content, "id", "");
    block->name = json::get_string_or(content, "name", "");
    if (const auto* input = json::get_object(content, "input")) block->input = *input;
  }
  return true;
}

bool AnthropicDecoder::on_block_delta(std::int64_t index, const json::Object& delta) {
  using Kind = ReplyBuilder::Kind;
  auto* block = reply_.by_index(index);
  if (!block) return false;
  const std::string type = json::get_string_or(delta, "type", "");
  if (type == "text_delta" && block->kind == Kind::text) {
    reply_.add_text(*block, json::get_string_or(delta, "text", ""));
  } else if (type == "thinking_delta" && block->kind == Kind::thinking) {
    reply_.add_thinking(*block, json::get_string_or(delta, "thinking", ""));
  } else if (type == "signature_delta" && block->kind == Kind::thinking) {
    block->signature += json::get_string_or(delta, "signature", "");
  } else if (type == "input_json_delta" && block->kind == Kind::tool_call) {
    block->text += json::get_string_or(delta, "partial_json", "");
  }
  return true;
}

void AnthropicDecoder::on_usage(const json::Object& usage) {
  // message_delta repeats some counts of message_start and leaves out others.
  const auto take = [&](std::int64_t& slot, std::string_view key) {
    if (const auto count = json::get_int(usage, key); count && *count >= 0) slot = *count;
  };
  take(reply_.usage.input, "input_tokens");
  take(reply_.usage.output, "output_tokens");
  take(reply_.usage.cache_read, "cache_read_input_tokens");
  take(reply_.usage.cache_write, "cache_creation_input_tokens");
}

ModelResult<ModelReply> AnthropicDecoder::finished() {
  const std::string& reason = stop_reason_;
  if (reason == "max_tokens") return reply_.take("length");
  if (reason == "tool_use") return reply_.take("toolUse");
  if (reason.empty() || reason == "end_turn" || reason == "stop_sequence" || reason == "pause_turn")
    return reply_.take("stop");
  ModelFailure failure;
  failure.reason =
      reason == "model_context_window_exceeded" ? FailureReason::context_overflow : FailureReason::unknown;
  failure.text = reason == "refusal" || reason == "sensitive"
                     ? "the model refused to answer (stop_reason " + reason + ")"
                     : "the provider ended the reply with stop_reason " + reason.substr(0, 60);
  failure.streamed = streamed();
  return tl::unexpected(std::move(failure));
}

}  // namespace openclaw::agent
