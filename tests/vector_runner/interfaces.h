// {name: [{address, family, internal}]} of the vectors, as net::list_interfaces() would return it.
#pragma once
#include "net/interfaces.h"
#include "support.h"

#include <string>
#include <vector>

namespace openclaw::vectors {

inline std::vector<net::InterfaceAddress> interfaces_of(const json::Object& in) {
  std::vector<net::InterfaceAddress> out;
  const auto* interfaces = json::get_object(in, "interfaces");
  if (!interfaces) return out;
  for (const auto& [name, addresses] : *interfaces) {
    for (const auto& item : addresses.as_array()) {
      const auto& entry = item.as_object();
      out.push_back({std::string(std::string_view(name)), text_of(entry, "address"),
                     text_of(entry, "family") == "IPv6", flag_of(entry, "internal")});
    }
  }
  return out;
}

}  // namespace openclaw::vectors
