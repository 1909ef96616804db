#include "store/records.h"

#include "store/document.h"

namespace openclaw::store {

base::Result<std::vector<std::pair<std::string, json::Object>>> load_records(Db& db,
                                                                             const std::string& kind) {
  std::vector<std::pair<std::string, json::Object>> out;
  base::Result<> damage;
  OC_TRY(db.each("SELECT id, body FROM records WHERE kind = ? ORDER BY id", {kind}, [&](const Row& row) {
    std::string id = row.text(0);
    auto body = read_object(row.text(1), kind + " record " + id);
    if (!body) {
      damage = tl::unexpected(std::move(body).error());
      return false;
    }
    out.emplace_back(std::move(id), std::move(*body));
    return true;
  }));
  OC_TRY(damage);
  return out;
}

base::Result<> put_record(Db& db, const std::string& kind, const std::string& id, const json::Object& body) {
  return db.run(
      "INSERT INTO records (kind, id, body) VALUES (?, ?, ?) "
      "ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
      {kind, id, json::write(body)});
}

base::Result<> delete_record(Db& db, const std::string& kind, const std::string& id) {
  return db.run("DELETE FROM records WHERE kind = ? AND id = ?", {kind, id});
}

}  // namespace openclaw::store
