# shellcheck shell=bash
# ./run lint [--all]: every check is a script in tests/lint or one command here; all of them run,
# and the failed ones are listed at the end.

# shellcheck source=deploy/run/build.sh
source deploy/run/build.sh

LINT_FAILED=()
LINT_PASSED=0
LINT_LAST_WORDS=''  # of the failed checks, repeated by ./run test

# lint_step NAME COMMAND...: runs a check and records its result; its output is shown on failure.
lint_step() {
  local name="$1" output
  shift
  if output="$("$@" 2>&1)"; then
    say_ok "$name${output:+: $(tail -n 1 <<<"$output")}"
    LINT_PASSED=$((LINT_PASSED + 1))
  else
    printf '%s\n' "$output"
    say_error "lint: $name"
    LINT_FAILED+=("$name")
    LINT_LAST_WORDS+="$(printf '\n▸ lint: %s failed\n%s' "$name" "$(tail -n 15 <<<"$output")")"$'\n'
  fi
}

lint_protos() {
  [[ -d proto/citylayers ]] || return 0
  (cd proto && ../node_modules/.bin/buf lint)
}

lint_web_types() {
  local web=services/web
  [[ -f $web/tsconfig.json ]] || return 0
  (cd $web && ./node_modules/.bin/tsc --noEmit)
}

# The checks that need no build; they take seconds.
lint_quick() {
  say "lint"
  install_packages web test
  install_npm "$ROOT"
  [[ -f services/web/package-lock.json ]] && install_npm "$ROOT/services/web"
  lint_step "clang-format" tests/lint/format.sh
  lint_step "buf lint" lint_protos
  lint_step "buf breaking" tests/lint/proto_breaking.sh
  lint_step "include direction" tests/lint/include_direction.sh
  lint_step "shellcheck" tests/lint/shell.sh
  lint_step "tree (sizes, paths, hosts)" tests/lint/tree.sh
  lint_step "web types" lint_web_types
}

# clang-tidy needs the generated headers, so it comes after the build (or builds only those).
lint_tidy() { lint_step "clang-tidy" tests/lint/tidy.sh "$@"; }

run_lint() {
  local scope=--changed
  case "${1:-}" in
    '') ;;
    --all) scope=--all ;;
    *) usage_error "./run lint takes --all (clang-tidy on every file) or nothing" ;;
  esac
  lint_quick
  install_packages build
  configure dev >/dev/null
  # Builds only the generated sources of proto; object files are not needed to read a source.
  if ninja -C build/dev -t targets all | grep -q '^citylayers_proto:'; then
    ninja -C build/dev citylayers_proto
  fi
  lint_tidy "$scope"
  ((${#LINT_FAILED[@]} == 0)) || die "lint failed: ${LINT_FAILED[*]}"
}
