#!/usr/bin/env bash
# What `make run` does: a gateway and a node on this machine, each with its own state folder under .run/, and one
# agent turn through both, which runs `uptime` on the node. Then the gateway's log in the foreground until Ctrl-C,
# which stops everything. RUN_ONCE=1 ends after the demonstration.
# shellcheck disable=SC2317  # functions that traps and wait_for call
set -euo pipefail
cd "$(dirname "$0")/.."

root=$PWD
binary=${OPENCLAW_BIN:-$root/build/openclaw}
base=${OPENCLAW_RUN_DIR:-$root/.run}
config=$base/openclaw.json
gateway_state=$base/gateway
node_state=$base/node
gateway_log=$base/gateway.log
node_log=$base/node.log
host=$(uname -n)
gateway_pid='' node_pid='' tail_pid=''

say() { printf '%s\n' "$*"; }
die() {
  printf 'make run: %s\n' "$*" >&2
  exit 1
}

# Ends one process: SIGTERM, and SIGKILL when it is still there after 10 seconds.
stop() {
  local pid=$1 tries=0
  [[ -n $pid ]] || return 0
  kill -TERM "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null; do
    tries=$((tries + 1))
    if [[ $tries -gt 100 ]]; then
      kill -KILL "$pid" 2>/dev/null || true
      break
    fi
    sleep 0.1
  done
  # No `wait`: bash 5.2 can block in it for ever when a trap came while the job was being started. It has reaped the
  # child by now, else kill -0 would still find it.
}

cleanup() {
  local code=$?
  trap - EXIT INT TERM HUP
  # Also the last job started, when the signal came before its id was kept.
  stop "${!:-}"
  stop "$tail_pid"
  stop "$node_pid"
  stop "$gateway_pid"
  exit "$code"
}
trap cleanup EXIT
trap 'say ""; say "Stopping."; exit 0' INT TERM HUP

# HTTP status of a GET on the loopback port; fails when nothing answers.
http_status() {
  local port=$1 path=$2 version='' code=''
  {
    exec 4<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$path" "$port" >&4
    read -r -t 2 version code _ <&4
    exec 4>&-
  } 2>/dev/null || return 1
  [[ $version == HTTP/1.* ]] && printf '%s\n' "$code"
}

port_is_free() { ! (exec 4<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# wait_for SECONDS PID LOG WHAT COMMAND...: until the command succeeds; ends early when the process has died.
wait_for() {
  local seconds=$1 pid=$2 log=$3 what=$4 deadline
  shift 4
  deadline=$((SECONDS + seconds))
  until "$@"; do
    if ! kill -0 "$pid" 2>/dev/null; then
      tail -n 20 "$log" >&2
      die "$what: the process ended (its log is $log)"
    fi
    if [[ $SECONDS -ge $deadline ]]; then
      tail -n 20 "$log" >&2
      die "$what: not within $seconds s (its log is $log)"
    fi
    sleep 0.05
  done
}

cli() { "${clean_env[@]}" "OPENCLAW_STATE_DIR=$gateway_state" "$binary" "$@" </dev/null 9>&-; }

gateway_ready() { [[ $(http_status "$port" /readyz 2>/dev/null) == 200 ]]; }
node_connected() { cli nodes status --json 2>/dev/null | tr -d ' \n' | grep -q '"connected":true'; }

write_node_approvals() {
  local program
  program=$(realpath "$(command -v uptime)") || die "the command 'uptime' is not installed (package procps)"
  # The node runs nothing but this program; everything else needs an approval.
  (umask 077 && cat >"$node_state/exec-approvals.json") <<JSON
{
  "version": 1,
  "defaults": {"security": "allowlist", "ask": "on-miss", "askFallback": "deny"},
  "agents": {
    "*": {"allowlist": [{"id": "00000000-0000-4000-8000-000000000001", "pattern": "$program"}]}
  }
}
JSON
}

print_help() {
  local me
  me=$(id -un)
  cat <<TEXT

The gateway listens on ws://127.0.0.1:$port (loopback only). Its configuration and token are in
  $config

From a second terminal on this machine:
  export OPENCLAW_STATE_DIR='$gateway_state' OPENCLAW_CONFIG_PATH='$config' OPENCLAW_GATEWAY_PORT=$port
  $binary status
  $binary nodes status
  $binary agent --message "run uptime on $host"

From another machine, through SSH (the token is the value of gateway.auth.token in the file above):
  ssh -N -L $port:127.0.0.1:$port $me@$host
and there, in a second terminal:
  export OPENCLAW_GATEWAY_URL=ws://127.0.0.1:$port OPENCLAW_GATEWAY_TOKEN=<token>
  openclaw health
  openclaw gateway call agent --expect-final --params '{"message":"run uptime on $host","idempotencyKey":"hello-1"}'

Ctrl-C stops the gateway and the node. The log follows.

TEXT
}

[[ -x $binary ]] || die "$binary is missing; run: make build"
(umask 077 && mkdir -p "$base" "$gateway_state" "$node_state")
# Held until this script ends; children must not inherit it, or a survivor would hold it.
exec 9>"$base/lock"
flock -n 9 || die "it is already running (state folder $base)"

port=18789
until port_is_free "$port"; do
  port=$((port + 1))
  [[ $port -lt 18889 ]] || die "no free port between 18789 and 18888"
done

# Settings of the shell this was started from must not leak in. An array and not a function: $! has to be the process
# itself, which a function in the background would be the parent of.
clean_env=(env -u OPENCLAW_GATEWAY_URL -u OPENCLAW_GATEWAY_TOKEN -u OPENCLAW_GATEWAY_PASSWORD -u OPENCLAW_PROFILE
  -u OPENCLAW_HOME "OPENCLAW_CONFIG_PATH=$config" "OPENCLAW_GATEWAY_PORT=$port")

"${clean_env[@]}" "OPENCLAW_STATE_DIR=$gateway_state" "$binary" gateway run --port "$port" \
  >"$gateway_log" 2>&1 </dev/null 9>&- &
gateway_pid=$!
wait_for 30 "$gateway_pid" "$gateway_log" "starting the gateway" gateway_ready

write_node_approvals
# The node takes the token from the gateway's configuration file and keeps its own identity.
"${clean_env[@]}" "OPENCLAW_STATE_DIR=$node_state" "$binary" node run --host 127.0.0.1 --port "$port" \
  --display-name "$host" >"$node_log" 2>&1 </dev/null 9>&- &
node_pid=$!
wait_for 30 "$node_pid" "$node_log" "connecting the node" node_connected

message="run uptime on $host"
say "Gateway and node '$host' are up on port $port. One agent turn through both:"
say ""
say "> $message"
reply=$(cli agent --message "$message") || die "the agent did not answer (logs: $gateway_log, $node_log)"
say "$reply"

if [[ ${RUN_ONCE:-} == 1 ]]; then
  exit 0
fi
print_help

tail -n +1 -f --pid=$$ "$gateway_log" 9>&- &
tail_pid=$!
disown "$tail_pid"  # ends silently
code=0
# A signal ends the wait and runs its trap.
wait "$gateway_pid" || code=$?
gateway_pid=''
die "the gateway ended by itself with exit code $code (its log is $gateway_log)"
