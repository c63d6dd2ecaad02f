# shellcheck shell=bash
# Files of node tests as one suite, for tests/*/run.sh. Source it after deploy/run/common.sh.

# use_programs: checks that the programs under test are built, and sets CITYLAYERS_BIN_DIR.
use_programs() {
  export CITYLAYERS_BIN_DIR="${CITYLAYERS_BIN_DIR:-$ROOT/build/dev/bin}"
  local program
  for program in citylayersd citylayers; do
    [[ -x "$CITYLAYERS_BIN_DIR/$program" ]] ||
      die "no $program in $CITYLAYERS_BIN_DIR: build it (./run build) or set CITYLAYERS_BIN_DIR"
  done
}

# use_test_pack: builds the pack of the embedded city unless CITYLAYERS_PACK names one or the last
# one is newer than the program that builds it.
use_test_pack() {
  [[ -n "${CITYLAYERS_PACK:-}" ]] && return
  export CITYLAYERS_PACK="$ROOT/build/test/saigon.pack"
  [[ "$CITYLAYERS_PACK/manifest.toml" -nt "$CITYLAYERS_BIN_DIR/citylayers" ]] && return
  mkdir -p "$ROOT/build/test"
  rm -rf "$CITYLAYERS_PACK"
  "$CITYLAYERS_BIN_DIR/citylayers" pack build --out "$CITYLAYERS_PACK"
}

# run_node_files NAME SECONDS FILE...: runs each file, at most SECONDS each, and ends with
# `NAME: N passed, N failed, N skipped`. False when anything failed.
run_node_files() {
  local name="$1" file_s="$2" file log status bad passed=0 failed=0 skipped=0 broken=()
  shift 2
  for file in "$@"; do
    say "$file"
    log="$(mktemp)"
    status=0
    timeout --kill-after=10 "$file_s" node --test-reporter=spec "$file" 2>&1 | tee "$log" || status=$?
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
  echo "$name: $passed passed, $failed failed, $skipped skipped"
  ((failed == 0))
}
