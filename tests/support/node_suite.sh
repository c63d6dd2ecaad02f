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

# use_test_pack: builds the pack of the embedded city, unless CITYLAYERS_PACK names one or the
# existing one is newer than the program that builds it.
use_test_pack() {
  [[ -n "${CITYLAYERS_PACK:-}" ]] && return
  export CITYLAYERS_PACK="$ROOT/build/test/saigon.pack"
  [[ "$CITYLAYERS_PACK/manifest.toml" -nt "$CITYLAYERS_BIN_DIR/citylayers" ]] && return
  mkdir -p "$ROOT/build/test"
  rm -rf "$CITYLAYERS_PACK"
  "$CITYLAYERS_BIN_DIR/citylayers" pack build --out "$CITYLAYERS_PACK"
}

# run_node_files NAME SECONDS JOBS FILE...: runs each file, with a limit of SECONDS each and JOBS in
# parallel, and ends with `NAME: N passed, N failed, N skipped`. False when a test failed.
run_node_files() {
  local name="$1" file_s="$2" jobs="$3" file log status bad passed=0 failed=0 skipped=0 broken=()
  shift 3
  local logs runner
  logs="$(mktemp -d)"
  # shellcheck disable=SC2016  # the inner shell's own variables
  printf '%s\0' "$@" | xargs -0 -P "$jobs" -I{} bash -c '
    timeout --kill-after=10 "$1" node --test-reporter=spec "$2" >"$3/$2.log" 2>&1
    echo $? >"$3/$2.status"' - "$file_s" {} "$logs" &
  runner=$!
  count() { sed -nE "s/^[^ ]+ $1 ([0-9]+)\$/\\1/p" "$log" | tail -n 1; }
  # Prints the output of the files in the order of the list.
  for file in "$@"; do
    say "$file"
    while [[ ! -s "$logs/$file.status" ]] && kill -0 "$runner" 2>/dev/null; do sleep 0.2; done
    status="$(cat "$logs/$file.status" || echo 1)"
    log="$logs/$file.log"
    cat "$log" || true
    bad=$(($(count fail || true) + $(count cancelled || true) + 0))
    # A file that could not run, or failed after its last test, counts as failed.
    if ((status != 0 && bad == 0)); then bad=1; fi
    passed=$((passed + $(count pass) + 0))
    failed=$((failed + bad))
    if ((bad > 0)); then broken+=("$file (exit code $status)"); fi
    skipped=$((skipped + $(count skipped) + 0))
  done
  wait "$runner" || true
  rm -rf "$logs"
  for file in "${broken[@]}"; do echo "FAIL $file"; done
  echo "$name: $passed passed, $failed failed, $skipped skipped"
  ((failed == 0))
}
