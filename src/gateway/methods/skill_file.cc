#include "gateway/methods/skill_file.h"

#include "base/strings.h"
#include "json/json5.h"

#include <map>
#include <vector>

namespace openclaw::gateway {
namespace {

// The lines of one key: what stands after the colon, then the lines that belong to it.
using RawValue = std::vector<std::string_view>;

std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<std::map<std::string, RawValue>> front_matter(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (base::trim(take_line(text)) != "---") return std::nullopt;
  std::map<std::string, RawValue> out;
  RawValue* current = nullptr;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (base::trim(line) == "---") return out;
    const bool inner = line.empty() || line[0] == ' ' || line[0] == '\t' || line[0] == '}' ||
                       line[0] == ']' || line[0] == '{';
    const auto colon = line.find(':');
    if (inner || line[0] == '#' || colon == std::string_view::npos) {
      if (current && line.substr(0, 1) != "#") current->push_back(line);
      continue;
    }
    current = &out[std::string(base::trim(line.substr(0, colon)))];
    *current = {line.substr(colon + 1)};
  }
  return std::nullopt;  // not closed
}

std::string joined(const RawValue& value, std::size_t from, char separator) {
  std::string out;
  for (std::size_t i = from; i < value.size(); ++i) {
    const std::string_view line = base::trim(value[i]);
    if (!out.empty() && !line.empty()) out += separator;
    out += line;
  }
  return out;
}

std::string text_of(const RawValue& value) {
  const std::string_view first = base::trim(value.front());
  if (first.starts_with('>')) return joined(value, 1, ' ');
  if (first.starts_with('|')) return joined(value, 1, '\n');
  std::string text = joined(value, 0, ' ');
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    const auto parsed = json::parse(text);
    if (parsed && parsed->is_string()) return std::string(std::string_view(parsed->get_string()));
    return text.substr(1, text.size() - 2);
  }
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    return base::replace_all(text.substr(1, text.size() - 2), "''", "'");
  }
  if (const auto comment = text.find(" #"); comment != std::string::npos) text.resize(comment);
  return std::string(base::trim(text));
}

json::Object manifest_of(const RawValue& value) {
  std::string text;
  for (const auto line : value) text += std::string(line) + "\n";
  const auto parsed = json::parse_json5(text);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (!object) return {};
  for (const char* name : {"openclaw", "clawdbot"}) {
    if (const auto* manifest = json::get_object(*object, name)) return *manifest;
  }
  return {};
}

}  // namespace

std::optional<SkillFile> parse_skill_file(std::string_view text) {
  if (text.size() > kMaxSkillFile || !base::is_utf8(text)) return std::nullopt;
  const auto fields = front_matter(text);
  if (!fields) return std::nullopt;
  const auto read = [&](const char* name) {
    const auto found = fields->find(name);
    return found == fields->end() ? std::string() : text_of(found->second);
  };
  SkillFile out;
  out.name = read("name");
  out.description = read("description");
  out.homepage = read("homepage");
  if (out.description.empty()) return std::nullopt;
  if (const auto found = fields->find("metadata"); found != fields->end())
    out.manifest = manifest_of(found->second);
  if (const auto page = json::get_string(out.manifest, "homepage")) out.homepage = *page;
  return out;
}

}  // namespace openclaw::gateway
