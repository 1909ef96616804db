// The gateway's implementations of the seams its parts depend on.
#pragma once
#include <memory>

#include "gateway/state.h"

namespace openclaw::gateway {

std::unique_ptr<agent::ToolHost> make_tool_host(State& state);       // methods, called in process
std::unique_ptr<agent::RunEvents> make_run_events(State& state);     // runs -> agent and chat events
std::unique_ptr<agent::ModelSource> make_model_source(State& state);
std::unique_ptr<channels::InboundSink> make_inbound_sink(State& state);

}  // namespace openclaw::gateway
