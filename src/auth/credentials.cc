#include "auth/credentials.h"

#include "base/strings.h"

namespace openclaw::auth {
namespace {

constexpr char kEnvToken[] = "OPENCLAW_GATEWAY_TOKEN";
constexpr char kEnvPassword[] = "OPENCLAW_GATEWAY_PASSWORD";

// One place a credential may be in.
struct Slot {
  std::string path;
  std::string value;  // empty = none usable now
  bool configured = false;
  std::optional<SecretRef> ref;
  bool tried = false;  // the reference was tried and did not resolve

  bool has() const { return !value.empty(); }
  bool pending() const { return ref.has_value() && value.empty(); }
};

struct Slots {
  Slot env_token{kEnvToken}, env_password{kEnvPassword};
  Slot auth_token{"gateway.auth.token"}, auth_password{"gateway.auth.password"};
  Slot remote_token{"gateway.remote.token"}, remote_password{"gateway.remote.password"};
};

struct Rules {
  Surface surface;
  bool remote;
  bool service;           // OPENCLAW_SERVICE_KIND=gateway
  std::string auth_mode;  // "" = unset
  bool strict() const { return remote && surface == Surface::probe; }
};

struct Choice {
  const Slot* token = nullptr;
  const Slot* password = nullptr;
};

// "${NAME}" with an upper-case name anywhere in the text.
bool has_placeholder(std::string_view text) {
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    std::size_t end = at + 2;
    while (end < text.size() && ((text[end] >= 'A' && text[end] <= 'Z') || text[end] == '_' ||
                                 (end > at + 2 && text[end] >= '0' && text[end] <= '9'))) {
      ++end;
    }
    if (end > at + 2 && end < text.size() && text[end] == '}') return true;
  }
  return false;
}

void fill_from_config(Slot& slot, const json::Value* config) {
  const json::Value* value = config ? json::find_path(*config, slot.path) : nullptr;
  if (!value) return;
  if ((slot.ref = secret_ref_of(*value))) {
    slot.configured = true;
    return;
  }
  if (!value->is_string()) return;
  const auto& text = value->get_string();
  slot.value = std::string(base::trim(std::string_view(text.data(), text.size())));
  slot.configured = slot.has();
  if (has_placeholder(slot.value)) slot.value.clear();
}

const Slot* first_of(std::initializer_list<const Slot*> order) {
  for (const Slot* slot : order) {
    if (slot && slot->has()) return slot;
  }
  return nullptr;
}

const Slot* choose_token(const Slots& s, const Rules& rules) {
  const Slot* env = &s.env_token;
  const Slot* local = &s.auth_token;
  const Slot* remote = &s.remote_token;
  if (rules.remote) {
    if (rules.surface == Surface::probe) return first_of({remote});
    if (rules.surface == Surface::node_host) return first_of({env, remote, local});
    return first_of({remote, env, local});
  }
  // A local token that is configured but has no value must not be masked by a remote one.
  if (rules.surface == Surface::node_host || local->configured) remote = nullptr;
  if (rules.service && rules.surface == Surface::call) return first_of({local, remote, env});
  return first_of({env, local, remote});
}

const Slot* choose_password(const Slots& s, const Rules& rules) {
  if (rules.remote) return first_of({&s.env_password, &s.remote_password, &s.auth_password});
  const bool skip_remote = rules.surface == Surface::node_host || s.auth_password.configured;
  return first_of({&s.env_password, &s.auth_password, skip_remote ? nullptr : &s.remote_password});
}

Choice choose(const Slots& slots, const Rules& rules) {
  return {choose_token(slots, rules), choose_password(slots, rules)};
}

bool try_resolve(Slot& slot, const SecretResolver& resolver) {
  if (slot.tried) return false;
  slot.tried = true;
  if (!resolver) return false;
  const auto value = resolver(*slot.ref);
  if (!value) return false;
  slot.value = std::string(base::trim(*value));
  return slot.has();
}

// Resolves the references that alone would decide the outcome (credentials 4, step 2).
void resolve_preferred(Slots& slots, const Rules& rules, const SecretResolver& resolver) {
  for (Slot* slot : {&slots.auth_token, &slots.auth_password, &slots.remote_token, &slots.remote_password}) {
    if (!slot->pending() || slot->tried) continue;
    const bool is_token = slot == &slots.auth_token || slot == &slots.remote_token;
    if (!rules.remote) {
      if (rules.auth_mode == "none" || rules.auth_mode == "trusted-proxy") continue;
      if (rules.auth_mode == (is_token ? "password" : "token")) continue;
    }
    Slots imagined = slots;
    for (Slot* other :
         {&imagined.auth_token, &imagined.auth_password, &imagined.remote_token, &imagined.remote_password}) {
      if (!other->pending()) continue;
      if (other->path == slot->path)
        other->value = "imagined";
      else
        other->configured = false;
    }
    const Choice choice = choose(imagined, rules);
    const Slot* mine = is_token ? choice.token : choice.password;
    const Slot* other_kind = is_token ? choice.password : choice.token;
    if (mine && mine->path == slot->path && !other_kind) try_resolve(*slot, resolver);
  }
}

bool local_reference_decides(const Slot& slot, const Slots& s, const Rules& rules, const Choice& choice) {
  if (&slot == &s.auth_token) {
    if (rules.service && rules.surface == Surface::call && s.env_token.has() && rules.auth_mode != "none" &&
        rules.auth_mode != "trusted-proxy" && rules.auth_mode != "password" &&
        (rules.auth_mode == "token" || !choice.password)) {
      return true;
    }
    return !choice.token && !s.env_token.has() &&
           (rules.auth_mode == "token" || (rules.auth_mode.empty() && !choice.password));
  }
  if (&slot == &s.auth_password) {
    return !choice.password && !s.env_password.has() &&
           (rules.auth_mode == "password" || (rules.auth_mode.empty() && !choice.token));
  }
  return false;
}

bool remote_reference_decides(const Slot& slot, const Slots& s, const Rules& rules, const Choice& choice) {
  if (choice.token || choice.password) return false;
  if (&slot == &s.remote_token) return !s.env_token.has() && (rules.strict() || !s.auth_token.has());
  if (&slot == &s.remote_password) return !s.env_password.has() && !s.auth_password.has();
  if (&slot == &s.auth_token) {
    return !rules.strict() && !s.env_token.has() && !s.remote_token.has() && rules.auth_mode != "password" &&
           rules.auth_mode != "none" && rules.auth_mode != "trusted-proxy";
  }
  return false;
}

// The reference without a value that decides the outcome (credentials 4, step 3), or null.
Slot* deciding_reference(Slots& slots, const Rules& rules, const Choice& choice) {
  std::vector<Slot*> order = {&slots.auth_token, &slots.auth_password};
  if (rules.remote) order = {&slots.remote_token, &slots.remote_password, &slots.auth_token};
  for (Slot* slot : order) {
    if (!slot->pending()) continue;
    if (rules.remote ? remote_reference_decides(*slot, slots, rules, choice)
                     : local_reference_decides(*slot, slots, rules, choice)) {
      return slot;
    }
  }
  return nullptr;
}

void note_others(const Slot& used, std::initializer_list<const Slot*> all, std::vector<std::string>& out) {
  for (const Slot* slot : all) {
    if (slot->has() && slot->path != used.path && slot->value != used.value) out.push_back(slot->path);
  }
}

Credentials to_credentials(const Slots& s, const Slot* token, const Slot* password) {
  Credentials out;
  if (token) {
    out.token = token->value;
    out.token_source = token->path;
    note_others(*token, {&s.env_token, &s.auth_token, &s.remote_token}, out.other_token_sources);
  }
  if (password) {
    out.password = password->value;
    out.password_source = password->path;
    note_others(*password, {&s.env_password, &s.auth_password, &s.remote_password},
                out.other_password_sources);
  }
  return out;
}

tl::unexpected<base::Error> override_without_credentials(const CredentialRequest& request, const Slots& s) {
  const bool typed = request.url_override == UrlOverride::cli;
  std::vector<std::string> found;
  for (const Slot* slot : {&s.remote_token, &s.remote_password, &s.auth_token, &s.auth_password, &s.env_token,
                           &s.env_password}) {
    if (slot->configured) found.push_back(slot->path);
  }
  std::string hint =
      "Fix: pass --token or --password (or gatewayToken in tools).\nConfig: " + request.config_path;
  if (!found.empty()) {
    hint += fmt::format("\nFound but not reused for {}: {}", typed ? "--url" : "OPENCLAW_GATEWAY_URL",
                        base::join(found, ", "));
  }
  return base::fail(typed ? base::ErrorKind::usage : base::ErrorKind::config,
                    "gateway url override requires explicit credentials", std::move(hint));
}

tl::unexpected<base::Error> reference_unavailable(const std::string& path) {
  return base::fail(
      base::ErrorKind::config,
      path + " is configured as a secret reference but is unavailable in this command path.",
      "Fix: set OPENCLAW_GATEWAY_TOKEN/OPENCLAW_GATEWAY_PASSWORD, pass explicit --token/--password,\n"
      "or run a gateway command path that resolves secret references before credential selection.");
}

Slots gather(const CredentialRequest& request) {
  Slots slots;
  for (Slot* slot : {&slots.env_token, &slots.env_password}) {
    if (!request.env) break;
    slot->value = request.env->non_blank(slot->path).value_or("");
    slot->configured = slot->has();
  }
  for (Slot* slot : {&slots.auth_token, &slots.auth_password, &slots.remote_token, &slots.remote_password}) {
    fill_from_config(*slot, request.config);
  }
  return slots;
}

std::string config_text(const CredentialRequest& request, std::string_view path) {
  const json::Value* value = request.config ? json::find_path(*request.config, path) : nullptr;
  if (!value || !value->is_string()) return {};
  const auto& text = value->get_string();
  return std::string(base::trim(std::string_view(text.data(), text.size())));
}

base::Result<Credentials> select_from_config(const CredentialRequest& request, Slots slots) {
  Rules rules{request.surface, request.remote_mode.value_or(config_text(request, "gateway.mode") == "remote"),
              request.env && request.env->get("OPENCLAW_SERVICE_KIND") == "gateway",
              config_text(request, "gateway.auth.mode")};
  if (request.surface == Surface::node_host && !rules.remote) {
    slots.remote_token = Slot{slots.remote_token.path};
    slots.remote_password = Slot{slots.remote_password.path};
  }
  resolve_preferred(slots, rules, request.resolve);
  for (;;) {
    const Choice choice = choose(slots, rules);
    Slot* decides = deciding_reference(slots, rules, choice);
    if (!decides) return to_credentials(slots, choice.token, choice.password);
    if (try_resolve(*decides, request.resolve)) continue;
    if (request.surface != Surface::probe) return reference_unavailable(decides->path);
    Credentials none;
    none.warning =
        decides->path +
        " SecretRef is unresolved in this command path; probing without configured auth credentials.";
    return none;
  }
}

}  // namespace

