#include "config/substitute.h"

#include "base/strings.h"

#include <algorithm>

namespace openclaw::config {
namespace {

using json::Value;

// Length of "${NAME}" at the start of the text, or 0.
std::size_t reference_length(std::string_view text) {
  if (text.substr(0, 2) != "${") return 0;
  std::size_t at = 2;
  for (; at < text.size() && text[at] != '}'; ++at) {
    const char c = text[at];
    const bool good = (c >= 'A' && c <= 'Z') || c == '_' || (at > 2 && c >= '0' && c <= '9');
    if (!good) return 0;
  }
  return at > 2 && at < text.size() ? at + 1 : 0;
}

class Substitution {
 public:
  Substitution(const base::Env& env, std::vector<MissingVariable>& missing) : env_(env), missing_(missing) {}

  Value run(const Value& value) {
    if (value.is_string()) return text(std::string_view(value.get_string()));
    if (const auto* object = value.if_object()) {
      json::Object out;
      for (const auto& [key, item] : *object) {
        at_.emplace_back(std::string_view(key));
        out.emplace(key, run(item));
        at_.pop_back();
      }
      return out;
    }
    if (const auto* array = value.if_array()) {
      json::Array out;
      for (const auto& item : *array) {
        at_.push_back(std::to_string(out.size()));
        out.push_back(run(item));
        at_.pop_back();
      }
      return out;
    }
    return value;
  }

 private:
  Value text(std::string_view in) {
    std::string out;
    while (!in.empty()) {
      const std::size_t dollar = std::min(in.find('$'), in.size());
      out += in.substr(0, dollar);
      in.remove_prefix(dollar);
      if (in.empty()) break;
      if (in.size() > 1 && reference_length(in.substr(1)) > 0) {  // $${NAME}
        const std::size_t length = reference_length(in.substr(1));
        out += in.substr(1, length);
        in.remove_prefix(1 + length);
      } else if (const std::size_t length = reference_length(in)) {
        out += replacement(in.substr(0, length));
        in.remove_prefix(length);
      } else {
        out += '$';
        in.remove_prefix(1);
      }
    }
    return Value(out);
  }

  std::string replacement(std::string_view reference) {
    const std::string name(reference.substr(2, reference.size() - 3));
    const auto value = env_.get(name);
    if (value && !value->empty()) return *value;
    missing_.push_back({name, at_});
    return std::string(reference);
  }

  const base::Env& env_;
  std::vector<MissingVariable>& missing_;
  KeyPath at_;
};

constexpr std::string_view kDangerousPrefixes[] = {"LD_",         "DYLD_",       "BASH_FUNC_",
                                                   "GIT_CONFIG_", "NPM_CONFIG_", "CARGO_REGISTRIES_",
                                                   "PIP_",        "UV_",         "DOCKER_"};
constexpr std::string_view kDangerousNames[] = {"NODE_OPTIONS",
                                                "NODE_PATH",
                                                "PYTHONPATH",
                                                "PYTHONHOME",
                                                "PYTHONSTARTUP",
                                                "PERL5LIB",
                                                "PERL5OPT",
                                                "RUBYLIB",
                                                "RUBYOPT",
                                                "CLASSPATH",
                                                "JAVA_TOOL_OPTIONS",
                                                "_JAVA_OPTIONS",
                                                "BASH_ENV",
                                                "ENV",
                                                "SHELL",
                                                "SHELLOPTS",
                                                "PS4",
                                                "IFS",
                                                "PROMPT_COMMAND",
                                                "ZDOTDIR",
                                                "LUA_PATH",
                                                "LUA_CPATH",
                                                "EDITOR",
                                                "VISUAL",
                                                "PAGER",
                                                "GIT_PAGER",
                                                "GIT_EDITOR",
                                                "LESSOPEN",
                                                "LESSCLOSE",
                                                "MANPAGER",
                                                "GIT_SSH",
                                                "GIT_SSH_COMMAND",
                                                "GIT_ASKPASS",
                                                "SSH_ASKPASS",
                                                "GIT_EXEC_PATH",
                                                "GIT_PROXY_COMMAND",
                                                "GIT_EXTERNAL_DIFF",
                                                "CC",
                                                "CXX",
                                                "RUSTC_WRAPPER",
                                                "SSL_CERT_FILE",
                                                "SSL_CERT_DIR",
                                                "NODE_EXTRA_CA_CERTS",
                                                "NODE_TLS_REJECT_UNAUTHORIZED",
                                                "CURL_CA_BUNDLE",
                                                "REQUESTS_CA_BUNDLE",
                                                "SSLKEYLOGFILE",
                                                "HTTP_PROXY",
                                                "HTTPS_PROXY",
                                                "ALL_PROXY",
                                                "NO_PROXY",
                                                "GOPROXY",
                                                "GOFLAGS",
                                                "HOME",
                                                "XDG_CONFIG_HOME",
                                                "AWS_CONFIG_FILE"};

void add(base::Env& env, std::string_view name, const Value& value) {
  if (!value.is_string() || dangerous_variable(name) || env.non_blank(name)) return;
  const std::string_view text = value.get_string();
  if (base::trim(text).empty() || !first_reference(text).empty()) return;
  env.set(std::string(name), std::string(text));
}

}  // namespace

Value substitute(const Value& value, const base::Env& env, std::vector<MissingVariable>& missing) {
  return Substitution(env, missing).run(value);
}

std::string_view first_reference(std::string_view text) {
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 1)) {
    if (const std::size_t length = reference_length(text.substr(at))) return text.substr(at + 2, length - 3);
  }
  return {};
}

std::string_view whole_reference(std::string_view text) {
  return !text.empty() && reference_length(text) == text.size() ? text.substr(2, text.size() - 3)
                                                                : std::string_view();
}

bool dangerous_variable(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  for (const auto prefix : kDangerousPrefixes) {
    if (std::string_view(upper).substr(0, prefix.size()) == prefix) return true;
  }
  return std::find(std::begin(kDangerousNames), std::end(kDangerousNames), upper) !=
         std::end(kDangerousNames);
}

base::Env with_config_env(const Value& document, base::Env env) {
  const Value* block = json::find_path(document, "env");
  if (!block || !block->is_object()) return env;
  if (const auto* vars = json::get_object(block->get_object(), "vars")) {
    for (const auto& [name, value] : *vars) add(env, name, value);
  }
  for (const auto& [name, value] : block->get_object()) add(env, name, value);
  return env;
}

}  // namespace openclaw::config
