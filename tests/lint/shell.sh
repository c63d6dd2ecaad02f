#!/usr/bin/env bash
# Runs shellcheck on every shell script, identified by its name or first line.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
ROOT="$PWD"
# shellcheck source=deploy/run/common.sh
source deploy/run/common.sh

scripts="$(
  tree_files '*.sh'
  tree_files | grep -vE '\.[a-z0-9]+$' | while IFS= read -r file; do
    if head -c 64 "$file" | head -n 1 | tr -d '\0' | grep -qE '^#!.*\b(ba)?sh\b'; then
      echo "$file"
    fi
  done
)"
xargs -r shellcheck --external-sources --source-path="$ROOT" <<<"$scripts"
echo "$(wc -l <<<"$scripts") scripts"
