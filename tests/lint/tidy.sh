#!/usr/bin/env bash
# clang-tidy with the checks of .clang-tidy.
#   tests/lint/tidy.sh --changed   files that differ from the main branch (or the last commit)
#   tests/lint/tidy.sh --all       every source file
# Needs build/dev/compile_commands.json and the generated headers there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
ROOT="$PWD"
# shellcheck source=deploy/run/common.sh
source deploy/run/common.sh

# More changed files than this are checked by --all only, so that the check stays quick.
readonly LIMIT="${CITYLAYERS_TIDY_LIMIT:-12}"

changed_sources() {
  {
    git -c safe.directory='*' diff --name-only --diff-filter=d "$(tests/lint/base_commit.sh)" -- '*.cc'
    git -c safe.directory='*' ls-files --others --exclude-standard -- '*.cc'
  } | sort -u
}

case "${1:-}" in
  --all) sources="$(tree_files '*.cc')" ;;
  --changed) sources="$(changed_sources)" ;;
  *)
    echo "usage: tests/lint/tidy.sh --changed | --all" >&2
    exit 2
    ;;
esac

[[ -f build/dev/compile_commands.json ]] || die "no build/dev: run ./run build first"
# Only compiled files have a command: a new file that no CMakeLists names yet is left out.
sources="$(while IFS= read -r file; do
  if [[ -n "$file" ]] && grep -qF "\"$ROOT/$file\"" build/dev/compile_commands.json; then
    echo "$file"
  fi
done <<<"$sources")"
[[ -z "$sources" ]] && { echo "nothing to check"; exit 0; }

count="$(wc -l <<<"$sources")"
note="$count files"
if [[ "${1:-}" == --changed ]] && ((count > LIMIT)); then
  note="the first $LIMIT of $count changed files (./run lint --all checks every file)"
  sources="$(head -n "$LIMIT" <<<"$sources")"
fi
# Without precompiled headers: clang cannot read those of g++, and a source must include what it
# uses.
commands="$(mktemp -d)"
trap 'rm -rf "$commands"' EXIT
sed -E 's/ -Winvalid-pch| -fpch-preprocess| -include [^ ]*cmake_pch\.hxx//g' \
  build/dev/compile_commands.json >"$commands/compile_commands.json"
# Ignores warning flags of g++ that clang 14 does not know.
xargs -P "$(nproc)" -n 1 clang-tidy -p "$commands" --quiet --warnings-as-errors='*' \
  --extra-arg=-Wno-unknown-warning-option <<<"$sources" 2> >(grep -v 'warnings generated' >&2)
echo "$note"
