#!/usr/bin/env bash
# Generates clients in every language from all protos, without options of the generators, and compiles what the machine
# can compile. A language whose generator is missing is skipped with the reason. Then a made-up break of the protos must
# be found by tests/lint/proto_breaking.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
ROOT="$PWD"
# shellcheck source=deploy/run/common.sh
source deploy/run/common.sh

readonly PROTOC_GEN_GO=google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12
OUT="$(mktemp -d)"
trap 'rm -rf "$OUT"' EXIT
# The protos of the project, with the options of Google that they import.
mapfile -t PROTOS < <(cd proto && find citylayers google -name '*.proto' | sort)

PASSED=0 FAILED=0 SKIPPED=0
pass() { say_ok "$*" && PASSED=$((PASSED + 1)); }
fail() {
  echo "FAIL $*"
  FAILED=$((FAILED + 1))
}
skip() {
  echo "- $* (skipped)"
  SKIPPED=$((SKIPPED + 1))
}
# check NAME COMMAND...: one test; its output is shown on failure.
check() {
  local name="$1" output
  shift
  if output="$("$@" 2>&1)"; then pass "$name"; else
    printf '%s\n' "$output"
    fail "$name"
  fi
}

# generate LANGUAGE [PROTOC ARGUMENT...]: all protos by the generator of that name, into $OUT/LANGUAGE. At least
# one file per proto must result, so that a generator that writes nothing is not a success.
generate() {
  local language="$1"
  shift
  mkdir -p "$OUT/$language"
  (cd proto && protoc "$@" "--${language}_out=$OUT/$language" "${PROTOS[@]}") &&
    (($(find "$OUT/$language" -type f | wc -l) >= ${#PROTOS[@]}))
}

# Generators that are a part of protoc.
for language in java kotlin csharp objc php python ruby; do
  check "$language: generated" generate "$language"
done

has_python_runtime() { python3 -c 'import google.protobuf' 2>/dev/null; }
import_python() {
  (cd "$OUT/python" && find . -name '*_pb2.py' | sed 's|^\./||; s|\.py$||; s|/|.|g' | sort |
    PYTHONPATH="$OUT/python" PYTHONDONTWRITEBYTECODE=1 python3 -c '
import importlib, sys, google.protobuf
google.__path__ = list(google.__path__) + ["google"]  # google.api beside the installed google.protobuf
for line in sys.stdin: importlib.import_module(line.strip())
from citylayers.flood.v1 import flood_service_pb2 as flood
assert flood.FloodClass.Name(0) == "FLOOD_CLASS_UNSPECIFIED"')
}
if has_python_runtime; then
  check "python: every module is imported" import_python
else
  skip "python: imported; there is no Python package protobuf"
fi

readonly JAVA_RUNTIME=/usr/share/java/protobuf.jar
compile_java() {
  mkdir -p "$OUT/classes"
  find "$OUT/java" -name '*.java' -print0 |
    xargs -0 javac -proc:none -nowarn -d "$OUT/classes" -cp "$JAVA_RUNTIME"
}
if command -v javac >/dev/null && [[ -f $JAVA_RUNTIME ]]; then
  check "java: compiled" compile_java
else
  skip "java: compiled; there is no javac, or no $JAVA_RUNTIME (libprotobuf-java)"
fi

each_file() {  # each_file LANGUAGE PATTERN COMMAND...
  local folder="$OUT/$1" pattern="$2"
  shift 2
  find "$folder" -name "$pattern" -print0 | xargs -0 -n 1 "$@"
}
if command -v ruby >/dev/null; then
  check "ruby: parsed" each_file ruby '*.rb' ruby -c
else
  skip "ruby: parsed; there is no ruby"
fi
if command -v php >/dev/null; then
  check "php: parsed" each_file php '*.php' php -l
else
  skip "php: parsed; there is no php"
fi

# Go: the plugin on the PATH, or built from the module cache or the proxy.
go_plugin() {
  command -v protoc-gen-go >/dev/null && return
  command -v go >/dev/null && GOBIN="$OUT/bin" GOFLAGS=-mod=mod go install "$PROTOC_GEN_GO" >/dev/null 2>&1
}
compile_go() {
  cd "$OUT/go/citylayers.example/api" &&
    go mod init citylayers.example/api && GOFLAGS=-mod=mod go mod tidy && go vet ./...
}
mkdir -p "$OUT/bin"
export PATH="$OUT/bin:$PATH"
if go_plugin; then
  check "go: generated" generate go
  if command -v go >/dev/null; then
    check "go: compiled" compile_go
  else
    skip "go: compiled; there is no go"
  fi
else
  skip "go: generated; there is no protoc-gen-go"
fi

readonly PROTOC_GEN_ES=node_modules/.bin/protoc-gen-es
# The declarations themselves are checked, so that `skipLibCheck` would check nothing.
compile_typescript() {
  ln -sfn "$ROOT/node_modules" "$OUT/node_modules"
  echo '{"type": "module"}' >"$OUT/package.json"
  cat >"$OUT/tsconfig.json" <<'END'
{
  "compilerOptions": { "strict": true, "noEmit": true, "target": "es2022", "module": "esnext",
    "moduleResolution": "bundler", "types": [] },
  "include": ["es"]
}
END
  services/web/node_modules/.bin/tsc --project "$OUT/tsconfig.json"
}
if [[ -x $PROTOC_GEN_ES ]]; then
  # Without `target` the plugin writes JavaScript and its declarations, which TypeScript reads.
  check "typescript: generated" generate es "--plugin=protoc-gen-es=$ROOT/$PROTOC_GEN_ES"
  if [[ -x services/web/node_modules/.bin/tsc ]]; then
    check "typescript: compiled" compile_typescript
  else
    skip "typescript: compiled; there is no tsc in services/web"
  fi
else
  skip "typescript: generated; there is no $PROTOC_GEN_ES"
fi

if command -v protoc-gen-swift >/dev/null; then
  check "swift: generated" generate swift
else
  skip "swift: generated; there is no protoc-gen-swift"
fi

# finds_break SED FILE: applies an edit to a copy of the protos, and expects that it is reported.
finds_break() {
  local edit="$1" file="$2" changed="$OUT/changed" status=0
  rm -rf "$changed"
  cp -r proto "$changed"
  sed -i "$edit" "$changed/citylayers/$file"
  if cmp -s "proto/citylayers/$file" "$changed/citylayers/$file"; then
    echo "the edit \"$edit\" changes nothing in $file"
    return 1
  fi
  tests/lint/proto_breaking.sh proto "$changed" || status=$?
  ((status == 100))
}
if [[ -x node_modules/.bin/buf ]]; then
  check "break: none between equal protos" tests/lint/proto_breaking.sh proto proto
  check "break: a field's number" \
    finds_break 's/double depth_m = 3;/double depth_m = 42;/' flood/v1/flood_service.proto
  check "break: a field's type" \
    finds_break 's/RoadClass road_class = 4;/LocalizedText road_class = 4;/' traffic/v1/traffic_service.proto
  check "break: a method" finds_break '/rpc ListJams/,/^  }/d' traffic/v1/traffic_service.proto
  check "break: a value of an enum" finds_break '/FLOOD_CLASS_DRY/d' flood/v1/flood_service.proto
else
  skip "breaks; there is no buf"
fi

echo "protoc: $PASSED passed, $FAILED failed, $SKIPPED skipped"
((FAILED == 0))
