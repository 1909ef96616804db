// The methods and events of the gateway: one row each. hello-ok.features, role and scope checks, parameter
// validation and docs/METHODS.md come from these tables; gateway/methods binds a handler to each row. Pure.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "protocol/schema.h"

namespace openclaw::protocol {

enum class Caller : std::uint8_t { operators, nodes, everybody };

struct MethodRow {
  std::string_view name;
  Caller caller = Caller::operators;
  std::string_view scope;       // for operators; empty = none
  bool advertised = true;       // in hello-ok.features.methods
  Schema params;
  std::string_view summary;     // for docs/METHODS.md and help
};

struct EventRow {
  std::string_view name;
  std::string_view scope;  // operators need it; empty = none
  bool to_nodes = false;   // also sent to node connections
  bool droppable = true;   // skipped for a client that is behind; others close it as a slow consumer
  bool resumed = true;     // given again to a client that comes back; not for what hello-ok tells anyway
};

std::span<const MethodRow> methods();
const MethodRow* find_method(std::string_view name);
std::span<const EventRow> events();
const EventRow* find_event(std::string_view name);
std::string methods_markdown();  // docs/METHODS.md

}  // namespace openclaw::protocol
