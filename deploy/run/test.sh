# shellcheck shell=bash
# ./run test [--full]: every suite, one after the other. A suite that fails does not stop the
# others, a build that fails does. The last line counts all of them: `N passed, N failed`.

# shellcheck source=deploy/run/lint.sh
source deploy/run/lint.sh

PASSED=0
FAILED=0
SKIPPED=0
SUMMARY=()
FAILURES="" # what the suites that failed said of it, to stand at the end where it is looked for

# add_suite NAME PASSED FAILED SKIPPED SECONDS
add_suite() {
  PASSED=$((PASSED + $2))
  FAILED=$((FAILED + $3))
  SKIPPED=$((SKIPPED + $4))
  SUMMARY+=("$(printf '%-28s %5d passed %4d failed %4d skipped %5d s' "$@")")
}

# failures_in LOG: the lines of a suite's output that name a failure, each with what follows it.
failures_in() {
  local marks='^ *✖|^FAIL|^ *FAIL |: Failure$|^\[  FAILED  \]|\*\*\*(Failed|Timeout|Exception)|(^|[^a-z])error:|ERROR:'
  grep -E --after-context=8 "$marks" "$1" | cut -c1-300 | tail -n 80
}

# run_suite NAME COMMAND...: runs a suite and counts it by the last line of the form
# `N passed, N failed[, N skipped]` that it prints; one without such a line counts as one test.
run_suite() {
  local name="$1" log start=$SECONDS status=0 line
  shift
  log="$(mktemp)"
  say "$name"
  "$@" 2>&1 | tee "$log" || status=$?
  local passed=0 failed=0 skipped=0
  line="$(grep -E '^([A-Za-z]+: )?[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$log" |
    tail -n 1 || true)"
  if [[ "$line" =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)? ]]; then
    passed="${BASH_REMATCH[1]}" failed="${BASH_REMATCH[2]}" skipped="${BASH_REMATCH[4]:-0}"
  elif ((status == 0)); then
    passed=1
  fi
  # A suite that dies after its closing line, or before it, has failed whatever it counted.
  if ((status != 0 && failed == 0)); then failed=1; fi
  if ((failed > 0)); then
    FAILURES+="$(printf '\n▸ %s failed\n%s' "$name" "$(failures_in "$log" || tail -n 20 "$log")")"$'\n'
  fi
  rm -f "$log"
  add_suite "$name" "$passed" "$failed" "$skipped" $((SECONDS - start))
}

# suite_ctest PRESET: ctest's own output, then the same as one countable line.
suite_ctest() {
  local preset="$1" status=0 log
  log="$(mktemp)"
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error \
    -j "$(nproc)" 2>&1 | tee "$log" || status=$?
  # "97% tests passed, 1 tests failed out of 34"; skipped ones are listed and counted as passed.
  if [[ "$(tail -n 40 "$log")" =~ ([0-9]+)\ tests\ failed\ out\ of\ ([0-9]+) ]]; then
    local failed="${BASH_REMATCH[1]}" total="${BASH_REMATCH[2]}" skipped
    skipped="$(grep -cE '\*\*\*Skipped' "$log" || true)"
    echo "ctest: $((total - failed - skipped)) passed, $failed failed, $skipped skipped"
  fi
  rm -f "$log"
  return "$status"
}

# suite_vitest FOLDER: the unit tests of a TypeScript package.
suite_vitest() {
  local report status=0
  report="$(mktemp)"
  (cd "$1" && ./node_modules/.bin/vitest run --reporter=default --reporter=json \
    --outputFile.json="$report") || status=$?
  # shellcheck disable=SC2016  # JavaScript's own template
  node -e '
    const r = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    console.log(`web: ${r.numPassedTests} passed, ${r.numFailedTests} failed, ${r.numPendingTests} skipped`);
  ' "$report" || status=1
  rm -f "$report"
  return "$status"
}

# suite_fuzz: each fuzz target for a short while with its kept corpus.
suite_fuzz() {
  local target passed=0 failed=0
  for target in build/dev/bin/*_fuzz build/asan/bin/*_fuzz; do
    [[ -x "$target" ]] || continue
    if timeout 120 "$target" --smoke; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  done
  echo "fuzz: $passed passed, $failed failed"
  ((failed == 0))
}

run_test() {
  local full=false started=$SECONDS line
  case "${1:-}" in
    '') ;;
    --full) full=true ;;
    *) usage_error "./run test takes --full or nothing" ;;
  esac
  export CITYLAYERS_SOURCE_DIR="$ROOT"
  export CITYLAYERS_REAL_DATA="${CITYLAYERS_REAL_DATA:-$ROOT/../shared/data}"
  [[ -d "$CITYLAYERS_REAL_DATA" ]] ||
    say "no real data at $CITYLAYERS_REAL_DATA: tests that need it are skipped"

  install_packages build web test demo
  $full && install_packages full
  local lint_started=$SECONDS
  lint_quick
  local lint_s=$((SECONDS - lint_started))

  say "build"
  local built=$SECONDS
  if build_targets dev; then
    add_suite build 1 0 0 $((SECONDS - built))
    lint_started=$SECONDS
    if $full; then lint_tidy --all; else lint_tidy --changed; fi
    lint_s=$((lint_s + SECONDS - lint_started))
    run_suite "ctest (dev)" suite_ctest dev
  else
    add_suite build 0 1 0 $((SECONDS - built))
  fi
  add_suite lint "$LINT_PASSED" "${#LINT_FAILED[@]}" 0 "$lint_s"

  if [[ -f services/gateway/web/package-lock.json ]]; then
    run_suite "web unit tests" suite_vitest services/gateway/web
    # shellcheck source=deploy/run/web.sh
    source deploy/run/web.sh
    run_suite "web page builds" build_web
  fi
  if [[ -x build/dev/bin/citylayersd ]]; then
    run_suite "integration" tests/integration/run.sh
    run_suite "integration (split)" env CITYLAYERS_SPLIT=1 tests/integration/run.sh
  fi
  if [[ -x tests/browser/run.sh ]]; then run_suite "browser" tests/browser/run.sh; fi
  if $full; then
    run_suite "build (asan)" build_targets asan
    run_suite "ctest (asan)" suite_ctest asan
    [[ -d tests/fuzz ]] && run_suite "fuzz smoke" suite_fuzz
  fi

  printf '%s\n' "$FAILURES"
  for line in "${SUMMARY[@]}"; do echo "$line"; done
  ((${#LINT_FAILED[@]} == 0)) || say_error "lint failed: ${LINT_FAILED[*]}"
  echo "total $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s"
  # Alone on the last line, in the form that CI reads.
  echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
  ((FAILED == 0))
}
