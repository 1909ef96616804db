// <state>/node.json (OpenClaw nodes 5.1), 0600: which gateway this machine is a node of. Unknown keys
// survive.
#pragma once
#include "base/result.h"
#include "json/json.h"

#include <cstdint>
#include <optional>
#include <string>

namespace openclaw::nodes {

struct NodeFile {
  std::string node_id, display_name;
  std::optional<std::string> token;  // of the reference's older pairing; kept, not used
  std::string host = "127.0.0.1";
  std::uint16_t port = 18789;
  bool tls = false;
  std::string tls_fingerprint;
  json::Object rest;  // the document as read
};

// What the command line says; absent = not given.
struct NodeFlags {
  std::optional<std::string> host, tls_fingerprint, node_id, display_name;
  std::optional<std::uint16_t> port;
  std::optional<bool> tls;
};

std::string node_file_path(const std::string& state_dir);
// nullopt when there is none. A malformed file is an error that names it.
base::Result<std::optional<NodeFile>> load_node_file(const std::string& path);
base::Result<> store_node_file(const std::string& path, const NodeFile& file);

// Flags before file before defaults. Another host or port than the stored one takes neither its pin nor its
// TLS setting along: they belong to that gateway. A fingerprint implies TLS. A missing node id is made up.
NodeFile merge_node_file(const std::optional<NodeFile>& stored, const NodeFlags& flags, bool default_tls,
                         const std::string& default_name);

}  // namespace openclaw::nodes
