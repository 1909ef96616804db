#include "gateway/methods/system_lines.h"

#include "base/random.h"
#include "base/strings.h"
#include "store/records.h"

namespace openclaw::gateway {
namespace {

constexpr const char* kKind = "system-line";
constexpr std::int64_t kRepeatMs = 1'500;

// "2026-11-24 06:30:51 UTC"
std::string line_time(std::int64_t ms) {
  std::string text = base::iso_time(ms).substr(0, 19);
  text[10] = ' ';
  return text + " UTC";
}

}  // namespace

bool SystemLines::add(const std::string& session_key, Line line, std::vector<std::string>& dropped) {
  auto& lines = by_session_[session_key];
  if (!lines.empty() && lines.back().text == line.text) return false;
  lines.push_back(std::move(line));
  while (lines.size() > kMaxLines) {
    dropped.push_back(lines.front().id);
    lines.pop_front();
  }
  return true;
}

std::vector<SystemLines::Line> SystemLines::take(const std::string& session_key) {
  const auto it = by_session_.find(session_key);
  if (it == by_session_.end()) return {};
  std::vector<Line> out(it->second.begin(), it->second.end());
  by_session_.erase(it);
  return out;
}

std::vector<std::string> SystemLines::texts(const std::string& session_key) const {
  std::vector<std::string> out;
  if (const auto it = by_session_.find(session_key); it != by_session_.end()) {
    for (const auto& line : it->second) out.push_back(line.text);
  }
  return out;
}

bool SystemLines::repeated(const std::string& key, std::int64_t now) {
  std::erase_if(recent_, [now](const auto& entry) { return now - entry.second > kRepeatMs || entry.second > now; });
  return !recent_.emplace(key, now).second;
}

SystemLines& system_lines(State& state) {
  if (!state.lines) state.lines = std::make_shared<SystemLines>();
  return *state.lines;
}

base::Task<base::Result<>> load_lines(State& state) {
  auto job = [](store::Db& db) { return store::load_records(db, kKind); };
  auto loaded = co_await state.store.read(std::move(job));
  if (!loaded) co_return tl::unexpected(std::move(loaded).error());
  std::vector<std::string> dropped;
  // Ids begin with the time, so they come in order.
  for (const auto& [id, body] : *loaded) {
    SystemLines::Line line{id, json::get_string_or(body, "text", ""), json::get_int(body, "ts").value_or(0)};
    system_lines(state).add(json::get_string_or(body, "sessionKey", ""), std::move(line), dropped);
  }
  co_return base::Result<>{};
}

base::Task<base::Result<>> add_line(State& state, std::string session_key, std::string text) {
  SystemLines::Line line;
  line.ts = state.clock.wall_ms();
  line.id = fmt::format("{:016}-{}", line.ts, base::random_hex(8));
  line.text = base::cut_utf8(base::trim(text), kMaxLineBytes);
  json::Object body;
  body["sessionKey"] = session_key;
  body["text"] = line.text;
  body["ts"] = line.ts;
  std::vector<std::string> dropped;
  const std::string id = line.id;
  if (line.text.empty() || !system_lines(state).add(session_key, std::move(line), dropped)) co_return base::Result<>{};
  auto job = [id, body = std::move(body), dropped](store::Db& db) -> base::Result<> {
    for (const auto& old : dropped) OC_TRY(store::delete_record(db, kKind, old));
    return store::put_record(db, kKind, id, body);
  };
  auto written = co_await state.store.write(std::move(job));
  co_return written;
}

void add_lines(State& state, agent::RunRequest& request, std::function<base::Result<>(store::Db&)>& also) {
  auto lines = system_lines(state).take(request.session_key);
  if (lines.empty()) return;
  std::string text = "## What happened since the last turn\n";
  std::vector<std::string> ids;
  for (const auto& line : lines) {
    text += "System: [" + line_time(line.ts) + "] " + line.text + "\n";
    ids.push_back(line.id);
  }
  request.extra_system_prompt += (request.extra_system_prompt.empty() ? "" : "\n") + text;
  also = [ids = std::move(ids), before = std::move(also)](store::Db& db) -> base::Result<> {
    for (const auto& id : ids) OC_TRY(store::delete_record(db, kKind, id));
    if (before) return before(db);
    return {};
  };
}

}  // namespace openclaw::gateway
