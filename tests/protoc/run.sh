#!/usr/bin/env bash
# Generates clients in each language from all protos of the API, without any flag: the options
# in the files must name packages and prefixes. `run.sh [DIR]` writes them to DIR/LANGUAGE and keeps
# them; without DIR they are deleted.
#
#   PROTOC   the compiler; default: protoc
#
# Languages without a generator in protoc need its plugin on the PATH or in node_modules/.bin; those
# without one are skipped and named. google.api options are a part of the protos, so they are generated
# too. The google.rpc and grpc protos in proto/support are left out:
# every client takes them from its gRPC library, and a second copy would conflict with that.
set -euo pipefail
ROOT="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
# shellcheck source=deploy/run/common.sh
source "$ROOT/deploy/run/common.sh"

(($# <= 1)) || usage_error "run.sh takes one folder or nothing"
readonly PROTOC="${PROTOC:-protoc}"
command -v "$PROTOC" >/dev/null ||
  die "no $PROTOC: install protobuf-compiler, or name the program in PROTOC"
if (($# == 1)); then
  mkdir -p "$1"
  OUT="$(cd "$1" && pwd)"
else
  OUT="$(mktemp -d)"
  trap 'rm -rf "$OUT"' EXIT
fi
readonly OUT
export PATH="$PATH:$ROOT/node_modules/.bin:$ROOT/services/web/node_modules/.bin"
cd "$ROOT/proto"
mapfile -t PROTOS < <(find citylayers google -name '*.proto' | LC_ALL=C sort)
readonly PROTOS

passed=0 failed=0 skipped=0

pass() {
  say_ok "$1"
  passed=$((passed + 1))
}
fail() {
  say_error "$1"
  failed=$((failed + 1))
}
skip() {
  say "$1: skipped, $2"
  skipped=$((skipped + 1))
}

# check_options: each file has every option, so that also languages whose generator is not at hand
# (Swift) have their names.
check_options() {
  local option missing=''
  for option in csharp_namespace go_package java_multiple_files java_outer_classname java_package \
    objc_class_prefix php_namespace ruby_package swift_prefix; do
    missing+="$(grep -L --recursive "^option $option = " citylayers | sed "s/\$/: no $option/")"
  done
  if [[ -z "$missing" ]]; then
    pass "options of ${#PROTOS[@]} files"
  else
    fail "options: $missing"
  fi
}

# generate LANGUAGE FILE TEXT: generates into OUT/LANGUAGE, and requires that FILE there contains
# TEXT, a name that follows from the options. The language is skipped when it needs a plugin that is
# not at hand.
generate() {
  local language="$1" file="$2" text="$3" folder="$OUT/$1" output
  mkdir -p "$folder"
  if ! output="$("$PROTOC" -I . "--${language}_out=$folder" "${PROTOS[@]}" 2>&1)"; then
    if [[ "$output" == *"program not found"* ]]; then
      skip "$language" "protoc-gen-$language is not at hand"
    else
      fail "$language: $output"
    fi
  elif [[ -n "$output" ]]; then
    fail "$language: protoc warns: $output"
  elif ! grep -qsF -- "$text" "$folder/$file"; then
    fail "$language: $file does not exist or does not contain '$text'"
  else
    pass "$language: $(find "$folder" -type f | wc -l) files"
  fi
}

# import_python: imports every generated module, and reads an enum.
import_python() {
  if ! python3 -c 'import google.protobuf' 2>/dev/null; then
    skip "python import" "python3-protobuf is not at hand"
    return
  fi
  local output
  if output="$(cd "$OUT/python" && python3 - 2>&1 <<'PYTHON'
import importlib
import pathlib

import google.protobuf

google.__path__ = [*google.__path__, "google"]  # google.api beside the installed google.protobuf
for path in sorted(pathlib.Path().rglob("*_pb2.py")):
    importlib.import_module(".".join(path.with_suffix("").parts))
flood = importlib.import_module("citylayers.flood.v1.flood_service_pb2")
assert flood.DepthAtPoint().flood_class == flood.FLOOD_CLASS_UNSPECIFIED
PYTHON
  )"; then
    pass "python import"
  else
    fail "python import: $output"
  fi
}

# check_typescript: the generated declarations, which compilations with `skipLibCheck` do not look at.
check_typescript() {
  local output
  if [[ ! -x "$ROOT/services/web/node_modules/.bin/tsc" || ! -d "$OUT/es/citylayers" ]]; then
    skip "typescript types" "tsc of services/web or protoc-gen-es is not at hand"
    return
  fi
  ln -sfn "$ROOT/node_modules" "$OUT/node_modules"
  echo '{"type": "module"}' >"$OUT/package.json"
  cat >"$OUT/tsconfig.json" <<'JSON'
{
  "compilerOptions": { "strict": true, "noEmit": true, "target": "es2022", "module": "esnext",
    "moduleResolution": "bundler", "types": [] },
  "include": ["es"]
}
JSON
  if output="$("$ROOT/services/web/node_modules/.bin/tsc" --project "$OUT/tsconfig.json" 2>&1)"; then
    pass "typescript types"
  else
    fail "typescript types: $output"
  fi
  rm -f "$OUT/node_modules" "$OUT/package.json" "$OUT/tsconfig.json"
}

check_options
generate java citylayers/flood/v1/FloodClass.java 'package citylayers.flood.v1;'
generate kotlin citylayers/flood/v1/DepthAtPointKt.kt 'package citylayers.flood.v1;'
generate python citylayers/flood/v1/flood_service_pb2.py 'citylayers.flood.v1'
import_python
generate csharp FloodService.cs 'namespace Citylayers.Flood.V1 {'
generate ruby citylayers/flood/v1/flood_service_pb.rb 'module Citylayers'
generate php Citylayers/Flood/V1/FloodClass.php 'namespace Citylayers\Flood\V1;'
generate objc citylayers/flood/v1/FloodService.pbobjc.h '@interface CLFloodDepthAtPoint '
generate go citylayers/flood/v1/flood_service.pb.go 'package floodv1'
generate es citylayers/flood/v1/flood_service_pb.js 'DepthAtPointSchema'
check_typescript
generate swift citylayers/flood/v1/flood_service.pb.swift 'struct CLFloodDepthAtPoint'

printf 'protoc: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
((failed == 0))
