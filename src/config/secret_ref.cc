#include "config/secret_ref.h"

#include <fmt/format.h>

namespace openclaw::config {
namespace {

bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

bool valid_provider(std::string_view text) {
  if (text.empty() || text.size() > 64 || !lower(text[0])) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return lower(c) || digit(c) || c == '_' || c == '-'; });
}

bool valid_env_id(std::string_view text) {
  if (text.empty() || text.size() > 128 || !upper(text[0])) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return upper(c) || digit(c) || c == '_'; });
}

bool valid_file_id(std::string_view text) { return text == "value" || (!text.empty() && text[0] == '/'); }

bool valid_exec_id(std::string_view text) {
  if (text.empty() || text.size() > 256 || text[0] == '.') return false;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find('/', start), text.size());
    const std::string_view part = text.substr(start, end - start);
    if (part == "." || part == "..") return false;
    start = end + 1;
  }
  const auto good = [](char c) {
    return lower(c) || upper(c) || digit(c) || c == '.' || c == '_' || c == ':' || c == '/' || c == '-';
  };
  return good(text[0]) && text[0] != '_' && text[0] != ':' && text[0] != '/' && text[0] != '-' &&
         std::all_of(text.begin(), text.end(), good);
}

std::string id_fault(std::string_view source, std::string_view id) {
  if (source == "env" && !valid_env_id(id)) {
    return "Env secret reference id must match /^[A-Z][A-Z0-9_]{0,127}$/ (example: \"OPENAI_API_KEY\").";
  }
  if (source == "file" && !valid_file_id(id)) {
    return "File secret reference id must be an absolute JSON pointer (example: "
           "\"/providers/openai/apiKey\"), or "
           "\"value\" for singleValue mode.";
  }
  if (source == "exec" && !valid_exec_id(id)) {
    return "Exec secret reference id must match /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,255}$/ and hold no \".\" or "
           "\"..\" "
           "segment (example: \"vault/openai/api-key\").";
  }
  return {};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> secret_ref_faults(const json::Object& object) {
  const auto source = json::get_string(object, "source");
  if (!source || (*source != "env" && *source != "file" && *source != "exec")) return {{"", "Invalid input"}};
  std::vector<std::pair<std::string, std::string>> faults;
  if (const auto* provider = json::find(object, "provider")) {
    if (!provider->is_string() || !valid_provider(std::string_view(provider->get_string()))) {
      faults.emplace_back(
          "provider",
          "Secret reference provider must match /^[a-z][a-z0-9_-]{0,63}$/ (example: \"default\").");
    }
  }
  const auto id = json::get_string(object, "id");
  if (!id) {
    faults.emplace_back("id", "Invalid input: expected string, received undefined");
  } else if (std::string fault = id_fault(*source, *id); !fault.empty()) {
    faults.emplace_back("id", std::move(fault));
  }
  for (const auto& [key, value] : object) {
    const std::string_view name = key;
    if (name != "source" && name != "provider" && name != "id") {
      faults.emplace_back("", fmt::format("Unrecognized key: \"{}\"", name));
    }
  }
  return faults;
}

std::optional<SecretRef> secret_ref_of(const json::Value& value) {
  const auto* object = value.if_object();
  if (!object || !secret_ref_faults(*object).empty()) return std::nullopt;
  SecretRef ref;
  ref.source = json::get_string_or(*object, "source", "");
  ref.provider = json::get_string_or(*object, "provider", "default");
  ref.id = json::get_string_or(*object, "id", "");
  return ref;
}

base::Result<std::string> resolve_secret_ref(const SecretRef& ref, const base::Env& env,
                                             std::string_view default_env) {
  if (ref.source != "env" || ref.provider != default_env) {
    return base::fail(
        base::ErrorKind::config,
        fmt::format("secret reference {}:{}:{} cannot be resolved: this version knows only references to "
                    "the environment (source env, provider {})",
                    ref.source, ref.provider, ref.id, default_env));
  }
  auto value = env.non_blank(ref.id);
  if (!value) {
    return base::fail(base::ErrorKind::config,
                      fmt::format("Environment variable \"{}\" is missing or empty.", ref.id),
                      fmt::format("export {}=...", ref.id));
  }
  return std::move(*value);
}

}  // namespace openclaw::config
