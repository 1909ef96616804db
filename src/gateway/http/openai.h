// The handlers of openai_routes() that have files of their own.
#pragma once
#include "gateway/http/routes.h"

namespace openclaw::gateway {

void serve_responses(State& state, ExchangePtr exchange);  // POST /v1/responses

}  // namespace openclaw::gateway
