#!/usr/bin/env bash
# Reports changes of the protos that break clients or stored messages. Against a release it is a gate: the exit code is
# 1. Before the first release v1 may change, so that the same list is only a report.
#
#   tests/lint/proto_breaking.sh                 against the latest tag v*, or, without one, the previous commit
#   tests/lint/proto_breaking.sh OLD [NEW]       against the folder OLD, as a gate; NEW: proto
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
buf="$PWD/node_modules/.bin/buf"

# breaks OLD NEW: prints one line per break; false when there are any.
breaks() { (cd "$2" && "$buf" breaking --against "$1"); }

if (($# > 0)); then
  breaks "$(realpath "$1")" "${2:-proto}"
  exit
fi

gate=true
base="$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null)" || {
  gate=false
  base=HEAD~1
}
if ! git rev-parse --quiet --verify "$base^{commit}" >/dev/null; then
  echo "nothing to compare with: there is no release and no earlier commit"
  exit 0
fi
old="$(mktemp -d)"
trap 'rm -rf "$old"' EXIT
git archive "$base" proto | tar -x -C "$old"
status=0
list="$(breaks "$old/proto" proto 2>&1)" || status=$?
# 100: there are breaks. Anything else is a fault of the comparison.
if ((status != 0 && status != 100)); then
  printf '%s\n' "$list"
  exit "$status"
fi
count="$(grep -c . <<<"$list" || true)"
if $gate; then
  [[ -z "$list" ]] || printf '%s\n' "$list"
  echo "$count breaks since the release $base"
  ((status == 0))
else
  [[ -z "$list" ]] || printf '%s\n' "$list"
  echo "$count breaks since $base (a report: there is no release yet)"
fi
