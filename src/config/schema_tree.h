// The schema table as a tree, built once. Internal to config/.
#pragma once
#include "config/schema.h"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace openclaw::config {

struct SchemaNode {
  const Key* key = nullptr;
  std::vector<std::pair<std::string_view, std::shared_ptr<SchemaNode>>> fields;  // in the order of the table
  std::shared_ptr<SchemaNode> any;                                               // "*"
  std::shared_ptr<SchemaNode> item;                                              // "[]"
  std::vector<std::string_view> known;

  const SchemaNode* field(std::string_view name) const;
  bool knows(std::string_view name) const;  // in the reference, without a row of its own
};

const SchemaNode& schema_tree();
std::vector<std::string_view> split_words(std::string_view text, char separator);

}  // namespace openclaw::config
