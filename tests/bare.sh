#!/usr/bin/env bash
# Runs both commands of the README in a bare Debian 12 that has only git and a shell. Needs root
# (chroot, mounts) and removes everything afterwards.
#
#   tests/bare.sh [--only demo|test] [--full] [--dir DIR] [--keep] [-- ARGUMENTS OF ./run demo]
#   tests/bare.sh --release ARCHIVE [--dir DIR] [--keep]
#
#   --only demo|test   one of the two; both by default, in that order
#   --full             ./run test --full
#   --release ARCHIVE  instead of the commands: unpacks an archive of ./run release, installs the
#                      packages that it lists, and runs its programs
#   --dir DIR          folder of the root (10 GB free); a temporary folder by default
#   --keep             keep the root; a later call with the same --dir uses it again
#
# Packages come from the mirror, proxy and registry that this machine is configured for; credentials
# are not copied. The last commit is tested.
set -euo pipefail

readonly PLACE=/src/citylayers  # the clone inside the root
say() { printf '▸ bare: %s\n' "$*"; }
die() {
  printf 'error: bare: %s\n' "$*" >&2
  exit 1
}

# ---- inside the root ----------------------------------------------------------------------------

# http_status PORT PATH: prints the status of a GET request, without curl, which a bare system
# lacks.
http_status() {
  local line
  exec 9<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&9
  IFS= read -r -t 5 line <&9 || line=''
  timeout 5 cat <&9 >/dev/null || true  # closing the connection early would be an error at the server
  exec 9>&-
  [[ "$line" =~ ^HTTP/1\.[01]\ ([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

inside_demo() {
  local started=$SECONDS port=8080 pid status=0 argument previous=''
  for argument in "$@"; do
    [[ "$previous" == --http ]] && port="${argument##*:}"
    previous="$argument"
  done
  # Job control gives the demo its own process group, as a terminal would, so that INT reaches it
  # even when this script was started in the background, where a shell ignores INT.
  set -m
  env --default-signal=INT ./run demo "$@" </dev/null &
  pid=$!
  until [[ "$( (http_status "$port" /readyz) 2>/dev/null)" == 200 ]]; do
    kill -0 "$pid" 2>/dev/null || { wait "$pid" || status=$?; die "demo ended with $status"; }
    ((SECONDS - started < 1800)) || die "demo is not ready after 30 min"
    sleep 1
  done
  DEMO_S=$((SECONDS - started))
  [[ "$(http_status "$port" /)" == 200 ]] || die "the page is not served"
  sleep 5
  kill -INT -- "-$pid"
  wait "$pid" || status=$?
  set +m
  ((status == 0)) || die "demo ended with $status after Ctrl-C"
  local left
  left="$(grep -l citylayers /proc/[0-9]*/comm 2>/dev/null || true)"
  [[ -z "$left" ]] || die "still running after Ctrl-C: $left"
  say "demo: a live page after $DEMO_S s, and Ctrl-C stopped all processes"
}

inside_test() {
  local started=$SECONDS
  ./run test "$@" </dev/null || die "./run test failed after $((SECONDS - started)) s"
  say "test: passed in $((SECONDS - started)) s"
}

inside_release() {
  local started=$SECONDS name="$1"
  sha256sum --check --quiet "$name.tar.gz.sha256" || die "the archive differs from its checksum"
  tar -xzf "$name.tar.gz"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2046  # one word per package
  {
    apt-get update -q
    apt-get install -q -y --no-install-recommends $(<"$name/share/citylayers/packages.txt")
  } </dev/null >apt.log 2>&1 || { tail -n 20 apt.log >&2; die "its packages cannot be installed"; }
  tests/package/run.sh --prefix "$name" --runtime || die "the release does not work"
  say "release: works after $((SECONDS - started)) s"
}

if [[ "${1:-}" == --inside ]]; then
  cd "$PLACE"
  shift
  only="$1"
  shift
  full=()
  if [[ "${1:-}" == --full ]]; then full=(--full) && shift; fi
  if [[ "$only" == release ]]; then
    inside_release "$@"
    exit
  fi
  [[ "$only" == test ]] || inside_demo "$@"
  [[ "$only" == demo ]] || inside_test "${full[@]}"
  exit
fi

# ---- outside ------------------------------------------------------------------------------------

SOURCE="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck source=tests/support/debian_root.sh
source "$SOURCE/tests/support/debian_root.sh"
ROOT='' ONLY=both KEEP=false FULL=() RELEASE=''
while (($# > 0)); do
  case "$1" in
    --only) ONLY="${2:-}" && shift 2 ;;
    --full) FULL=(--full) && shift ;;
    --release) RELEASE="$(realpath "${2:-}")" && shift 2 ;;
    --dir) ROOT="${2:-}" && shift 2 ;;
    --keep) KEEP=true && shift ;;
    --) shift && break ;;
    *)
      sed -n '2,17p' "${BASH_SOURCE[0]}" >&2
      exit 2
      ;;
  esac
done
[[ "$ONLY" =~ ^(both|demo|test)$ ]] || die "--only takes demo or test"
[[ -z "$RELEASE" || -f "$RELEASE.sha256" ]] || die "--release takes an archive with its .sha256"
((EUID == 0)) || die "needs root: run it with sudo"
command -v debootstrap >/dev/null || apt-get install -y -q debootstrap
# Always a new folder, because it is removed at the end.
ROOT="${ROOT:+$ROOT/citylayers-bare}"
[[ -n "$ROOT" ]] || ROOT="$(mktemp -d --tmpdir citylayers-bare.XXXXXX)"
mkdir -p "$ROOT"
ROOT="$(cd "$ROOT" && pwd)"
cleanup() { $KEEP || rm -rf --one-file-system "$ROOT"; }
trap cleanup EXIT

copy_tree() {
  rm -rf --one-file-system "${ROOT:?}$PLACE"
  git -c safe.directory='*' clone -q --no-hardlinks "$SOURCE" "$ROOT$PLACE"
  # Only git and a shell; the folder of the real data, which enter mounts, is beside the clone.
  if [[ -d "$SOURCE/../shared/data" ]]; then
    mkdir -p "$ROOT$(dirname $PLACE)/shared/data"
  fi
  install -m 755 "${BASH_SOURCE[0]}" "$ROOT/bare.sh"
}

# Only the archive and its test, without the tree.
copy_release() {
  rm -rf --one-file-system "${ROOT:?}$PLACE"
  install -D -m 755 "$SOURCE/tests/package/run.sh" "$ROOT$PLACE/tests/package/run.sh"
  install -m 644 "$SOURCE/VERSION" "$RELEASE" "$RELEASE.sha256" "$ROOT$PLACE/"
  install -m 755 "${BASH_SOURCE[0]}" "$ROOT/bare.sh"
}

started=$SECONDS
[[ -x "$ROOT/usr/bin/git" ]] || make_debian_root "$ROOT" git
copy_network_setup "$ROOT"
if [[ -n "$RELEASE" ]]; then
  ONLY=release
  copy_release
  set -- "$(basename "$RELEASE" .tar.gz)"
else
  copy_tree
fi
say "the root is ready after $((SECONDS - started)) s"
if [[ -d "$ROOT$(dirname "$PLACE")/shared/data" ]]; then
  READ_ONLY_MOUNT="$SOURCE/../shared/data $(dirname "$PLACE")/shared/data"
fi
enter_debian_root "$ROOT" bash /bare.sh --inside "$ONLY" "${FULL[@]}" "$@"
say "all passed in $((SECONDS - started)) s"
