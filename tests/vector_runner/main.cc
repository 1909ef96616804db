#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/random.h"
#include "base/strings.h"
#include "fs/file.h"
#include "runner.h"

namespace openclaw::vectors {
namespace {

std::map<std::string, std::map<std::string, Op>>& areas() {
  static std::map<std::string, std::map<std::string, Op>> all;
  return all;
}

std::string g_scratch;

void drop_scratch() {
  if (g_scratch.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(g_scratch, ignored);
  g_scratch.clear();
}

// $DIR and $CONFIG inside every text of an input.
void fill_in(json::Value& value) {
  if (auto* text = value.if_string()) {
    std::string filled(text->data(), text->size());
    if (filled.find("$CONFIG") != std::string::npos) filled = base::replace_all(filled, "$CONFIG", scratch() + "/openclaw.json");
    if (filled.find("$DIR") != std::string::npos) filled = base::replace_all(filled, "$DIR", scratch());
    *text = filled;
  } else if (auto* list = value.if_array()) {
    for (auto& item : *list) fill_in(item);
  } else if (auto* object = value.if_object()) {
    json::Object filled;
    for (auto& [key, item] : *object) {
      json::Value name(key);
      fill_in(name);
      fill_in(item);
      filled[name.as_string()] = std::move(item);
    }
    *object = std::move(filled);
  }
}

std::string take_out(std::string line) {
  if (g_scratch.empty()) return line;
  line = base::replace_all(line, g_scratch + "/openclaw.json", "$CONFIG");
  return base::replace_all(line, g_scratch, "$DIR");
}

int list() {
  for (const auto& [area, ops] : areas()) {
    std::string line = area + ":";
    for (const auto& [op, run] : ops) line += " " + op;
    std::puts(line.c_str());
  }
  return 0;
}

int run(const std::string& area, const std::string& path) {
  const auto text = fs::read_file(path);
  const auto file = text ? json::parse(*text) : base::Result<json::Value>(base::fail(base::ErrorKind::io, "unreadable"));
  const auto* object = file ? file->if_object() : nullptr;
  const auto* cases = object ? json::get_array(*object, "cases") : nullptr;
  if (!cases) {
    std::fprintf(stderr, "vector_runner: %s is no vector file\n", path.c_str());
    return 1;
  }
  const auto known = areas().find(area);
  for (const auto& item : *cases) {
    const auto& one = item.as_object();
    json::Object line;
    line["id"] = one.at("id");
    const std::string op = json::get_string_or(one, "op", "");
    const bool has = known != areas().end() && known->second.contains(op);
    if (!has) {
      line["skipped"] = "operation not known";
    } else {
      json::Value in = one.contains("in") ? one.at("in") : json::Value(json::Object{});
      fill_in(in);
      Outcome outcome = known->second.at(op)(in.as_object());
      if (outcome.got) line["got"] = std::move(*outcome.got);
      else line["skipped"] = outcome.skipped;
    }
    std::puts(take_out(json::write(line)).c_str());
    drop_scratch();
  }
  return 0;
}

}  // namespace

Area::Area(const char* name, std::map<std::string, Op> ops) { areas()[name] = std::move(ops); }

const std::string& scratch() {
  if (g_scratch.empty()) {
    g_scratch = (std::filesystem::temp_directory_path() / ("openclaw-vectors-" + base::random_hex(8))).string();
    std::filesystem::create_directories(g_scratch);
  }
  return g_scratch;
}

}  // namespace openclaw::vectors

int main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "--list") return openclaw::vectors::list();
  if (argc == 3) return openclaw::vectors::run(argv[1], argv[2]);
  std::fputs("usage: vector_runner AREA FILE | vector_runner --list\n", stderr);
  return 2;
}
