# shellcheck shell=bash
# ./run test [--full]: every suite, one after the other. A suite that fails does not stop the
# others; after a failed build, suites that need it are skipped. Failures are repeated at the end,
# and the last line counts all of them: `N passed, N failed, N skipped`.

# shellcheck source=deploy/run/lint.sh
source deploy/run/lint.sh

PASSED=0
FAILED=0
SKIPPED=0
SUMMARY=()
# Output of the failed suites, and the first failure of each, for the summary at the end.
FAILURES=''
FIRST_FAILURES=()
SUITE_FAILED=0  # of the latest suite
BUILT=true      # no build has failed

# Lines that name a failure: tests of node and vitest, files and checks; targets of ninja; tests of
# ctest and of gtest; cycles of the crash loop.
readonly FAILED_NAME='^ *✖ |^ *FAIL |^FAILED: |\*\*\*(Failed|Timeout|Exception|Not Run)|^\[  FAILED  \]| FAILED$'
# Lines that give a reason, or that belong to a list of failures.
readonly FAILED_WORD=': Failure$|[Ee]rror\b.*:|ERROR:|asynchronous activity|The following tests FAILED|^  > '
readonly FAILED_LINES_MAX=40  # of a suite

# add_suite NAME PASSED FAILED SKIPPED SECONDS
add_suite() {
  PASSED=$((PASSED + $2))
  FAILED=$((FAILED + $3))
  SKIPPED=$((SKIPPED + $4))
  SUMMARY+=("$(printf '%-28s %5d passed %4d failed %4d skipped %5d s' "$@")")
}

# failures_in LOG: the lines of a suite's output that report a failure, each with the following
# lines; its last lines when there are none. Of too many, the first ones, which have the cause, and
# the last ones, where some suites have a list.
failures_in() {
  local lines first=$((FAILED_LINES_MAX - 11))
  lines="$(grep -aE --after-context=8 "$FAILED_NAME|$FAILED_WORD" "$1" || tail -n 20 "$1")"
  if (($(wc -l <<<"$lines") > FAILED_LINES_MAX)); then
    lines="$(head -n "$first" <<<"$lines" && echo '[...]' && tail -n 10 <<<"$lines")"
  fi
  cut -c1-300 <<<"$lines"
}

# first_failure_in LOG: the first failure in one line: its name, or else its message.
first_failure_in() {
  {
    grep -aE "$FAILED_NAME" "$1" | grep -av '✖ failing tests:'
    grep -aE "$FAILED_WORD" "$1"
    tail -n 1 "$1"
  } | sed -nE '1 { s/^ *((✖|FAIL|FAILED:) )?//; s/ \.{3,}/ /; p }' | cut -c1-200
}

# run_suite NAME COMMAND...: runs a suite and counts it by the last line of the form `N passed, N
# failed[, N skipped]` that it prints; one without such a line counts as one test.
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
  # A suite that ends with an error has failed, whatever its counts are.
  if ((status != 0 && failed == 0)); then failed=1; fi
  if ((failed > 0)); then
    FAILURES+="$(printf '\n▸ %s failed\n%s' "$name" "$(failures_in "$log")")"$'\n'
    FIRST_FAILURES+=("FAILED: $name: $(first_failure_in "$log" || true)")
  fi
  SUITE_FAILED=$failed
  rm -f "$log"
  add_suite "$name" "$passed" "$failed" "$skipped" $((SECONDS - start))
}

# run_build NAME PRESET: runs a build as a suite.
run_build() {
  run_suite "$1" build_targets "$2"
  ((SUITE_FAILED == 0)) || BUILT=false
}

# run_built NAME COMMAND...: runs a suite on the built programs. After a failed build it counts as
# skipped, because the results of an earlier build prove nothing.
run_built() {
  if $BUILT; then
    run_suite "$@"
  else
    say "$1: not run, since the build failed"
    add_suite "$1" 0 0 1 0
  fi
}

# ends_of_crashed PRESET LOG: the last lines of each test that ctest had to kill or that died; the
# last `[ RUN` among them is the test case that was running.
ends_of_crashed() {
  local name why
  sed -nE 's/^\s+[0-9]+ - (\S+) \((.*)\)$/\1 \2/p' "$2" | while read -r name why; do
    [[ "$why" == Failed || "$why" == 'Not Run' ]] && continue
    echo "FAIL $name ($why): its output ends with"
    awk -v name="$name" '
      $2 == "Test:" { ours = $3 == name }
      /^<end of output>/ { output = 0 }
      ours && output
      /^Output:/ { output = 1 }
    ' "build/$1/Testing/Temporary/LastTest.log" | tail -n 15 | sed 's/^/  > /'
  done
}

