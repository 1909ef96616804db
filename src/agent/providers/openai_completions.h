// OpenAI chat completions (OpenClaw agent 21.2), as api.openai.com and most other servers speak it. Pure.
#pragma once
#include "agent/model.h"
#include "agent/providers/stream_decoder.h"

#include <string>

namespace openclaw::agent {

// The request body. What only some servers take (stream_options, store, strict, the developer role,
// max_completion_tokens) is sent to api.openai.com and where the model's `compat` says so.
json::Object openai_body(const ModelRequest& request);

class OpenAiDecoder final : public StreamDecoder {
 public:
  explicit OpenAiDecoder(ModelSink sink) : StreamDecoder(std::move(sink)) {}
  bool complete() const override { return !finish_reason_.empty() || end_mark_; }

 protected:
  bool on_object(const json::Object& chunk) override;
  bool on_end_mark() override;
  ModelResult<ModelReply> finished() override;

 private:
  bool on_delta(const json::Object& delta);
  bool on_tool_call(const json::Object& call);
  void on_usage(const json::Object& usage);
  std::string finish_reason_;
  bool end_mark_ = false;
};

}  // namespace openclaw::agent
