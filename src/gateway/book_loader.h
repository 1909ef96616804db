// The device book out of the store, with what a reference gateway left behind at the first start (spec: decisions 11).
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "auth/devices.h"
#include "auth/import_reference.h"
#include "store/db.h"

namespace openclaw::gateway {

struct StoredBook {
  std::vector<std::pair<std::string, json::Object>> paired, pending, bootstrap;
  std::vector<std::string> import_problems;  // of the import, when this start made it
  std::size_t imported = 0;
};

// A job of the store: takes `import` over unless an earlier start did, then loads.
base::Result<StoredBook> load_book(store::Db& db, const auth::ImportedPairing& import);
// Fills the book and says in the log what was imported.
void fill_book(auth::DeviceBook& book, const StoredBook& stored, std::int64_t now);

}  // namespace openclaw::gateway
