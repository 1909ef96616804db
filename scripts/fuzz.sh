#!/usr/bin/env bash
# fuzz.sh BUILD_DIR SECONDS [built]: runs every fuzz target, with `built` only those this build has; they share the time
# equally. Corpora grow in
# BUILD_DIR/corpus, seeds are read from tests/fuzz/corpus/<target>. A finding is kept and its path printed.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:?usage: fuzz.sh BUILD_DIR SECONDS [built]} total=${2:?usage: fuzz.sh BUILD_DIR SECONDS [built]} which=${3-}

mapfile -t targets < <(find tests/fuzz -maxdepth 1 -name '*_fuzz.cc' -printf '%f\n' | sed 's/\.cc$//' | sort)
if [[ $which == built ]]; then
  present=()
  for target in "${targets[@]}"; do
    [[ -n $(find "$build" -maxdepth 4 -type f -name "$target" -perm -u+x -print -quit) ]] && present+=("$target")
  done
  targets=("${present[@]}")
fi
if [[ ${#targets[@]} -eq 0 ]]; then
  echo "fuzz: no targets in tests/fuzz" >&2
  exit 1
fi
seconds=$((total / ${#targets[@]}))
[[ $seconds -ge 1 ]] || seconds=1

passed=0 failed=0
for target in "${targets[@]}"; do
  binary=$(find "$build" -maxdepth 4 -type f -name "$target" -perm -u+x -print -quit)
  if [[ -z $binary ]]; then
    echo "fuzz: $target was not built" >&2
    failed=$((failed + 1))
    continue
  fi
  corpus=$build/corpus/$target
  mkdir -p "$corpus" "$build/findings"
  seeds=()
  [[ -d tests/fuzz/corpus/$target ]] && seeds+=("tests/fuzz/corpus/$target")
  log=$build/findings/$target.log
  # Never hangs on one input, never takes the machine's memory.
  if "$binary" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="$build/findings/$target-" "$corpus" "${seeds[@]}" >"$log" 2>&1 </dev/null; then
    echo "fuzz: $target ok, $(awk '/stat::number_of_executed_units/ {print $2}' "$log") runs in ${seconds}s"
    passed=$((passed + 1))
  else
    echo "fuzz: $target FAILED (log $log)"
    tail -n 40 "$log"
    failed=$((failed + 1))
  fi
done
echo "fuzz: $passed passed, $failed failed"
[[ $failed -eq 0 ]]
