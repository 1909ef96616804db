// From server-sent events to a reply. One decoder serves one call, on the loop's thread. No I/O.
#pragma once
#include "agent/model.h"
#include "net/sse.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::agent {

// Collects the content blocks of one assistant message and passes deltas on to the sink.
class ReplyBuilder {
 public:
  enum class Kind { text, thinking, tool_call };
  struct Block {
    Kind kind = Kind::text;
    std::int64_t index = -1;  // the provider's number for it
    std::string text;         // or thinking, or the arguments so far
    std::string signature;    // of thinking, or a tool call's thoughtSignature
    std::string id, name;     // of a tool call
    json::Object input;       // arguments that came whole
    bool redacted = false;
  };
  static constexpr std::size_t kMaxBlocks = 1024;

  explicit ReplyBuilder(ModelSink sink) : sink_(std::move(sink)) {}

  // nullptr beyond kMaxBlocks. The pointer is good until the next open().
  Block* open(Kind kind);
  Block* last(Kind kind);  // the last block, if it is of this kind
  Block* by_index(std::int64_t index);
  std::vector<Block>& blocks() { return blocks_; }
  void add_text(Block& block, std::string_view delta);
  void add_thinking(Block& block, std::string_view delta);
  bool streamed() const { return streamed_; }  // text has reached the sink

  Usage usage;
  std::string response_id;

  // `stop_reason` as in ModelReply. Of a reply that ran into its length limit the calls whose arguments are
  // not whole are left out: half a command must not run.
  ModelReply take(std::string stop_reason);

 private:
  json::Object tool_call(Block& block, std::size_t number) const;
  ModelSink sink_;
  std::vector<Block> blocks_;
  bool streamed_ = false;
};

class StreamDecoder {
 public:
  explicit StreamDecoder(ModelSink sink) : reply_(std::move(sink)) {}
  virtual ~StreamDecoder() = default;

  // False when no more bytes are wanted: the message is complete or the stream has failed.
  bool feed(const net::SseEvent& event);
  // The message is whole, however the connection ends.
  virtual bool complete() const = 0;
  // After the last event. A stream that ended early is FailureReason::network.
  ModelResult<ModelReply> finish();
  bool streamed() const { return reply_.streamed(); }
  std::size_t events() const { return events_; }

 protected:
  // False as for feed(). `data` is the event's JSON object.
  virtual bool on_object(const json::Object& data) = 0;
  virtual bool on_end_mark() { return true; }  // data: [DONE]
  virtual ModelResult<ModelReply> finished() = 0;
  bool fail(FailureReason reason, std::string text);
  bool fail(ModelFailure failure);
  ReplyBuilder reply_;

 private:
  std::optional<ModelFailure> failure_;
  std::size_t events_ = 0;
};

}  // namespace openclaw::agent
