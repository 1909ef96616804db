#include "agent/model_config.h"

#include "agent/providers/catalog.h"
#include "base/strings.h"
#include "net/address.h"

namespace openclaw::agent {
namespace {

using base::ErrorKind;

constexpr std::string_view kDefaultProvider = "anthropic";
constexpr std::string_view kDefaultModel = "claude-opus-4-6";

// "x" or {primary: "x"}.
std::string primary_of(const json::Value* model) {
  if (!model) return {};
  if (model->is_string()) return std::string(base::trim(std::string_view(model->get_string())));
  const auto* object = model->if_object();
  return object ? std::string(base::trim(json::get_string_or(*object, "primary", ""))) : std::string();
}

std::string configured_ref(const json::Value& config, std::string_view agent_id) {
  const auto* list = json::find_path(config, "agents.list");
  if (list && list->is_array()) {
    for (const auto& item : list->get_array()) {
      const auto* entry = item.if_object();
      if (!entry || !base::equals_ignore_case(json::get_string_or(*entry, "id", ""), agent_id)) continue;
      if (auto ref = primary_of(json::find(*entry, "model")); !ref.empty()) return ref;
    }
  }
  return primary_of(json::find_path(config, "agents.defaults.model"));
}

// The reference that has `name` as its alias (agents.defaults.models.<ref>.alias).
std::string by_alias(const json::Value& config, std::string_view name) {
  const auto* models = json::find_path(config, "agents.defaults.models");
  if (!models || !models->is_object()) return {};
  for (const auto& [ref, settings] : models->get_object()) {
    const auto* object = settings.if_object();
    if (object && base::equals_ignore_case(json::get_string_or(*object, "alias", ""), name))
      return std::string(ref);
  }
  return {};
}

ModelRef split_ref(const json::Value& config, std::string_view text) {
  std::string ref(base::trim(text));
  if (auto target = by_alias(config, ref); !target.empty()) ref = target;
  const std::size_t slash = ref.find('/');
  if (slash == std::string::npos) return {std::string(kDefaultProvider), ref};
  return {base::lower_ascii(base::trim(ref.substr(0, slash))),
          std::string(base::trim(ref.substr(slash + 1)))};
}

struct ProviderEntry {
  std::string key;  // as written in the configuration
  const json::Object* settings = nullptr;
};
ProviderEntry find_provider(const json::Value& config, std::string_view id) {
  const auto* providers = json::find_path(config, "models.providers");
  if (providers && providers->is_object()) {
    for (const auto& [key, value] : providers->get_object()) {
      if (value.is_object() && base::equals_ignore_case(std::string_view(key), id))
        return {std::string(key), &value.get_object()};
    }
  }
  return {std::string(id), nullptr};
}

const json::Object* find_model(const json::Object* provider, std::string_view id) {
  const auto* models = provider ? json::get_array(*provider, "models") : nullptr;
  if (!models) return nullptr;
  for (const auto& item : *models) {
    const auto* model = item.if_object();
    if (model && json::get_string_or(*model, "id", "") == id) return model;
  }
  return nullptr;
}

bool env_name_like(std::string_view text) {
  return text.size() >= 3 && text.find('_') != std::string_view::npos && text.front() >= 'A' &&
         text.front() <= 'Z' &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

struct Secret {
  std::string value;        // empty: not there
  std::string source;       // for messages
  std::string missing_env;  // the variable that was named but is not set
};

// A string, the name of an environment variable, or {source:"env", provider, id}. `setting` names it in
// errors.
base::Result<Secret> secret_text(const json::Value& value, const std::string& setting, const base::Env& env) {
  Secret out;
  out.source = setting;
  std::string variable;
  if (value.is_string()) {
    const std::string text(base::trim(std::string_view(value.get_string())));
    if (!env_name_like(text)) {
      out.value = text;
      return out;
    }
    variable = text;
  } else if (const auto* ref = value.if_object()) {
    const std::string source = json::get_string_or(*ref, "source", "");
    if (source != "env") {
      return base::fail(
          ErrorKind::config,
          fmt::format("{} is a secret reference with source \"{}\"; only \"env\" is supported here", setting,
                      source),
          fmt::format(
              "openclaw config set {} '{{\"source\":\"env\",\"provider\":\"default\",\"id\":\"VARIABLE\"}}'",
              setting));
    }
    variable = json::get_string_or(*ref, "id", "");
  } else {
    return base::fail(ErrorKind::config, setting + " must be a string or a secret reference");
  }
  if (auto found = env.non_blank(variable)) {
    out.value = std::move(*found);
    out.source = fmt::format("{} (env {})", setting, variable);
  } else {
    out.missing_env = variable;
  }
  return out;
}

// GROQ_API_KEY for a provider that we know nothing about.
std::string derived_variable(std::string_view id) {
  std::string out;
  for (const char c : id)
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : (c >= '0' && c <= '9') ? c : '_';
  return out + "_API_KEY";
}

Secret env_secret(const base::Env& env, const KnownProvider* known, std::string_view id) {
  std::vector<std::string> names;
  if (known) {
    names.emplace_back(known->env);
    if (!known->env2.empty()) names.emplace_back(known->env2);
  } else {
    names.push_back(derived_variable(id));
  }
  for (const auto& name : names) {
    if (auto value = env.non_blank(name)) return {std::move(*value), "env " + name, {}};
  }
  return {};
}

std::string host_of(std::string_view url_text) {
  auto url = net::parse_url(url_text);
  return url ? url->host : std::string();
}

class Resolver {
 public:
  Resolver(const json::Value& config, const base::Env& env, ModelRef ref)
      : env_(env),
        ref_(std::move(ref)),
        entry_(find_provider(config, ref_.provider)),
        known_(known_provider(ref_.provider)),
        model_(find_model(entry_.settings, ref_.model)) {}

  base::Result<ModelTarget> run() {
    target_.provider = ref_.provider;
    target_.model = ref_.model;
    if (ref_.provider == kBuiltinProvider && !entry_.settings) {
      target_.api = kBuiltinProvider;
      return std::move(target_);
    }
    OC_TRY(address());
    OC_TRY(headers());
    OC_TRY(key());
    limits();
    return std::move(target_);
  }

 private:
  std::string setting(std::string_view name) const {
    return fmt::format("models.providers.{}.{}", entry_.key, name);
  }

  base::Result<> address() {
    if (!entry_.settings && !known_) {
      return base::fail(ErrorKind::config,
                        fmt::format("unknown model provider \"{}\" (model {}): it is not built in and "
                                    "models.providers.{} is not configured",
                                    ref_.provider, ref_.text(), ref_.provider),
                        fmt::format("openclaw config set models.providers.{}.baseUrl <url>", ref_.provider));
    }
    if (known_) {
      target_.base_url = known_->base_url;
      target_.api = known_->api;
    }
    if (entry_.settings) {
      if (auto url = json::get_string(*entry_.settings, "baseUrl"); url && !url->empty())
        target_.base_url = *url;
      target_.api = json::get_string_or(*entry_.settings, "api", target_.api);
    }
    if (model_) target_.api = json::get_string_or(*model_, "api", target_.api);
    if (target_.api.empty()) target_.api = "openai-completions";
    if (target_.api == "builtin") return {};
    if (target_.api != "openai-completions" && target_.api != "anthropic-messages") {
      return base::fail(ErrorKind::config,
                        fmt::format("model {}: api \"{}\" is not supported; supported are {}", ref_.text(),
                                    target_.api, kSupportedApis),
                        fmt::format("openclaw config set {} openai-completions", setting("api")));
    }
    if (target_.base_url.empty()) {
      return base::fail(ErrorKind::config,
                        fmt::format("model {}: {} is not set", ref_.text(), setting("baseUrl")),
                        fmt::format("openclaw config set {} <url>", setting("baseUrl")));
    }
    if (auto url = net::parse_url(target_.base_url);
        !url || (url->scheme != "http" && url->scheme != "https")) {
      return base::fail(ErrorKind::config, fmt::format("{} is not an http or https URL", setting("baseUrl")),
                        fmt::format("openclaw config set {} <url>", setting("baseUrl")));
    }
    return {};
  }

  base::Result<> headers() {
    for (const json::Object* level : {entry_.settings, model_}) {
      const auto* list = level ? json::get_object(*level, "headers") : nullptr;
      if (!list) continue;
      for (const auto& [name, value] : *list) {
        OC_TRY_ASSIGN(Secret secret,
                      secret_text(value, setting(fmt::format("headers.{}", std::string_view(name))), env_));
        if (!secret.missing_env.empty() && value.is_string())
          secret.value = secret.missing_env;  // just a text in capitals
        else if (!secret.missing_env.empty()) {
          return base::fail(ErrorKind::config,
                            fmt::format("{} refers to the environment variable {}, which is not set",
                                        secret.source, secret.missing_env),
                            fmt::format("export {}=<value>", secret.missing_env));
        }
        target_.headers.emplace_back(base::lower_ascii(std::string_view(name)), std::move(secret.value));
      }
    }
    return {};
  }

  base::Result<> key() {
    if (target_.api == "builtin") return {};
    Secret configured;
    if (const auto* value = entry_.settings ? json::find(*entry_.settings, "apiKey") : nullptr;
        value && !value->is_null()) {
      OC_TRY_ASSIGN(configured, secret_text(*value, setting("apiKey"), env_));
    }
    Secret found = env_secret(env_, known_, ref_.provider);
    // The environment wins, as everywhere in the reference, but only towards the provider's own host: a key
    // that lies around in the environment is not sent to a proxy that was configured with a key of its own.
    const bool own_host = known_ && host_of(target_.base_url) == host_of(known_->base_url);
    if (found.value.empty() || (!own_host && !configured.value.empty())) found = configured;
    if (found.value.starts_with("sk-ant-oat")) {
      return base::fail(
          ErrorKind::auth,
          fmt::format(
              "the key for provider \"{}\" ({}) is a subscription token (sk-ant-oat...): it is meant for "
              "Anthropic's own client only, and openclaw uses API keys only",
              ref_.provider, found.source),
          "create an API key at https://console.anthropic.com and set ANTHROPIC_API_KEY");
    }
    if (found.value.empty() && !needs_no_key()) return missing_key(configured.missing_env);
    target_.api_key = std::move(found.value);
    target_.key_source = target_.api_key.empty() ? "none" : found.source;
    add_bearer();
    return {};
  }

  // Servers on this machine usually ask for none; a configured authorization header stands for a key.
  bool needs_no_key() const {
    if (net::is_loopback_host(host_of(target_.base_url))) return true;
    return std::any_of(target_.headers.begin(), target_.headers.end(), [](const auto& header) {
      return header.first == "authorization" || header.first == "x-api-key" || header.first == "api-key";
    });
  }

  void add_bearer() {
    const bool wanted = entry_.settings && json::get_bool(*entry_.settings, "authHeader").value_or(false);
    if (wanted && target_.api == "anthropic-messages" && !target_.api_key.empty()) {
      target_.headers.emplace_back("authorization", "Bearer " + target_.api_key);
    }
  }

  base::Result<> missing_key(const std::string& named_variable) const {
    std::string variable = known_ ? std::string(known_->env) : derived_variable(ref_.provider);
    if (!named_variable.empty()) variable = named_variable;
    std::string text =
        fmt::format("No API key found for provider \"{}\" (model {}). ", ref_.provider, ref_.text());
    if (!named_variable.empty())
      text += fmt::format("{} refers to the environment variable {}, which is not set.", setting("apiKey"),
                          variable);
    else
      text += fmt::format("Neither the environment variable {} nor {} is set.", variable, setting("apiKey"));
    if (ref_.provider == kDefaultProvider && env_.non_blank("ANTHROPIC_OAUTH_TOKEN")) {
      text += " ANTHROPIC_OAUTH_TOKEN is not used: openclaw uses API keys only.";
    }
    return base::fail(
        ErrorKind::auth, std::move(text),
        fmt::format("export {}=<key>\nopenclaw config set {} <key>", variable, setting("apiKey")));
  }

  void limits() {
    apply_model_defaults(target_);
    target_.images = known_ && known_->images;
    if (!model_) return;
    const auto positive = [&](std::string_view name, std::int64_t& slot) {
      if (const auto value = json::get_int(*model_, name); value && *value > 0) slot = *value;
    };
    positive("contextWindow", target_.context_window);
    std::int64_t usable = target_.context_window;
    positive("contextTokens", usable);
    target_.context_window = std::min(target_.context_window, usable);
    positive("maxTokens", target_.max_tokens);
    if (const auto* input = json::find(*model_, "input")) {
      const auto kinds = json::string_list(input);
      target_.images = std::find(kinds.begin(), kinds.end(), "image") != kinds.end();
    }
    if (const auto* compat = json::get_object(*model_, "compat")) target_.compat = *compat;
    if (const auto* cost = json::get_object(*model_, "cost")) {
      const auto price = [&](std::string_view name) {
        const auto* value = json::find(*cost, name);
        return value && value->is_number() ? value->to_number<double>() : 0.0;
      };
      target_.cost_input = price("input");
      target_.cost_output = price("output");
      target_.cost_cache_read = price("cacheRead");
      target_.cost_cache_write = price("cacheWrite");
    }
  }

  const base::Env& env_;
  ModelRef ref_;
  ProviderEntry entry_;
  const KnownProvider* known_;
  const json::Object* model_;
  ModelTarget target_;
};

}  // namespace

ModelRef resolve_model_ref(const json::Value& config, const base::Env& env, std::string_view agent_id) {
  const std::string ref = configured_ref(config, agent_id);
  if (!ref.empty()) return split_ref(config, ref);
  const auto provider = find_provider(config, kDefaultProvider);
  const bool has_key =
      env.non_blank("ANTHROPIC_API_KEY") || (provider.settings && provider.settings->contains("apiKey"));
  if (has_key) return {std::string(kDefaultProvider), std::string(kDefaultModel)};
  return {std::string(kBuiltinProvider), "operator"};
}

base::Result<ModelTarget> resolve_model(const json::Value& config, const base::Env& env,
                                        const std::string& agent_id) {
  return Resolver(config, env, resolve_model_ref(config, env, agent_id)).run();
}

base::Result<ModelTarget> resolve_model_named(const json::Value& config, const base::Env& env,
                                              std::string_view ref) {
  return Resolver(config, env, split_ref(config, ref)).run();
}

}  // namespace openclaw::agent
