// One streamed model call over HTTP. Owner: the loop's thread; stateless between calls; must outlive its
// calls.
#pragma once
#include "agent/model.h"
#include "agent/providers/stream_decoder.h"
#include "net/http_client.h"

#include <memory>
#include <string>

namespace openclaw::agent {

// What differs from one wire format to the next.
struct WireFormat {
  // URL from the base URL, headers without those of the configuration, body.
  base::Result<net::HttpCall> (*call)(const ModelRequest& request);
  std::unique_ptr<StreamDecoder> (*decoder)(ModelSink sink);
};
extern const WireFormat kOpenAiWire;
extern const WireFormat kAnthropicWire;

class HttpProvider final : public Provider {
 public:
  HttpProvider(base::Loop& loop, const WireFormat& format) : loop_(loop), format_(format) {}
  base::Task<ModelResult<ModelReply>> complete(ModelRequest request, ModelSink sink) override;

 private:
  base::Loop& loop_;
  const WireFormat& format_;
};

// base URL + path; a path of the base URL is kept and its trailing slashes are not doubled.
base::Result<net::Url> join_url(std::string_view base_url, std::string_view path);

}  // namespace openclaw::agent
