#!/usr/bin/env bash
# Tests of the built programs from outside. `run.sh [FILE...]` runs all tests, or these files.
#
#   CITYLAYERS_BIN_DIR   folder of citylayersd and citylayers    (build/dev/bin)
#   CITYLAYERS_PACK      the city pack                           (built once into build/test)
#   CITYLAYERS_SPLIT=1   every service in a separate process
set -euo pipefail
ROOT="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
# shellcheck source=deploy/run/common.sh
source "$ROOT/deploy/run/common.sh"
# shellcheck source=tests/support/node_suite.sh
source "$ROOT/tests/support/node_suite.sh"
cd "$ROOT/tests/integration"

# Start, stop and refusal of one process do not depend on the mode; an outage of one service needs
# several.
readonly ONCE=(doctor.test.mjs reload.test.mjs demo_access.test.mjs processes.test.mjs full_disk.test.mjs packs.test.mjs)
readonly SPLIT_ONLY=(outage.test.mjs flood_outage.test.mjs)
readonly FILE_S=300  # maximum for one file of tests, which takes seconds
readonly JOBS=4      # files in parallel: they mostly wait

use_programs
install_npm "$ROOT/tests/integration"
install_npm "$ROOT/samples/clients/node"
install_npm "$ROOT/samples/clients/connect"
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
