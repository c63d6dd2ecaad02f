#!/usr/bin/env bash
# Tests cmake/BuildInfo.cmake: where the commit comes from, and that an unchanged build stays as it is.
set -euo pipefail
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
TREE="$(mktemp -d --tmpdir citylayers-build-info.XXXXXX)"
trap 'rm -rf "$TREE"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

# generate DIR: runs the script for the tree in DIR.
generate() {
  cmake -DOUT="$TREE/values.cc" -DSOURCE_DIR="$1" -DVERSION=1.2.3-dev -DBUILD_TYPE=Release \
    -P "$ROOT/cmake/BuildInfo.cmake"
}

# expect CASE COMMIT: compares the commit in the generated source.
expect() {
  local line
  line="$(grep 'return {' "$TREE/values.cc")"
  local want='  return {.version = "1.2.3-dev", .commit = "'"$2"'", .build_type = "Release"};'
  [[ "$line" == "$want" ]] || {
    printf 'FAIL %s\n  got  %s\n  want %s\n' "$1" "$line" "$want"
    exit 1
  }
  echo "ok   $1"
}

git_in() { git -C "$TREE/clone" -c user.name=test -c user.email=test@localhost "$@"; }

git init -q "$TREE/clone"
mkdir "$TREE/clone/cmake"
cp "$ROOT/.gitattributes" "$TREE/clone/"
cp "$ROOT/cmake/commit.txt" "$TREE/clone/cmake/"
git_in add -A
git_in commit -q -m first
commit="$(git_in rev-parse --short=8 HEAD)"

generate "$TREE/clone"
expect "a clone: the commit from git" "$commit"

touch -d 2020-01-01 "$TREE/values.cc"
generate "$TREE/clone"
[[ "$(date -r "$TREE/values.cc" +%Y)" == 2020 ]] || {
  echo "FAIL the same commit again: the file was written"
  exit 1
}
echo "ok   the same commit again: nothing to compile"

echo '# changed' >>"$TREE/clone/.gitattributes"
generate "$TREE/clone"
expect "a clone with changes" "$commit-dirty"

git_in checkout -q -- .
git_in tag v1.2.3
generate "$TREE/clone"
expect "a tagged commit: still its hash" "$commit"

# Inside the clone: the commit must come from the archive, not from the repository around it.
mkdir "$TREE/clone/archive" "$TREE/copy"
git_in archive HEAD | tar -xC "$TREE/clone/archive"
generate "$TREE/clone/archive"
expect "an archive inside of another clone" "$commit"

cp -r "$TREE/clone/cmake" "$TREE/copy/"
generate "$TREE/copy"
expect "a copy without git" unknown
