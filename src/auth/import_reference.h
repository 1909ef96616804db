// Pairings that a reference gateway left in the state folder (OpenClaw protocol 4.4): devices, nodes, waiting requests
// and bootstrap tokens, read once at the first start. The files are left as they are. Blocking; at start only.
#pragma once
#include <string>
#include <vector>

#include "json/json.h"

namespace openclaw::auth {

struct ImportedRecord {
  std::string kind, id;  // of the store: "device", "device-pending", "bootstrap"
  json::Object body;
};

struct ImportedPairing {
  std::vector<ImportedRecord> records;
  std::vector<std::string> problems;  // "devices/paired.json: ..." of what was skipped; never a secret
};

// Requests and tokens that have expired at `now` (Unix ms) are left out.
ImportedPairing import_reference_pairing(const std::string& state_dir, std::int64_t now);

}  // namespace openclaw::auth
