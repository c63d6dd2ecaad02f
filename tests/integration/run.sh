#!/usr/bin/env bash
# Tests of the built programs from outside. `run.sh [FILE...]` runs all, or these files.
#
#   CITYLAYERS_BIN_DIR   where citylayersd and citylayers are    (build/dev/bin)
#   CITYLAYERS_PACK      the city pack                           (built once into build/test)
#   CITYLAYERS_SPLIT=1   every service in a process of its own
set -euo pipefail
ROOT="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
# shellcheck source=deploy/run/common.sh
source "$ROOT/deploy/run/common.sh"
cd "$ROOT/tests/integration"

# How one process starts, stops and refuses does not depend on the mode; an outage of one needs several.
readonly ONCE=(processes.test.mjs full_disk.test.mjs packs.test.mjs)
readonly SPLIT_ONLY=(outage.test.mjs flood_outage.test.mjs)
readonly FILE_S=300  # for one file of tests; they take seconds

export CITYLAYERS_BIN_DIR="${CITYLAYERS_BIN_DIR:-$ROOT/build/dev/bin}"
for program in citylayersd citylayers; do
  [[ -x "$CITYLAYERS_BIN_DIR/$program" ]] ||
    die "no $program in $CITYLAYERS_BIN_DIR: build it (./run build) or set CITYLAYERS_BIN_DIR"
done
install_npm "$ROOT/tests/integration"
install_npm "$ROOT/samples/clients/node"
install_npm "$ROOT"

if [[ -z "${CITYLAYERS_PACK:-}" ]]; then
  export CITYLAYERS_PACK="$ROOT/build/test/saigon.pack"
  if [[ ! "$CITYLAYERS_PACK/manifest.toml" -nt "$CITYLAYERS_BIN_DIR/citylayers" ]]; then
    mkdir -p "$ROOT/build/test"
    rm -rf "$CITYLAYERS_PACK"
    "$CITYLAYERS_BIN_DIR/citylayers" pack build --out "$CITYLAYERS_PACK"
  fi
fi

files=("$@")
if (($# == 0)); then
  skip=("${SPLIT_ONLY[@]}")
  [[ "${CITYLAYERS_SPLIT:-0}" == 1 ]] && skip=("${ONCE[@]}")
  for file in *.test.mjs; do
    [[ " ${skip[*]} " == *" $file "* ]] || files+=("$file")
  done
fi

passed=0 failed=0 skipped=0 broken=()
for file in "${files[@]}"; do
  say "$file"
  log="$(mktemp)"
  status=0
  timeout --kill-after=10 "$FILE_S" node --test-reporter=spec "$file" 2>&1 | tee "$log" || status=$?
  count() { sed -nE "s/^[^ ]+ $1 ([0-9]+)\$/\\1/p" "$log" | tail -n 1; }
  bad=$(($(count fail || true) + $(count cancelled || true) + 0))
  # A file that could not even run, or fails after its last test, has failed.
  if ((status != 0 && bad == 0)); then bad=1; fi
  passed=$((passed + $(count pass) + 0))
  failed=$((failed + bad))
  if ((bad > 0)); then broken+=("$file (exit code $status)"); fi
  skipped=$((skipped + $(count skipped) + 0))
  rm -f "$log"
done
for file in "${broken[@]}"; do echo "FAIL $file"; done
echo "integration: $passed passed, $failed failed, $skipped skipped"
((failed == 0))
