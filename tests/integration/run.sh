#!/usr/bin/env bash
# Tests of the built programs from outside. `run.sh [FILE...]` runs all, or these files.
#
#   CITYLAYERS_BIN_DIR   where citylayersd and citylayers are    (build/dev/bin)
#   CITYLAYERS_PACK      the city pack                           (built once into build/test)
#   CITYLAYERS_SPLIT=1   every service in a process of its own
set -euo pipefail
ROOT="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
# shellcheck source=deploy/run/common.sh
source "$ROOT/deploy/run/common.sh"
# shellcheck source=tests/support/node_suite.sh
source "$ROOT/tests/support/node_suite.sh"
cd "$ROOT/tests/integration"

# How one process starts, stops and refuses does not depend on the mode; an outage of one needs several.
readonly ONCE=(processes.test.mjs full_disk.test.mjs packs.test.mjs)
readonly SPLIT_ONLY=(outage.test.mjs flood_outage.test.mjs)
readonly FILE_S=300  # for one file of tests; they take seconds
readonly JOBS=4      # files at once: they wait more than they work

use_programs
install_npm "$ROOT/tests/integration"
install_npm "$ROOT/samples/clients/node"
install_npm "$ROOT"
use_test_pack

files=("$@")
if (($# == 0)); then
  skip=("${SPLIT_ONLY[@]}")
  [[ "${CITYLAYERS_SPLIT:-0}" == 1 ]] && skip=("${ONCE[@]}")
  for file in *.test.mjs; do
    [[ " ${skip[*]} " == *" $file "* ]] || files+=("$file")
  done
fi
run_node_files integration "$FILE_S" "$JOBS" "${files[@]}"
