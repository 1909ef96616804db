// What the built-in operator says: results of tools in plain words, failures with what mends them. Pure.
#pragma once
#include "agent/builtin/command.h"
#include "json/json.h"

#include <string>
#include <string_view>

namespace openclaw::agent {

std::string help_reply();
std::string unknown_reply();

std::string nodes_reply(const json::Value& list);  // answer of node.list
std::string describe_reply(const json::Object& node);
std::string pending_reply(const json::Value& list);  // answer of node.pair.list
std::string run_reply(const OperatorCommand& command, const std::string& output);
std::string which_reply(const OperatorCommand& command, const json::Value& payload);
std::string location_reply(const std::string& node, const json::Value& payload);
std::string device_reply(const std::string& node, const json::Value& payload);

// `error` is the error of a failure JSON. The node is as the person named it, may be empty.
std::string failure_reply(const OperatorCommand& command, const std::string& error);

}  // namespace openclaw::agent
