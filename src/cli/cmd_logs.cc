// logs: the end of the gateway's log, and with --follow what comes after it. One connection, continued by cursor.
#include "base/strings.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/rpc.h"

#include <chrono>
#include <thread>

namespace openclaw::cli {
namespace {

struct Record {
  bool parsed = false;
  std::string time, level, subsystem, message;
};

// A record of the reference ({"0": subsystem, "1": message, "_meta"}) or a flat one of ours.
Record read_record(const std::string& line) {
  Record out;
  const auto value = json::parse(line);
  const auto* object = value ? value->if_object() : nullptr;
  if (!object) return out;
  out.parsed = true;
  out.time = json::get_string_or(*object, "time", "");
  if (const auto* meta = json::get_object(*object, "_meta")) {
    out.level = base::lower_ascii(json::get_string_or(*meta, "logLevelName", ""));
    if (out.time.empty()) out.time = json::get_string_or(*meta, "date", "");
    std::string name = json::get_string_or(*object, "0", "");
    if (const auto parsed = json::parse(name); parsed && parsed->is_object()) {
      out.subsystem = json::get_string_or(parsed->get_object(), "subsystem", "");
      name = json::get_string_or(*object, "1", "");
    }
    out.message = name;
    return out;
  }
  out.level = json::get_string_or(*object, "level", "");
  out.subsystem = json::get_string_or(*object, "subsystem", "");
  out.message = json::get_string_or(*object, "msg", "");
  return out;
}

json::Object typed(const char* type) {
  json::Object out;
  out["type"] = type;
  return out;
}

void notice(Invocation& inv, const std::string& text) {
  if (!inv.json()) return inv.console->err(text);
  auto line = typed("notice");
  line["message"] = text;
  inv.console->out(json::write(line));
}

void show(Invocation& inv, const std::string& text) {
  const Record record = read_record(text);
  if (!inv.json()) {
    return inv.console->out(record.parsed ? fmt::format("{} {} {} {}", record.time, record.level, record.subsystem, record.message) : text);
  }
  auto line = typed(record.parsed ? "log" : "raw");
  if (record.parsed) {
    line["time"] = record.time;
    line["level"] = record.level;
    line["subsystem"] = record.subsystem;
    line["message"] = record.message;
  }
  line["raw"] = text;
  inv.console->out(json::write(line));
}

std::optional<std::int64_t> positive(const Invocation& inv, std::string_view name, std::int64_t otherwise) {
  const auto given = inv.get(name);
  if (!given) return otherwise;
  const auto number = base::parse_int(*given);
  return number && *number > 0 ? std::optional<std::int64_t>(*number) : std::nullopt;
}

void show_answer(Invocation& inv, const json::Object& answer, bool first) {
  if (first) {
    auto meta = typed("meta");
    for (const char* key : {"file", "cursor", "size"}) {
      if (const auto* value = json::find(answer, key)) meta[key] = *value;
    }
    inv.console->out(inv.json() ? json::write(meta) : "Log file: " + json::get_string_or(answer, "file", ""));
  }
  if (json::get_bool(answer, "reset").value_or(false)) notice(inv, "Log cursor reset (file rotated).");
  else if (json::get_bool(answer, "truncated").value_or(false)) notice(inv, "Log tail truncated (increase --max-bytes).");
  if (const auto* lines = json::get_array(answer, "lines")) {
    for (const auto& line : *lines) {
      if (line.is_string()) show(inv, std::string(std::string_view(line.get_string())));
    }
  }
}

int run_logs(Invocation& inv) {
  const auto limit = positive(inv, "limit", 200), bytes = positive(inv, "max-bytes", 250'000), interval = positive(inv, "interval", 1000);
  if (!limit || !bytes || !interval) {
    return report(inv, base::Error{base::ErrorKind::usage, "--limit, --max-bytes and --interval take positive integers", {}, 0});
  }
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  std::optional<std::int64_t> cursor;
  for (;;) {
    json::Object params;
    params["limit"] = *limit;
    params["maxBytes"] = *bytes;
    if (cursor) params["cursor"] = *cursor;
    const auto result = session.call("logs.tail", json::Value(std::move(params)), false, 30'000);
    if (!result) return session.fail(result.error());
    const auto* answer = result->if_object();
    if (answer) show_answer(inv, *answer, !cursor);
    cursor = answer ? json::get_int(*answer, "cursor").value_or(0) : 0;
    if (!inv.has("follow")) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(*interval));
  }
  session.close();
  return kExitOk;
}

constexpr Option kOptions[] = {
    {"--limit", "<n>", "Lines to begin with", "200"},
    {"--max-bytes", "<n>", "... but no more than this", "250000"},
    {"--follow", "", "Go on with what is written next, until Ctrl-C"},
    {"--interval", "<ms>", "How often to look", "1000"},
    {"--plain", "", "No colours (there are none)"},
};
constexpr std::string_view kExamples[] = {"openclaw logs", "openclaw logs --follow", "openclaw logs --json --limit 50"};
constexpr Command kCommands[] = {
    {"logs", "The gateway's log, also of a remote one", "With --json one document a line.", kExamples, kOptions, {}, true, run_logs},
};

}  // namespace

std::span<const Command> log_commands() { return kCommands; }

}  // namespace openclaw::cli
