#!/usr/bin/env bash
# Breaking changes of the protos against a base commit, by the rules of proto/buf.yaml.
#
#   breaking.sh [BASE]       BASE: a commit; default: the newest release tag (v*), else the commit at
#                            which the branch left main
#   breaking.sh --self-test  checks that each kind of break is found, and that additions pass
#
# A report until the first release: the list is printed and the exit code is 0. With a release tag as
# BASE a break fails (exit code 1).
set -euo pipefail
ROOT="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
# shellcheck source=deploy/run/common.sh
source "$ROOT/deploy/run/common.sh"

TMP="$(mktemp -d)"
readonly TMP
trap 'rm -rf "$TMP"' EXIT

# breaks NOW BASE: prints the breaks between two folders with a buf.yaml, one per line; 0: none,
# 100: some, else an error of buf.
breaks() { (cd "$1" && "$ROOT/node_modules/.bin/buf" breaking . --against "$2"); }

git_here() { git -C "$ROOT" -c safe.directory='*' "$@"; }

default_base() {
  git_here describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null ||
    git_here merge-base HEAD main 2>/dev/null ||
    die "there is no release tag and no branch main: name the base commit"
}

report() {
  local base="$1" name commit output status=0
  commit="$(git_here rev-parse --verify --quiet "$base^{commit}")" ||
    die "'$base' is not a commit of this repository"
  name="$(git_here describe --tags --exact-match --match 'v[0-9]*' "$commit" 2>/dev/null ||
    git_here rev-parse --short "$commit")"
  git_here archive "$commit" proto | tar -x -C "$TMP"
  output="$(breaks "$ROOT/proto" "$TMP/proto" 2>&1)" || status=$?
  case "$status" in
    0) say_ok "protos: no breaking change since $name" ;;
    100)
      printf '%s\n' "$output"
      say "protos: $(wc -l <<<"$output") breaking changes since $name"
      if [[ "$name" == v[0-9]* ]]; then die "a released contract must not change; add instead"; fi
      ;;
    *) die "buf: $output" ;;
  esac
}

# The contract that the self-test changes.
write_shop() {
  mkdir -p "$1/shop/v1"
  cp "$ROOT/proto/buf.yaml" "$1/"
  cat >"$1/shop/v1/shop.proto" <<'PROTO'
syntax = "proto3";
package shop.v1;
service ShopService {
  rpc GetPrice(GetPriceRequest) returns (GetPriceResponse);
  rpc GetStock(GetStockRequest) returns (GetStockResponse);
}
enum Colour {
  COLOUR_UNSPECIFIED = 0;
  COLOUR_RED = 1;
  COLOUR_BLUE = 2;
}
message GetPriceRequest {
  string name = 1;
  Colour colour = 2;
}
message GetPriceResponse {
  int64 price = 1;
}
message GetStockRequest {}
message GetStockResponse {}
message Receipt {
  string text = 1;
}
PROTO
}

passed=0 failed=0

# expect TITLE RULE SED: edits the contract with a sed script, and requires that buf reports a break
# with RULE in its rule's text; RULE empty: that it reports none.
expect() {
  local title="$1" rule="$2" edit="$3" output status=0
  rm -rf "$TMP/now"
  write_shop "$TMP/now"
  sed -i -E "$edit" "$TMP/now/shop/v1/shop.proto"
  if cmp -s "$TMP/now/shop/v1/shop.proto" "$TMP/base/shop/v1/shop.proto"; then
    die "self-test: '$title' changes nothing"
  fi
  output="$(breaks "$TMP/now" "$TMP/base" 2>&1)" || status=$?
  if [[ -z "$rule" && $status == 0 ]] || [[ -n "$rule" && $status == 100 && "$output" == *"$rule"* ]]; then
    say_ok "$title: ${output:-accepted}"
    passed=$((passed + 1))
  else
    say_error "$title: exit code $status, expected '${rule:-no break}', found: $output"
    failed=$((failed + 1))
  fi
}

self_test() {
  write_shop "$TMP/base"
  expect "a removed field" 'field "2" with name "colour" on message' '/Colour colour = 2;/d'
  expect "a renumbered field" 'field "1" with name "price"' 's/price = 1/price = 7/'
  expect "a renamed field" 'changed name from "price" to "cost"' 's/int64 price/int64 cost/'
  expect "a changed type" 'changed type from "int64" to "string"' 's/int64 price/string price/'
  expect "a removed enum value" 'enum value "2"' '/COLOUR_BLUE/d'
  expect "a removed method" 'RPC "GetStock"' '/rpc GetStock/d'
  expect "a removed message" 'message "Receipt"' '/^message Receipt/,/^}/d'
  expect "a stream instead of an answer" 'server streaming' 's/returns \(GetPriceResponse/returns (stream GetPriceResponse/'
  expect "an added field" '' 's/(int64 price = 1;)/\1 string currency = 2;/'
  expect "an added enum value" '' 's/(COLOUR_BLUE = 2;)/\1 COLOUR_GREEN = 3;/'
  printf 'breaking: %d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}

(($# <= 1)) || usage_error "breaking.sh takes one commit, --self-test or nothing"
install_npm "$ROOT"
if [[ "${1:-}" == --self-test ]]; then
  self_test
else
  base="${1:-$(default_base)}"
  report "$base"
fi
