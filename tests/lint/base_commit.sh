#!/usr/bin/env bash
# Prints the commit that checks of changed lines and files compare with: the branch point from the
# main branch; on the main branch itself, the previous commit; in a repository with one commit, this
# one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

head="$(git -c safe.directory='*' rev-parse HEAD)"
base="$(git -c safe.directory='*' merge-base HEAD origin/main 2>/dev/null || echo "$head")"
if [[ "$base" == "$head" ]]; then
  base="$(git -c safe.directory='*' rev-parse --verify -q HEAD~1 || echo "$head")"
fi
echo "$base"
