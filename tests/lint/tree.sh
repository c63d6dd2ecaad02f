#!/usr/bin/env bash
# Checks for content that must not be in the tree: files over 1 MiB, addresses of package registries
# (a lockfile with them works on one network only), and absolute paths of one machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
ROOT="$PWD"
# shellcheck source=deploy/run/common.sh
source deploy/run/common.sh

bad=0
# fail TITLE LINES: reports the lines, if any.
fail() {
  [[ -z "$2" ]] && return
  printf '%s:\n%s\n' "$1" "$2"
  bad=1
}

# Words that occur only in addresses of registries, and folders of one machine.
readonly REGISTRY='https?://[^/" ]*(registry|mirror|pypi|crates|proxy\.golang|repo1|deb\.)[^/" ]*/'
readonly MACHINE='(^|[^A-Za-z0-9_.}/-])/(work|root|home/[a-z]+|Users/[A-Za-z]+|mnt)/[A-Za-z]'

files="$(tree_files)"
fail "files over 1 MiB" "$(xargs -d '\n' -r du -b -- <<<"$files" | awk '$1 > 1048576')"
fail "addresses of package registries" \
  "$(xargs -d '\n' grep -IEn "$REGISTRY" -- /dev/null <<<"$files" | cut -c1-200 || true)"
fail "lockfiles with addresses (npm config omit-lockfile-registry-resolved)" \
  "$(tree_files '*package-lock.json' | xargs -r grep -n '"resolved": "http' /dev/null || true)"
fail "absolute paths of a machine" \
  "$(xargs -d '\n' grep -IEn "$MACHINE" -- /dev/null <<<"$files" | cut -c1-200 || true)"
fail "whitespace at line ends" \
  "$(tree_files '*.h' '*.cc' '*.proto' '*.txt' '*.cmake' '*.sh' '*.ts' | xargs -r grep -In ' $' /dev/null || true)"
exit "$bad"
