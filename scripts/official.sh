#!/usr/bin/env bash
# official.sh VERSION [ARGS...]: runs an official OpenClaw release (npm package openclaw, MIT) as a client or a gateway
# to test against. 2026.4.2 is the reference of protocol 3, 2026.9.6 the newest. It runs on npm's own Node.js 24, and
# both are installed on first use into $OPENCLAW_INTEROP_DIR (default ~/.cache/openclaw-interop), about 650 MB and one
# minute a version. Set HOME to an empty folder so that it never touches a real ~/.openclaw.
#   official.sh VERSION --install-only    installs and prints the folder
#   official.sh VERSION --print-command   installs and prints the words that run it
#   official.sh openclaw-node --print-command   the independent npm client: node, and the folder it is installed in
set -euo pipefail

usage="usage: official.sh 2026.4.2|2026.9.6 [--install-only | --print-command | ARGS...] | openclaw-node --print-command"
version=${1:?$usage}
shift
[[ $version == openclaw-node || $version =~ ^[0-9]{4}\.[0-9]+\.[0-9]+$ ]] || { echo "$usage" >&2; exit 2; }

node_version=24.21.0
cache=${OPENCLAW_INTEROP_DIR:-${HOME:?HOME is not set}/.cache/openclaw-interop}
node=$cache/node24/node_modules/node/bin/node
program=$cache/openclaw-$version/node_modules/openclaw/openclaw.mjs

install() {
  local folder=$1 package=$2 attempt
  command -v npm >/dev/null || { echo "official.sh: npm is missing; run: scripts/deps.sh interop" >&2; exit 1; }
  mkdir -p "$folder"
  [[ -f $folder/package.json ]] || echo '{"private": true}' >"$folder/package.json"
  for attempt in 1 2 3; do
    echo "official.sh: installing $package (attempt $attempt)" >&2
    if (cd "$folder" && npm install --no-audit --no-fund --silent "$package" >&2 </dev/null); then
      return 0
    fi
  done
  echo "official.sh: cannot install $package from npm" >&2
  exit 1
}

# One installer at a time: tests and benchmarks may start together.
mkdir -p "$cache"
exec 8>"$cache/lock"
flock 8
[[ -x $node ]] || install "$cache/node24" "node@$node_version"
# The package's install scripts must run on the same Node.js.
PATH=$(dirname "$node"):$PATH
export PATH
if [[ $version == openclaw-node ]]; then
  [[ -d $cache/openclaw-node/node_modules/openclaw-node ]] || install "$cache/openclaw-node" openclaw-node@0.14.0
  exec 8>&-
  echo "$node $cache/openclaw-node"
  exit 0
fi
[[ -f $program ]] || install "$cache/openclaw-$version" "openclaw@$version"
exec 8>&-

case ${1-} in
  --install-only) echo "$cache/openclaw-$version" ;;
  --print-command) echo "$node $program" ;;
  *) exec "$node" "$program" "$@" ;;
esac
