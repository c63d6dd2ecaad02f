# shellcheck shell=bash
# ./run bench [args]: the arguments are those of citylayers_bench.

# shellcheck source=deploy/run/build.sh
source deploy/run/build.sh

run_bench() {
  install_packages build bench
  build_targets dev citylayers_bench citylayersd citylayers >&2
  CITYLAYERS_SOURCE_DIR="$ROOT" CITYLAYERS_BIN_DIR="$ROOT/build/dev/bin" \
    exec build/dev/bin/citylayers_bench "$@"
}