# suite_ctest PRESET: prints ctest's output, then the counts in one line.
suite_ctest() {
  local preset="$1" status=0 log
  log="$(mktemp)"
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error \
    -j "$(nproc)" 2>&1 | tee "$log" || status=$?
  ends_of_crashed "$preset" "$log"
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

# suite_lints: the checks of tests/lint on made-up lines, and the threat model against the tree.
suite_lints() (
  # shellcheck source=tests/support/node_suite.sh
  source tests/support/node_suite.sh
  cd tests/lint || exit
  run_node_files lints 120 1 lints.test.mjs threats.test.mjs
)

# suite_documents: the documents of the Debian package.
suite_documents() (
  # shellcheck source=tests/support/node_suite.sh
  source tests/support/node_suite.sh
  cd tests/package || exit
  run_node_files documents 60 1 documents.test.mjs
)

# suite_debian: the Debian package of the dev preset, in a Debian 12 made by debootstrap.
suite_debian() {
  local prefix="$ROOT/build/test/package-prefix" out="$ROOT/build/test/package"
  rm -rf "$prefix"
  cmake --install build/dev --component runtime --prefix "$prefix" --strip >/dev/null &&
    deploy/debian/build.sh --prefix "$prefix" --out "$out" &&
    as_root tests/package/deb.sh --deb "$(echo "$out"/*.deb)"
}

# suite_fuzz PRESET...: runs each fuzz target with its corpus, as many at a time as there are
# processors. A target is taken from the first of the presets that has built it. The seed is the
# date: the inputs differ from day to day, and a repetition on the same day has the same ones.
suite_fuzz() {
  local seconds="${CITYLAYERS_FUZZ_SECONDS:-20}" seed name preset passed failed log
  local -a targets=()
  seed="$(date -u +%Y%m%d)"
  for name in build/dev/bin/*_fuzz; do
    for preset in "$@"; do
      [[ -x "build/$preset/bin/${name##*/}" ]] || continue
      targets+=("$ROOT/build/$preset/bin/${name##*/}")
      break
    done
  done
  log="$(mktemp)"
  mkdir -p build/fuzz
  # A crash leaves its input in the working directory; CI has only the log.
  # shellcheck disable=SC2016  # the inner shell expands these
  (cd build/fuzz && printf '%s\0' "${targets[@]}" | xargs -0 -P "$(nproc)" -n 1 bash -c '
    target="$3" name="${3##*/}"
    rm -f "crash-$name"
    if output="$(timeout $(($1 + 100)) "$target" --smoke --seconds "$1" --seed "$2" 2>&1)"; then
      echo "ok $output (${target%/bin/*})"
    else
      printf "FAILED: %s --seed %s\n%s\n" "$target" "$2" "$output"
      [[ ! -f "crash-$name" ]] || base64 "crash-$name"
    fi' fuzz "$seconds" "$seed") | sed "s|$ROOT/||" | tee "$log"
  passed="$(grep -c '^ok ' "$log" || true)"
  failed=$((${#targets[@]} - passed))
  rm -f "$log"
  echo "fuzz: $passed passed, $failed failed"
  ((passed > 0 && failed == 0))
}

# suite_breaking: whether a breaking change is found, then those of this tree: a report until the
# first release tag.
suite_breaking() {
  tests/protoc/breaking.sh --self-test && tests/protoc/breaking.sh
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
  $full && install_packages full package
  local lint_started=$SECONDS
  lint_quick
  local lint_s=$((SECONDS - lint_started))

  run_build build dev
  if $BUILT; then
    lint_started=$SECONDS
    if $full; then lint_compiled --all; else lint_compiled --changed; fi
    lint_s=$((lint_s + SECONDS - lint_started))
  fi
  add_suite lint "$LINT_PASSED" "${#LINT_FAILED[@]}" 0 "$lint_s"
  FAILURES+="$LINT_LAST_WORDS"
  ((${#LINT_FAILED[@]} == 0)) || FIRST_FAILURES+=("FAILED: lint: ${LINT_FAILED[*]}")
  run_suite "lints" suite_lints
  run_built "ctest (dev)" suite_ctest dev

  if [[ -f services/web/package-lock.json ]]; then
    run_suite "web unit tests" suite_vitest services/web
    # shellcheck source=deploy/run/web.sh
    source deploy/run/web.sh
    run_suite "web page builds" build_web
  fi
  run_suite "protos, other languages" tests/protoc/run.sh
  run_suite "protos, breaking changes" suite_breaking
  run_built "integration" tests/integration/run.sh
  run_built "integration (split)" env CITYLAYERS_SPLIT=1 tests/integration/run.sh
  run_suite "package documents" suite_documents
  run_built "package" tests/package/run.sh
  if $full; then run_built "Debian package" suite_debian; fi
  run_built "deploy" tests/deploy/run.sh
  run_built "security" env CITYLAYERS_FULL="$($full && echo 1 || echo 0)" tests/security/run.sh
  run_built "browser" env CITYLAYERS_FULL="$($full && echo 1 || echo 0)" tests/browser/run.sh
  if $full; then
    run_build "build (asan)" asan
    run_built "ctest (asan)" suite_ctest asan
    run_built "fuzz" suite_fuzz asan
  else
    run_build "build (asan-quick)" asan-quick
    run_built "ctest (asan-quick)" suite_ctest asan-quick
    run_built "fuzz" suite_fuzz asan-quick dev
  fi

  printf '%s\n' "$FAILURES"
  for line in "${FIRST_FAILURES[@]}" "${SUMMARY[@]}"; do echo "$line"; done
  echo "total $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s"
  # Alone on the last line, in the format that CI reads.
  echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
  ((FAILED == 0))
}
