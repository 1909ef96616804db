// builtin/operator: the model that is there without an account. It is no language model and says so: a
// command interpreter that reads the last user message, asks for the same tools a model would ask for and
// puts their results into words. The same messages always give the same step.
#pragma once
#include "agent/model.h"

#include <memory>

namespace openclaw::agent {

std::unique_ptr<Provider> make_builtin_operator();

// Pure core. `messages` as in ModelRequest; any content is acceptable.
ModelReply next_step(const json::Array& messages);

}  // namespace openclaw::agent
