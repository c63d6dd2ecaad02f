# shellcheck shell=bash
# ./run crash [--cycles N] [--seed S]: kill -9 in the middle of a replay, restart, compare.

# shellcheck source=deploy/run/build.sh
source deploy/run/build.sh

run_crash() {
  install_packages build
  build_targets dev citylayers_crash citylayersd citylayers >&2
  CITYLAYERS_SOURCE_DIR="$ROOT" CITYLAYERS_BIN_DIR="$ROOT/build/dev/bin" \
    exec build/dev/bin/citylayers_crash "$@"
}
