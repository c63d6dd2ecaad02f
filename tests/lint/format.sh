#!/usr/bin/env bash
# Checks that clang-format would not change any C++ file. `tests/lint/format.sh --fix` formats.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
ROOT="$PWD"
# shellcheck source=deploy/run/common.sh
source deploy/run/common.sh

files="$(tree_files '*.h' '*.cc')"
if [[ "${1:-}" == --fix ]]; then
  xargs -r clang-format -i <<<"$files"
  exit
fi
bad="$(xargs -r -P 2 -n 40 clang-format --dry-run <<<"$files" 2>&1 |
  sed -nE 's/^([^ :]+):[0-9]+:.*clang-format-violations.*/\1/p' | sort -u)"
if [[ -n "$bad" ]]; then
  printf '%s\n' "$bad" "format them with tests/lint/format.sh --fix"
  exit 1
fi
echo "$(wc -l <<<"$files") files"
