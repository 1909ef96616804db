// The requests that the built-in operator understands. Pure; any text is acceptable input.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::agent {

struct OperatorCommand {
  enum Kind {
    unknown,
    help,
    status,
    nodes,
    describe,       // node
    run,            // text = shell command, node
    which,          // text = program, node
    locate,         // node
    device_status,  // node
    notify,         // text = message, node
    pending,
    approve,  // text = request id
    reject,
  } kind = unknown;
  std::string node;  // as typed; empty when none was named
  std::string text;
};

// Case does not matter, nor do "please", a leading slash or a question mark at the end.
OperatorCommand parse_operator_command(std::string_view text);

// What may be meant by a typed node name, best first: "the lab node" -> "the lab node", "lab node", "lab".
std::vector<std::string> node_spellings(std::string_view typed);

}  // namespace openclaw::agent
