#!/usr/bin/env bash
# Compiles every header of src/ alone, without the precompiled header, so that each one includes what it uses.
# Definitions come from the configured dev build. Prints the first errors of each header that fails.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ! -f build/dev/compile_commands.json ]]; then
  cmake --preset dev >/dev/null
fi
# clang is about three times as fast here and finds the same omissions.
compiler=$(command -v clang++-19 || command -v g++)
flags=$(/usr/bin/python3 - <<'PYTHON'
import json, shlex
for entry in json.load(open("build/dev/compile_commands.json")):
    if entry["file"].endswith("src/net/beast_impl.cc"):
        words = shlex.split(entry["command"])
        print(" ".join(shlex.quote(word) for word in words if word.startswith("-D")))
        break
PYTHON
)
[[ -n $flags ]] || { echo "check_headers: src/net/beast_impl.cc is not in build/dev/compile_commands.json" >&2; exit 1; }
export compiler flags

check() {
  local header=$1 log
  # Through a file of one include: a header as main file would warn about #pragma once.
  if ! log=$(echo "#include \"${header#src/}\"" |
    eval "$compiler" "$flags" -std=c++20 -Isrc -Wall -Wextra -fsyntax-only -x c++ - 2>&1); then
    echo "header does not compile alone: $header"
    grep -m 5 'error' <<<"$log" || head -n 5 <<<"$log"
    return 1
  fi
}
export -f check

count=$(find src -name '*.h' | wc -l)
# shellcheck disable=SC2016  # $1 is the inner shell's
if find src -name '*.h' -print0 | sort -z | xargs -0 -P "$(nproc)" -I{} bash -c 'check "$1"' _ {}; then
  echo "headers: $count passed, 0 failed"
else
  echo "headers: some of $count failed" >&2
  exit 1
fi
