// Small keyed documents: pairing records and settings. `kind` is one of "device", "device-pending", "node",
// "node-pending", "meta".
#pragma once
#include "json/json.h"
#include "store/db.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace openclaw::store {

base::Result<std::vector<std::pair<std::string, json::Object>>> load_records(Db& db, const std::string& kind);
base::Result<> put_record(Db& db, const std::string& kind, const std::string& id, const json::Object& body);
base::Result<> delete_record(Db& db, const std::string& kind, const std::string& id);

}  // namespace openclaw::store
