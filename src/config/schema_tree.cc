#include "config/schema_tree.h"

#include "base/strings.h"

#include <algorithm>

namespace openclaw::config {
namespace {

// "a.*.b[].c" -> a, *, b, [], c
std::vector<std::string_view> steps_of(std::string_view pattern) {
  std::vector<std::string_view> steps;
  for (std::string_view part : split_words(pattern, '.')) {
    const bool item = part.size() > 2 && part.substr(part.size() - 2) == "[]";
    steps.push_back(item ? part.substr(0, part.size() - 2) : part);
    if (item) steps.push_back("[]");
  }
  return steps;
}

SchemaNode& child(SchemaNode& node, std::string_view step) {
  if (step == "*" || step == "[]") {
    auto& slot = step == "*" ? node.any : node.item;
    if (!slot) slot = std::make_shared<SchemaNode>();
    return *slot;
  }
  for (auto& [name, field] : node.fields) {
    if (name == step) return *field;
  }
  node.fields.emplace_back(step, std::make_shared<SchemaNode>());
  return *node.fields.back().second;
}

SchemaNode& descend(SchemaNode& root, std::string_view pattern) {
  SchemaNode* node = &root;
  for (const auto step : steps_of(pattern)) node = &child(*node, step);
  return *node;
}

// An account of a channel takes the keys of the channel itself.
void share_account_keys(SchemaNode& root, std::string_view channel) {
  SchemaNode& owner = descend(root, channel);
  SchemaNode& account = descend(root, std::string(channel) + ".accounts.*");
  for (const auto& [name, field] : owner.fields) {
    if (name != "accounts" && name != "defaultAccount") account.fields.emplace_back(name, field);
  }
  account.known = owner.known;
}

SchemaNode build() {
  SchemaNode root;
  for (const Key& key : schema_table()) {
    SchemaNode& node = descend(root, key.path);
    node.key = &key;
    node.known = split_words(key.known, ' ');
  }
  share_account_keys(root, "channels.telegram");
  return root;
}

}  // namespace

std::vector<std::string_view> split_words(std::string_view text, char separator) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t at = std::min(text.find(separator), text.size());
    if (at > 0) words.push_back(text.substr(0, at));
    text.remove_prefix(std::min(at + 1, text.size()));
  }
  return words;
}

const SchemaNode* SchemaNode::field(std::string_view name) const {
  for (const auto& [known_name, node] : fields) {
    if (known_name == name) return node.get();
  }
  return nullptr;
}

bool SchemaNode::knows(std::string_view name) const {
  return std::find(known.begin(), known.end(), name) != known.end();
}

const SchemaNode& schema_tree() {
  static const SchemaNode tree = build();
  return tree;
}

const Key* find_key(const KeyPath& path) {
  const SchemaNode* node = &schema_tree();
  for (const auto& segment : path) {
    const SchemaNode* next = node->field(segment);
    if (!next && node->item && base::parse_int(segment)) next = node->item.get();
    if (!next && node->any && !node->knows(segment)) next = node->any.get();
    if (!next) return nullptr;
    node = next;
  }
  return node->key;
}

bool path_is_secret(const KeyPath& path) {
  const Key* key = find_key(path);
  return key && key->secret;
}

}  // namespace openclaw::config
