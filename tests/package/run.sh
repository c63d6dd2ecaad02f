#!/usr/bin/env bash
# Tests an installation: the programs run from it with its page and its city, and a project outside of
# this tree (tests/package/consumer) finds the package, builds and calls the server.
#
#   tests/package/run.sh [--build DIR | --prefix DIR] [--runtime]
#
#   --build DIR    installs this build (build/dev) into a temporary folder
#   --prefix DIR   uses this installation
#   --runtime      only the programs: needs no compiler
#
# The last line is `package: N passed, N failed`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly ROOT="$PWD" READY_S=30
BUILD="$ROOT/build/dev" PREFIX='' RUNTIME=false PASSED=0 SERVER=''
WORK="$(mktemp -d --tmpdir citylayers-package.XXXXXX)"

cleanup() {
  if [[ -n "$SERVER" ]]; then
    kill -KILL "$SERVER" 2>/dev/null || true
    wait "$SERVER" 2>/dev/null || true
  fi
  rm -rf "$WORK"
}
trap cleanup EXIT

fail() {
  printf 'FAIL %s\n' "$*"
  [[ ! -s "$WORK/server.log" ]] || tail -n 15 "$WORK/server.log"
  echo "package: $PASSED passed, 1 failed"
  exit 1
}
pass() {
  printf 'ok   %s\n' "$*"
  PASSED=$((PASSED + 1))
}

# quietly COMMAND...: shows the end of the output only when the command fails.
quietly() {
  "$@" >"$WORK/output.log" 2>&1 || {
    tail -n 30 "$WORK/output.log"
    fail "$*"
  }
}

# http_status PORT PATH: prints the status code of a GET; needs only bash.
http_status() {
  local line
  exec 9<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&9
  IFS= read -r -t 5 line <&9 || line=''
  timeout 5 cat <&9 >/dev/null || true
  exec 9>&-
  [[ "$line" =~ ^HTTP/1\.[01]\ ([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

check_files() {
  local file
  for file in bin/citylayersd bin/citylayers share/citylayers/web/index.html \
    share/citylayers/web/kiosk/index.html \
    share/citylayers/saigon.pack/manifest.toml share/doc/citylayers/LICENSE \
    include/citylayers/client/call.h include/citylayers/client/key_interceptor.h \
    include/citylayers/layers/v1/layer_service.grpc.pb.h \
    share/citylayers/proto/citylayers/layers/v1/layer_service.proto; do
    [[ -e "$PREFIX/$file" ]] || fail "$file is not installed"
  done
  if grep -rIl --include='*.cmake' -e "$ROOT/" "$PREFIX"; then
    fail "the files above name the source or build folder"
  fi
  pass "the files of both components, none of which names the build"
}

check_versions() {
  local program want
  want="$(<VERSION)"
  for program in citylayersd citylayers; do
    [[ "$("$PREFIX/bin/$program" --version)" == "$program $want (commit "* ]] ||
      fail "$program --version prints $("$PREFIX/bin/$program" --version)"
  done
  pass "both programs have version $want"
}

# Sets GRPC to the server's address.
start_server() {
  local deadline=$((SECONDS + READY_S)) http=''
  (cd "$WORK" && exec "$PREFIX/bin/citylayersd" --pack "$PREFIX/share/citylayers/saigon.pack" \
    --data "$WORK/data" --http 127.0.0.1:0 --grpc 127.0.0.1:0 --admin 127.0.0.1:0 \
    --security.anonymous admin --allow-root 2>"$WORK/server.log") &
  SERVER=$!
  GRPC=''
  while [[ "$( (http_status "$http" /readyz) 2>/dev/null || true)" != 200 ]]; do
    kill -0 "$SERVER" 2>/dev/null || fail "citylayersd ended"
    ((SECONDS < deadline)) || fail "citylayersd is not ready after $READY_S s"
    sleep 0.2
    GRPC="$(sed -nE 's/.* listening grpc=(\S+) .*/\1/p' "$WORK/server.log")"
    http="$(sed -nE 's/.* listening to HTTP port=([0-9]+).*/\1/p' "$WORK/server.log")"
  done
  pass "citylayersd serves the installed city"
  [[ "$(http_status "$http" /)" == 200 ]] || fail "citylayersd does not find its page"
  pass "citylayersd finds the installed page"
  # The health service follows readiness a little later.
  until "$PREFIX/bin/citylayers" health --server "$GRPC" >"$WORK/output.log" 2>&1; do
    ((SECONDS < deadline)) || fail "citylayers health: $(<"$WORK/output.log")"
    sleep 0.2
  done
  pass "citylayers reaches it"
}

stop_server() {
  kill -TERM "$SERVER"
  wait "$SERVER" || fail "citylayersd ended with $? after TERM"
  SERVER=''
}

check_consumer() {
  quietly cmake -S tests/package/consumer -B "$WORK/consumer" -G Ninja \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_PREFIX_PATH="$PREFIX" \
    -DCMAKE_FIND_PACKAGE_NO_PACKAGE_REGISTRY=ON
  quietly cmake --build "$WORK/consumer"
  pass "find_package(citylayers): a project builds with citylayers::protos and citylayers::client"
  [[ "$("$WORK/consumer/print_layer")" == layers/traffic ]] || fail "print_layer"
  pass "it uses the messages"
  quietly "$WORK/consumer/list_layers" "$GRPC" layers/traffic
  local line
  for line in layers/base layers/flood 'snapshot of layers/traffic'; do
    grep -qx "$line" "$WORK/output.log" || fail "list_layers does not print \"$line\""
  done
  pass "it calls the server and follows a layer"
}

while (($# > 0)); do
  case "$1" in
    --build) BUILD="$(realpath "${2:?--build needs a folder}")" && shift 2 ;;
    --prefix) PREFIX="$(realpath "${2:?--prefix needs a folder}")" && shift 2 ;;
    --runtime) RUNTIME=true && shift ;;
    *)
      sed -n '2,11p' "${BASH_SOURCE[0]}" >&2
      exit 2
      ;;
  esac
done
if [[ -z "$PREFIX" ]]; then
  PREFIX="$WORK/prefix"
  quietly cmake --install "$BUILD" --prefix "$PREFIX"
fi
check_files
check_versions
start_server
$RUNTIME || check_consumer
stop_server
echo "package: $PASSED passed, 0 failed"