std::optional<SecretRef> secret_ref_of(const json::Value& value) {
  if (const auto* object = value.if_object()) {
    auto source = json::get_string(*object, "source");
    auto provider = json::get_string(*object, "provider");
    auto id = json::get_string(*object, "id");
    if (object->size() != 3 || !source || !provider || !id) return std::nullopt;
    return SecretRef{std::move(*source), std::move(*provider), std::move(*id)};
  }
  if (!value.is_string()) return std::nullopt;
  const auto& raw = value.get_string();
  const std::string_view text = base::trim(std::string_view(raw.data(), raw.size()));
  if (text.size() < 4 || !text.starts_with("${") || text.find('}') != text.size() - 1 ||
      !has_placeholder(text)) {
    return std::nullopt;
  }
  return SecretRef{"env", "default", std::string(text.substr(2, text.size() - 3))};
}

base::Result<Credentials> credential_ladder(const CredentialRequest& request) {
  Slots slots = gather(request);
  Slot token{request.token_label, std::string(base::trim(request.token))};
  Slot password{request.password_label, std::string(base::trim(request.password))};
  if (token.has() || password.has()) {
    return to_credentials(slots, token.has() ? &token : nullptr, password.has() ? &password : nullptr);
  }
  if (request.url_override == UrlOverride::cli) return override_without_credentials(request, slots);
  if (request.url_override == UrlOverride::env) {
    return to_credentials(slots, first_of({&slots.env_token}), first_of({&slots.env_password}));
  }
  return select_from_config(request, std::move(slots));
}

base::Result<Credentials> select_credentials(const CredentialRequest& request) {
  auto found = credential_ladder(request);
  const bool none = found && found->token.empty() && found->password.empty();
  if (none && request.url_override == UrlOverride::env) return override_without_credentials(request, gather(request));
  return found;
}

}  // namespace openclaw::auth
