#include "gateway/book_loader.h"

#include "base/log.h"
#include "store/records.h"

namespace openclaw::gateway {
namespace {

constexpr const char* kMarker = "pairing-import";

// Whether this start takes the import over.
base::Result<bool> import_once(store::Db& db, const auth::ImportedPairing& import, bool in_use) {
  OC_TRY_ASSIGN(const auto meta, store::load_records(db, "meta"));
  for (const auto& [id, body] : meta) {
    if (id == kMarker) return false;
  }
  if (!in_use) {
    for (const auto& record : import.records)
      OC_TRY(store::put_record(db, record.kind, record.id, record.body));
  }
  json::Object marker;
  marker["records"] = in_use ? 0 : import.records.size();
  OC_TRY(store::put_record(db, "meta", kMarker, marker));
  return !in_use;
}

}  // namespace

base::Result<StoredBook> load_book(store::Db& db, const auth::ImportedPairing& import) {
  StoredBook out;
  // Where pairings of our own exist, the folder has been in use, and older files must not come back to life.
  OC_TRY_ASSIGN(out.paired, store::load_records(db, "device"));
  OC_TRY_ASSIGN(const bool imported, import_once(db, import, !out.paired.empty()));
  if (imported) {
    out.imported = import.records.size();
    out.import_problems = import.problems;
    OC_TRY_ASSIGN(out.paired, store::load_records(db, "device"));
  }
  OC_TRY_ASSIGN(out.pending, store::load_records(db, "device-pending"));
  OC_TRY_ASSIGN(out.bootstrap, store::load_records(db, "bootstrap"));
  return out;
}

void fill_book(auth::DeviceBook& book, const StoredBook& stored, std::int64_t now) {
  for (const auto& [id, body] : stored.paired) book.load_paired(body);
  for (const auto& [id, body] : stored.pending) book.load_pending(body);
  for (const auto& [id, body] : stored.bootstrap) {
    if (auto token = auth::BootstrapToken::from_json(body)) book.bootstrap().load(std::move(*token), now);
  }
  if (stored.imported > 0)
    base::log_info("gateway",
                   fmt::format("imported {} pairing records of the reference gateway", stored.imported));
  for (const auto& problem : stored.import_problems) base::log_warn("gateway", "pairing import: " + problem);
}

}  // namespace openclaw::gateway
