#include "gateway/methods/config_change.h"

#include "base/log.h"
#include "config/rpc_edit.h"
#include "gateway/live_config.h"
#include "gateway/worker.h"

namespace openclaw::gateway {

base::Task<tl::expected<void, protocol::WireError>> change_config(State& state, std::string command,
                                                                  std::function<json::Value(const json::Value& parsed)> change) {
  std::function<base::Result<config::RpcResult>()> job = [context = config_context(state), command, change = std::move(change)] {
    config::RpcResult made = config::rpc_change(context, command, change);
    if (made && !made->noop) {
      if (auto kept = config::save_last_good(context.state_dir, made->after); !kept) made->warnings.push_back(kept.error().message);
    }
    return base::Result<config::RpcResult>(std::move(made));
  };
  auto done = co_await on_worker<config::RpcResult>(state.loop, std::move(job));
  if (!done) co_return protocol::unavailable(done.error().message);
  if (!*done) {
    const auto& refusal = (*done).error();
    if (refusal.ours) co_return protocol::unavailable(refusal.message);
    co_return protocol::invalid_request(refusal.message);
  }
  for (const auto& warning : (*done)->warnings) base::log_warn("config", warning);
  config::Snapshot after = std::move((*done)->after);
  if (after.hash != state.config.hash) co_await apply_config(state, std::move(after));
  co_return tl::expected<void, protocol::WireError>{};
}

}  // namespace openclaw::gateway
