// Runs a command several times and measures wall time and peak memory of each run.
#pragma once

namespace openclaw::bench {

// argv is COUNT COMMAND [ARGS...]. Prints one JSON object. The exit status of the program.
int run_exec(int argc, char** argv);

}  // namespace openclaw::bench
