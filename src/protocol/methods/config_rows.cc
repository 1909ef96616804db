// config.*
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

bool path_characters(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./[]-*") ==
             std::string_view::npos;
}

constexpr Field kLookup[] = {{.name = "path",
                              .type = Type::string,
                              .required = true,
                              .min_length = 1,
                              .max_length = 1024,
                              .pattern = R"(^[A-Za-z0-9_./\[\]\-*]+$)",
                              .matches = path_characters}};
constexpr Field kSet[] = {req_str("raw"), opt_str("baseHash")};
constexpr Field kWithRestart[] = {req_str("raw"), opt_str("baseHash"), opt_text("sessionKey"),
                                  opt_text("note"), opt_int("restartDelayMs", 0)};
// Checked by the handler, whose refusals name the field only.
constexpr Field kResolve[] = {opt_any("commandName"), opt_any("targetIds")};

constexpr MethodRow kRows[] = {
    {"config.get", Caller::operators, kRead, true, kEmpty,
     "The configuration, secrets redacted, with its hash."},
    {"config.schema", Caller::operators, kAdmin, true, kEmpty,
     "All settings as a JSON Schema, with hints for forms."},
    {"config.schema.lookup",
     Caller::operators,
     kRead,
     true,
     {kLookup},
     "One setting of the schema and those below it."},
    {"config.set", Caller::operators, kAdmin, true, {kSet}, "Replaces the configuration."},
    {"config.patch",
     Caller::operators,
     kAdmin,
     true,
     {kWithRestart},
     "Merges a patch into the configuration."},
    {"config.apply",
     Caller::operators,
     kAdmin,
     true,
     {kWithRestart},
     "Replaces the configuration and applies it."},
    {"secrets.reload", Caller::operators, kAdmin, true, kOpen,
     "Checks the secret references that are in use."},
    {"secrets.resolve",
     Caller::operators,
     kAdmin,
     true,
     {kResolve, true},
     "Values behind secret references."},
};

}  // namespace

std::span<const MethodRow> config_rows() { return kRows; }

}  // namespace openclaw::protocol
