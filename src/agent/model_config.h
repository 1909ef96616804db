// Which model an agent talks to, and how to reach it: from `agents.*.model`, `models.providers`, built-in
// defaults and the environment (OpenClaw agent 21.1, 21.7). Pure.
#pragma once
#include "agent/model.h"
#include "base/env.h"

#include <string>
#include <string_view>

namespace openclaw::agent {

inline constexpr std::string_view kBuiltinProvider = "builtin";
inline constexpr std::string_view kSupportedApis = "openai-completions, anthropic-messages, builtin";

struct ModelRef {
  std::string provider, model;
  std::string text() const { return provider + "/" + model; }
};

// The configured reference of the agent, aliases and bare names resolved. Without any:
// anthropic/claude-opus-4-6 when there is a key for it, else builtin/operator, which needs no account.
ModelRef resolve_model_ref(const json::Value& config, const base::Env& env, std::string_view agent_id);

// ErrorKind::config with the setting and a hint; never with a key in it.
base::Result<ModelTarget> resolve_model(const json::Value& config, const base::Env& env,
                                        const std::string& agent_id);
// The same for a reference of the caller's ("provider/model", a bare name or an alias).
base::Result<ModelTarget> resolve_model_named(const json::Value& config, const base::Env& env,
                                              std::string_view ref);

}  // namespace openclaw::agent
