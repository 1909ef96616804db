// logs.tail.
#include "base/log.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/log_tail.h"
#include "gateway/worker.h"

namespace openclaw::gateway {
namespace {

json::Object answer_of(const LogTail& tail, const std::string& host) {
  json::Array lines;
  for (const auto& line : tail.lines) lines.emplace_back(base::log_redact(log_record(line, host)));
  json::Object out;
  out["file"] = tail.file;
  out["cursor"] = tail.cursor;
  out["size"] = tail.size;
  out["lines"] = std::move(lines);
  out["truncated"] = tail.truncated;
  out["reset"] = tail.reset;
  return out;
}

base::Task<MethodResult> tail(State& state, CallContext, json::Object params) {
  LogTailRequest request;
  request.file = base::log_file_path();
  request.cursor = json::get_int(params, "cursor");
  request.limit = json::get_int(params, "limit").value_or(request.limit);
  request.max_bytes = json::get_int(params, "maxBytes").value_or(request.max_bytes);
  std::function<base::Result<json::Object>()> job = [request,
                                                     host = host_name()]() -> base::Result<json::Object> {
    OC_TRY_ASSIGN(const LogTail found, read_log_tail(request));
    return answer_of(found, host);
  };
  auto answer = co_await on_worker<json::Object>(state.loop, std::move(job));
  if (!answer) co_return protocol::unavailable("log read failed: " + answer.error().message);
  co_return Reply(std::move(*answer));
}

constexpr Binding kBindings[] = {
    {"logs.tail", nullptr, tail},
};

}  // namespace

std::span<const Binding> log_bindings() { return kBindings; }

}  // namespace openclaw::gateway
