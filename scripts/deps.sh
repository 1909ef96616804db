#!/usr/bin/env bash
# deps.sh [build|run|test|lint|fuzz|asan|bench|interop|ci]: installs the Debian 12 packages that a task needs and that
# are missing. What is there is found by looking for the command or file itself, so nothing is asked of a package
# manager on a machine that is already set up. As root it installs, otherwise through sudo; without either it
# prints the one command to run and exits with 1.
set -euo pipefail

task=${1:-build}

# group  probe (command, or path with wildcards)  package
table='
build g++                                              g++
build cmake                                            cmake
build ninja                                            ninja-build
build ccache                                           ccache
build mold                                             mold
build /usr/include/boost/json.hpp                      libboost1.81-dev
build /usr/lib/*/libboost_json.a                       libboost-json1.81-dev
build /usr/include/openssl/evp.h                       libssl-dev
build /usr/lib/*/libcrypto.a                           libssl-dev
build /usr/include/sqlite3.h                           libsqlite3-dev
build /usr/lib/*/libsqlite3.a                          libsqlite3-dev
build /usr/include/CLI/CLI.hpp                         libcli11-dev
build /usr/include/fmt/format.h                        libfmt-dev
build /usr/include/tl/expected.hpp                     libexpected-dev
run   uptime                                           procps
run   /etc/ssl/certs/ca-certificates.crt               ca-certificates
test  /usr/include/gtest/gtest.h                       libgtest-dev
test  /usr/bin/python3                                 python3
test  /usr/lib/python3/dist-packages/pytest            python3-pytest
test  /usr/lib/python3/dist-packages/websockets        python3-websockets
test  /usr/lib/python3/dist-packages/cryptography      python3-cryptography
test  sshd                                             openssh-server
test  ssh                                              openssh-client
test  uptime                                           procps
test  /usr/share/zoneinfo/UTC                          tzdata
run   /usr/share/zoneinfo/UTC                          tzdata
lint  clang-format-19                                  clang-format-19
lint  clang++-19                                       clang-19
fuzz  clang++-19                                       clang-19
fuzz  /usr/lib/llvm-19/lib/clang/19/lib/*/libclang_rt.fuzzer*.a libclang-rt-19-dev
node  node                                             nodejs
node  npm                                              npm
'

case $task in
  build) groups="build" ;;
  run) groups="build run" ;;
  test | bench) groups="build test" ;;
  lint) groups="build test lint" ;;
  fuzz) groups="build fuzz" ;;
  asan) groups="build test fuzz" ;;
  interop) groups="build test node" ;;
  ci) groups="build run test lint fuzz" ;;
  *)
    echo "deps.sh: unknown task '$task' (build, run, test, lint, fuzz, asan, bench, interop or ci)" >&2
    exit 2
    ;;
esac

present() {
  case $1 in
    /*) compgen -G "$1" >/dev/null ;;
    # Daemons live in sbin, which an ordinary user's PATH leaves out.
    *) PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v "$1" >/dev/null 2>&1 ;;
  esac
}

find_missing() {
  local group probe package
  missing=()
  while read -r group probe package; do
    [[ -n $group && " $groups " == *" $group "* ]] || continue
    present "$probe" && continue
    [[ " ${missing[*]-} " == *" $package "* ]] || missing+=("$package")
  done <<<"$table"
}

find_missing
[[ ${#missing[@]} -eq 0 ]] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "deps.sh: missing, and this is no Debian: ${missing[*]} (Debian package names)" >&2
  exit 1
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  # A password can only be asked for on a terminal.
  if command -v sudo >/dev/null 2>&1 && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
    as_root=(sudo)
  else
    echo "deps.sh: some packages are missing; install them with" >&2
    echo "  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
fi

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q \
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@"
}

echo "deps.sh: installing ${missing[*]}"
# The lists are fetched when there are none, and again when a try has failed: old lists name files that are gone.
compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null && fresh=yes || fresh=no
for attempt in 1 2 3; do
  if [[ $fresh == no ]]; then
    if apt update; then fresh=yes; fi
  fi
  if apt install --no-install-recommends "${missing[@]}"; then
    break
  fi
  echo "deps.sh: attempt $attempt of 3 failed" >&2
  fresh=no
  [[ $attempt -eq 3 ]] || sleep $((attempt * 5))
done

find_missing
if [[ ${#missing[@]} -ne 0 ]]; then
  echo "deps.sh: still missing: ${missing[*]}; this project builds on Debian 12 (bookworm)" >&2
  exit 1
fi
