// The status overview. Pure.
#pragma once
#include "cli/format.h"
#include "client/connect.h"

#include <string>

namespace openclaw::cli {

struct StatusView {
  client::Target target;
  bool reachable = false;
  json::Object hello;  // hello-ok, when reachable
  json::Value status;  // the status method's payload, when reachable
  std::string error, error_lines, auth_warning, credential_source;
  std::int64_t connect_ms = 0;
  std::string os_release, os_arch;
};

json::Value status_json(const StatusView& view);
std::string format_status(const StatusView& view, std::int64_t now_ms, bool boxes);
// "OPENCLAW_GATEWAY_TOKEN", "stored device token", "none": a source, never a value.
std::string credential_source(const client::Gateway& gateway);
// The gateway's own presence entry; empty when there is none.
json::Object gateway_self(const json::Object& hello);

}  // namespace openclaw::cli
