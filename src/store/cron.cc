#include "store/cron.h"

#include "store/document.h"

namespace openclaw::store {

base::Result<> append_cron_run(Db& db, const std::string& job_id, std::int64_t ts, const json::Object& body, std::int64_t keep) {
  OC_TRY(db.run("INSERT INTO cron_runs (job_id, ts, body) VALUES (?, ?, ?)", {job_id, ts, json::write(body)}));
  return db.run("DELETE FROM cron_runs WHERE job_id = ? AND id <= (SELECT id FROM cron_runs WHERE job_id = ? "
                "ORDER BY id DESC LIMIT 1 OFFSET ?)",
                {job_id, job_id, keep});
}

base::Result<> each_cron_run(Db& db, const std::string& job_id, const std::function<bool(json::Object)>& entry) {
  base::Result<> damage;
  const auto row = [&](const Row& r) {
    auto body = read_object(r.text(0), "cron run");
    if (!body) {
      damage = tl::unexpected(std::move(body).error());
      return false;
    }
    return entry(std::move(*body));
  };
  if (job_id.empty()) {
    OC_TRY(db.each("SELECT body FROM cron_runs ORDER BY ts DESC, id DESC", {}, row));
  } else {
    OC_TRY(db.each("SELECT body FROM cron_runs WHERE job_id = ? ORDER BY id DESC", {job_id}, row));
  }
  return damage;
}

base::Result<> delete_cron_runs(Db& db, const std::string& job_id) {
  return db.run("DELETE FROM cron_runs WHERE job_id = ?", {job_id});
}

}  // namespace openclaw::store
