#include "agent/failure.h"
#include "agent/providers/openai_completions.h"

namespace openclaw::agent {

bool OpenAiDecoder::on_object(const json::Object& chunk) {
  if (const auto* error = json::find(chunk, "error"); error && !error->is_null()) {
    return fail(stream_failure(parse_provider_error(chunk)));
  }
  if (reply_.response_id.empty()) reply_.response_id = json::get_string_or(chunk, "id", "");
  if (const auto* usage = json::get_object(chunk, "usage")) on_usage(*usage);
  const auto* choices = json::get_array(chunk, "choices");
  const auto* choice = choices && !choices->empty() ? choices->front().if_object() : nullptr;
  if (!choice) return true;
  if (const auto* usage = json::get_object(*choice, "usage")) on_usage(*usage);
  if (const auto* delta = json::get_object(*choice, "delta")) {
    if (!on_delta(*delta)) return false;
  }
  if (auto reason = json::get_string(*choice, "finish_reason"); reason && !reason->empty())
    finish_reason_ = std::move(*reason);
  return true;
}

bool OpenAiDecoder::on_delta(const json::Object& delta) {
  using Kind = ReplyBuilder::Kind;
  constexpr std::string_view kTooMany = "the provider sent more content blocks than a message may have";
  for (const char* field : {"reasoning_content", "reasoning", "reasoning_text"}) {
    const std::string text = json::get_string_or(delta, field, "");
    if (text.empty()) continue;
    auto* block = reply_.last(Kind::thinking);
    if (!block) block = reply_.open(Kind::thinking);
    if (!block) return fail(FailureReason::format, std::string(kTooMany));
    block->signature = field;
    reply_.add_thinking(*block, text);
    break;
  }
  if (const std::string text = json::get_string_or(delta, "content", ""); !text.empty()) {
    auto* block = reply_.last(Kind::text);
    if (!block) block = reply_.open(Kind::text);
    if (!block) return fail(FailureReason::format, std::string(kTooMany));
    reply_.add_text(*block, text);
  }
  if (const auto* calls = json::get_array(delta, "tool_calls")) {
    for (const auto& value : *calls) {
      const auto* call = value.if_object();
      if (call && !on_tool_call(*call)) return fail(FailureReason::format, std::string(kTooMany));
    }
  }
  if (const auto* details = json::get_array(delta, "reasoning_details")) {
    for (const auto& value : *details) {
      const auto* detail = value.if_object();
      if (!detail || json::get_string_or(*detail, "type", "") != "reasoning.encrypted") continue;
      const std::string id = json::get_string_or(*detail, "id", "");
      for (auto& block : reply_.blocks()) {
        if (block.kind == Kind::tool_call && !id.empty() && block.id == id)
          block.signature = json::write(*detail);
      }
    }
  }
  return true;
}

bool OpenAiDecoder::on_tool_call(const json::Object& call) {
  using Kind = ReplyBuilder::Kind;
  const std::string id = json::get_string_or(call, "id", "");
  const auto index = json::get_int(call, "index");
  ReplyBuilder::Block* block = nullptr;
  if (index)
    block = reply_.by_index(*index);
  else
    block = reply_.last(Kind::tool_call);
  // Some servers number every call 0 and tell them apart by id only.
  if (block && !id.empty() && !block->id.empty() && block->id != id) block = nullptr;
  if (!block) {
    block = reply_.open(Kind::tool_call);
    if (!block) return false;
    block->index = index.value_or(-1);
  }
  if (block->id.empty()) block->id = id;
  if (const auto* function = json::get_object(call, "function")) {
    if (block->name.empty()) block->name = json::get_string_or(*function, "name", "");
    const auto* arguments = json::find(*function, "arguments");
    if (arguments && arguments->is_string())
      block->text += std::string_view(arguments->get_string());
    else if (arguments && arguments->is_object())
      block->input = arguments->get_object();
  }
  return true;
}

void OpenAiDecoder::on_usage(const json::Object& usage) {
  const auto count = [](const json::Object* object, std::string_view key) {
    return object ? std::max<std::int64_t>(0, json::get_int(*object, key).value_or(0)) : 0;
  };
  const std::int64_t prompt = count(&usage, "prompt_tokens");
  const std::int64_t completion = count(&usage, "completion_tokens");
  const std::int64_t reasoning =
      count(json::get_object(usage, "completion_tokens_details"), "reasoning_tokens");
  const std::int64_t total = count(&usage, "total_tokens");
  reply_.usage.cache_read =
      std::min(prompt, count(json::get_object(usage, "prompt_tokens_details"), "cached_tokens"));
  reply_.usage.input = prompt - reply_.usage.cache_read;
  // Whether completion_tokens counts the reasoning shows in the total.
  const bool apart = reasoning > 0 && total == prompt + completion + reasoning;
  reply_.usage.output = completion + (apart ? reasoning : 0);
}

bool OpenAiDecoder::on_end_mark() {
  end_mark_ = true;
  return false;
}

ModelResult<ModelReply> OpenAiDecoder::finished() {
  const auto& blocks = reply_.blocks();
  const bool calls = std::any_of(blocks.begin(), blocks.end(), [](const auto& block) {
    return block.kind == ReplyBuilder::Kind::tool_call && !block.name.empty();
  });
  const std::string& reason = finish_reason_;
  if (reason.empty() || reason == "stop" || reason == "end" || reason == "tool_calls" ||
      reason == "function_call") {
    return reply_.take(calls ? "toolUse" : "stop");
  }
  if (reason == "length") return reply_.take("length");
  ModelFailure failure;
  failure.reason = reason == "network_error" ? FailureReason::network : FailureReason::unknown;
  failure.text = reason == "content_filter"
                     ? std::string("the provider's content filter stopped the reply")
                     : "the provider ended the reply with finish_reason " + reason.substr(0, 60);
  failure.streamed = streamed();
  return tl::unexpected(std::move(failure));
}

}  // namespace openclaw::agent
