// One change of the configuration file by a method that is about something else, in force when the call returns.
#pragma once
#include <functional>
#include <string>

#include "gateway/dispatch.h"

namespace openclaw::gateway {

// `change` gets the document as written and returns it as wanted; it runs on another thread and owns what it uses.
base::Task<tl::expected<void, protocol::WireError>> change_config(State& state, std::string command,
                                                                  std::function<json::Value(const json::Value& parsed)> change);

}  // namespace openclaw::gateway
