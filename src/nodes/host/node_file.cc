#include "nodes/host/node_file.h"

#include "base/random.h"
#include "base/strings.h"
#include "fs/file.h"

namespace openclaw::nodes {
namespace {

std::optional<std::string> given(const std::optional<std::string>& text) {
  if (!text || base::trim(*text).empty()) return std::nullopt;
  return std::string(base::trim(*text));
}

}  // namespace

std::string node_file_path(const std::string& state_dir) { return state_dir + "/node.json"; }

base::Result<std::optional<NodeFile>> load_node_file(const std::string& path) {
  auto text = fs::read_file(path, 1u << 20);
  if (!text && text.error().kind == base::ErrorKind::not_found) return std::nullopt;
  if (!text) return tl::unexpected(std::move(text).error());
  auto value = json::parse(*text);
  if (!value) return tl::unexpected(std::move(value).error().within(path));
  if (!value->is_object()) return base::fail(base::ErrorKind::invalid, path + ": must be a JSON object");
  NodeFile file;
  file.rest = value->as_object();
  file.node_id = json::get_string_or(file.rest, "nodeId", "");
  file.display_name = json::get_string_or(file.rest, "displayName", "");
  file.token = json::get_string(file.rest, "token");
  if (const json::Object* gateway = json::get_object(file.rest, "gateway")) {
    file.host = json::get_string_or(*gateway, "host", file.host);
    const auto port = json::get_int(*gateway, "port").value_or(file.port);
    if (port < 1 || port > 65535)
      return base::fail(base::ErrorKind::invalid, path + ": gateway.port must be 1 to 65535");
    file.port = static_cast<std::uint16_t>(port);
    file.tls = json::get_bool(*gateway, "tls").value_or(false);
    file.tls_fingerprint = json::get_string_or(*gateway, "tlsFingerprint", "");
  }
  return file;
}

base::Result<> store_node_file(const std::string& path, const NodeFile& file) {
  json::Object out;
  out["version"] = 1;
  out["nodeId"] = file.node_id;
  json::put(out, "token", file.token);
  out["displayName"] = file.display_name;
  json::Object gateway;
  if (const json::Object* old = json::get_object(file.rest, "gateway")) gateway = *old;
  gateway["host"] = file.host;
  gateway["port"] = static_cast<std::int64_t>(file.port);
  gateway["tls"] = file.tls;
  gateway.erase("tlsFingerprint");
  if (!file.tls_fingerprint.empty()) gateway["tlsFingerprint"] = file.tls_fingerprint;
  out["gateway"] = std::move(gateway);
  for (const auto& member : file.rest) {
    if (!out.contains(member.key())) out[member.key()] = member.value();
  }
  return fs::write_atomic(path, json::write_pretty(json::Value(out)) + "\n", 0600);
}

NodeFile merge_node_file(const std::optional<NodeFile>& stored, const NodeFlags& flags, bool default_tls,
                         const std::string& default_name) {
  NodeFile out = stored.value_or(NodeFile{});
  const auto host = given(flags.host);
  const bool moved =
      !stored || (host && *host != stored->host) || (flags.port && *flags.port != stored->port);
  if (moved) {
    out.tls = default_tls;
    out.tls_fingerprint.clear();
  }
  if (host) out.host = *host;
  if (flags.port) out.port = *flags.port;
  if (flags.tls) out.tls = *flags.tls;
  if (const auto pin = given(flags.tls_fingerprint)) out.tls_fingerprint = *pin;
  if (flags.tls && !*flags.tls && !flags.tls_fingerprint) out.tls_fingerprint.clear();
  if (!out.tls_fingerprint.empty()) out.tls = true;
  if (const auto id = given(flags.node_id)) out.node_id = *id;
  if (out.node_id.empty()) out.node_id = base::uuid4();
  if (const auto name = given(flags.display_name)) out.display_name = *name;
  if (out.display_name.empty()) out.display_name = default_name;
  return out;
}

}  // namespace openclaw::nodes
