#include "nodes/host/env_filter.h"

#include "base/strings.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace openclaw::nodes {
namespace {

constexpr char kDefaultPath[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

using Names = std::set<std::string, std::less<>>;

Names words(std::string_view text) {
  Names out;
  for (const std::string& word : base::split(text, ' ')) {
    if (!word.empty()) out.insert(word);
  }
  return out;
}

const Names& everywhere() {
  static const Names kNames = words(
      "NODE_OPTIONS NODE_PATH PYTHONHOME PYTHONPATH PERL5LIB PERL5OPT RUBYLIB RUBYOPT BASH_ENV ENV BROWSER "
      "GIT_EDITOR "
      "GIT_EXTERNAL_DIFF GIT_EXEC_PATH GIT_SEQUENCE_EDITOR GIT_TEMPLATE_DIR GIT_SSL_NO_VERIFY GIT_SSL_CAINFO "
      "GIT_SSL_CAPATH CC CXX CARGO_BUILD_RUSTC CMAKE_C_COMPILER CMAKE_CXX_COMPILER SHELL SHELLOPTS PS4 "
      "GCONV_PATH IFS "
      "SSLKEYLOGFILE JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS PYTHONBREAKPOINT DOTNET_STARTUP_HOOKS "
      "DOTNET_ADDITIONAL_DEPS GLIBC_TUNABLES MAVEN_OPTS SBT_OPTS GRADLE_OPTS ANT_OPTS");
  return kNames;
}

const Names& overrides_only() {
  static const Names kNames = words(
      "PATH HOME ZDOTDIR GRADLE_USER_HOME PROMPT_COMMAND HISTFILE EDITOR VISUAL FCEDIT SUDO_EDITOR PAGER "
      "MANPAGER "
      "GIT_PAGER LESSOPEN LESSCLOSE GIT_SSH GIT_SSH_COMMAND GIT_PROXY_COMMAND GIT_ASKPASS SSH_ASKPASS "
      "HTTP_PROXY "
      "HTTPS_PROXY ALL_PROXY NO_PROXY NODE_TLS_REJECT_UNAUTHORIZED NODE_EXTRA_CA_CERTS SSL_CERT_FILE "
      "SSL_CERT_DIR "
      "REQUESTS_CA_BUNDLE CURL_CA_BUNDLE OPENSSL_CONF OPENSSL_ENGINES BUN_CONFIG_REGISTRY YARN_RC_FILENAME "
      "DOCKER_HOST "
      "DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_CONTEXT LIBRARY_PATH CPATH C_INCLUDE_PATH "
      "CPLUS_INCLUDE_PATH "
      "OBJC_INCLUDE_PATH CGO_CFLAGS CGO_LDFLAGS GOFLAGS GOPROXY GONOSUMCHECK GONOSUMDB GONOPROXY GOPRIVATE "
      "GOENV GOPATH "
      "PYTHONSTARTUP PYTHONUSERBASE VIRTUAL_ENV PERL5DB PERL5DBCMD LUA_PATH LUA_CPATH GEM_HOME GEM_PATH "
      "BUNDLE_GEMFILE "
      "COMPOSER_HOME CLASSPATH PHPRC PHP_INI_SCAN_DIR DENO_DIR CORECLR_PROFILER_PATH WGETRC CURL_HOME "
      "XDG_CONFIG_HOME "
      "AWS_CONFIG_FILE PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_PYPI_URL PIP_FIND_LINKS PIP_CONFIG_FILE "
      "PIP_TRUSTED_HOST "
      "UV_INDEX UV_INDEX_URL UV_EXTRA_INDEX_URL UV_DEFAULT_INDEX UV_FIND_LINKS UV_CONFIG_FILE UV_PYTHON");
  return kNames;
}

std::string upper(std::string_view name) {
  std::string out(name);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

bool is_portable_name(std::string_view name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front()))) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

bool survives_shell(std::string_view name) {
  return name == "TERM" || name == "LANG" || name == "COLORTERM" || name == "NO_COLOR" ||
         name == "FORCE_COLOR" || name.starts_with("LC_");
}

bool is_credential(std::string_view name) {
  return name == "OPENCLAW_GATEWAY_TOKEN" || name == "OPENCLAW_GATEWAY_PASSWORD";
}

}  // namespace

bool blocked_everywhere(std::string_view raw) {
  const std::string name = upper(raw);
  return name.starts_with("LD_") || name.starts_with("DYLD_") || name.starts_with("BASH_FUNC_") ||
         everywhere().contains(name);
}

bool blocked_as_override(std::string_view raw) {
  const std::string name = upper(raw);
  return blocked_everywhere(name) || overrides_only().contains(name) || is_credential(name) ||
         name.starts_with("GIT_CONFIG_") || name.starts_with("NPM_CONFIG_") ||
         name.starts_with("CARGO_REGISTRIES_");
}

base::Result<> check_overrides(const EnvOverrides& overrides) {
  std::set<std::string> blocked, invalid;
  for (const auto& [name, value] : overrides) {
    if (!is_portable_name(name)) {
      invalid.insert(name);
    } else if (blocked_as_override(name)) {
      blocked.insert(upper(name));
    }
  }
  std::vector<std::string> parts;
  const auto list = [&](std::string_view title, const std::set<std::string>& names) {
    if (!names.empty()) parts.push_back(std::string(title) + base::join({names.begin(), names.end()}, ", "));
  };
  list("blocked override keys: ", blocked);
  list("invalid non-portable override keys: ", invalid);
  if (parts.empty()) return {};
  return base::fail(base::ErrorKind::invalid,
                    "environment override rejected (" + base::join(parts, "; ") + ")");
}

std::vector<std::string> child_environment(const base::Env& inherited, const EnvOverrides& overrides,
                                           bool shell_wrapper) {
  std::map<std::string, std::string> all;
  for (const auto& [name, value] : inherited.all()) {
    if (!blocked_everywhere(name) && !is_credential(name)) all[name] = value;
  }
  all["PATH"] = path_of(inherited);
  for (const auto& [name, value] : overrides) {
    if (!shell_wrapper || survives_shell(name)) all[name] = value;
  }
  std::vector<std::string> out;
  for (const auto& [name, value] : all) out.push_back(name + "=" + value);
  return out;
}

std::string path_of(const base::Env& inherited) { return inherited.non_blank("PATH").value_or(kDefaultPath); }

}  // namespace openclaw::nodes
