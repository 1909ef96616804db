// Anthropic messages (OpenClaw agent 21.4). Pure.
#pragma once
#include "agent/model.h"
#include "agent/providers/stream_decoder.h"

#include <string>

namespace openclaw::agent {

json::Object anthropic_body(const ModelRequest& request);

class AnthropicDecoder final : public StreamDecoder {
 public:
  explicit AnthropicDecoder(ModelSink sink) : StreamDecoder(std::move(sink)) {}
  bool complete() const override { return stopped_ || !stop_reason_.empty(); }

 protected:
  bool on_object(const json::Object& event) override;
  ModelResult<ModelReply> finished() override;

 private:
  bool on_block_start(std::int64_t index, const json::Object& content);
  bool on_block_delta(std::int64_t index, const json::Object& delta);
  void on_usage(const json::Object& usage);
  std::string stop_reason_;
  bool stopped_ = false;
};

}  // namespace openclaw::agent
