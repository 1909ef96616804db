#include "agent/providers/stream_decoder.h"

#include "agent/providers/context.h"
#include "base/strings.h"

namespace openclaw::agent {

ReplyBuilder::Block* ReplyBuilder::open(Kind kind) {
  if (blocks_.size() >= kMaxBlocks) return nullptr;
  blocks_.emplace_back().kind = kind;
  return &blocks_.back();
}

ReplyBuilder::Block* ReplyBuilder::last(Kind kind) {
  return !blocks_.empty() && blocks_.back().kind == kind ? &blocks_.back() : nullptr;
}

ReplyBuilder::Block* ReplyBuilder::by_index(std::int64_t index) {
  for (auto it = blocks_.rbegin(); it != blocks_.rend(); ++it) {
    if (it->index == index) return &*it;
  }
  return nullptr;
}

void ReplyBuilder::add_text(Block& block, std::string_view delta) {
  if (delta.empty()) return;
  block.text += delta;
  streamed_ = true;
  if (sink_.on_text) sink_.on_text(delta);
}

void ReplyBuilder::add_thinking(Block& block, std::string_view delta) {
  if (delta.empty()) return;
  block.text += delta;
  if (sink_.on_thinking) sink_.on_thinking(delta);
}

json::Object ReplyBuilder::tool_call(Block& block, std::size_t number) const {
  json::Object out;
  out["type"] = "toolCall";
  // Some servers send no id; within a session it has to be unique.
  out["id"] = block.id.empty() ? fmt::format("call_{}_{}", response_id, number) : block.id;
  out["name"] = block.name;
  auto arguments = block.text.empty() ? std::optional(std::move(block.input)) : parse_arguments(block.text);
  out["arguments"] = arguments ? std::move(*arguments) : json::Object();
  if (!block.signature.empty()) out["thoughtSignature"] = block.signature;
  return out;
}

ModelReply ReplyBuilder::take(std::string stop_reason) {
  ModelReply reply;
  std::size_t number = 0;
  for (auto& block : blocks_) {
    json::Object out;
    if (block.kind == Kind::text) {
      if (block.text.empty()) continue;
      out["type"] = "text";
      out["text"] = std::move(block.text);
    } else if (block.kind == Kind::thinking) {
      if (block.text.empty() && block.signature.empty()) continue;
      out["type"] = "thinking";
      out["thinking"] = std::move(block.text);
      if (!block.signature.empty()) out["thinkingSignature"] = std::move(block.signature);
      if (block.redacted) out["redacted"] = true;
    } else {
      bool mended = false;
      const bool whole = !block.text.empty() && parse_arguments(block.text, &mended) && !mended;
      if (block.name.empty() || (stop_reason == "length" && !whole)) continue;
      out = tool_call(block, ++number);
    }
    reply.content.emplace_back(std::move(out));
  }
  reply.usage = usage;
  reply.stop_reason = std::move(stop_reason);
  reply.response_id = response_id;
  return reply;
}

bool StreamDecoder::feed(const net::SseEvent& event) {
  if (failure_) return false;
  const std::string_view data = base::trim(event.data);
  if (data.empty()) return true;
  ++events_;
  if (data == "[DONE]") return on_end_mark();
  auto value = json::parse(data);
  if (!value) {
    return fail(FailureReason::format, fmt::format("the provider sent an event that is not JSON ({}): {}",
                                                   value.error().message, base::cut_utf8(data, 80)));
  }
  const auto* object = value->if_object();
  if (!object) return fail(FailureReason::format, "the provider sent an event that is not a JSON object");
  return on_object(*object);
}

ModelResult<ModelReply> StreamDecoder::finish() {
  if (!failure_ && !complete()) {
    fail(FailureReason::network,
         events_ == 0 ? "the provider closed the connection without an answer"
                      : "the reply was cut off: the provider closed the stream before its end");
  }
  if (failure_) {
    failure_->streamed = streamed();
    return tl::unexpected(*failure_);
  }
  return finished();
}

bool StreamDecoder::fail(FailureReason reason, std::string text) {
  ModelFailure failure;
  failure.reason = reason;
  failure.text = std::move(text);
  return fail(std::move(failure));
}

bool StreamDecoder::fail(ModelFailure failure) {
  failure_ = std::move(failure);
  return false;
}

}  // namespace openclaw::agent
