#!/usr/bin/env bash
# Attacks on the built programs: `run.sh [FILE...]` runs all of abuse/, or these files.
#
#   CITYLAYERS_BIN_DIR, CITYLAYERS_PACK   as in tests/integration/run.sh
#   CITYLAYERS_CHROMIUM                   the browser (/usr/bin/chromium); without it its tests are skipped
set -euo pipefail
ROOT="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
# shellcheck source=deploy/run/common.sh
source "$ROOT/deploy/run/common.sh"
# shellcheck source=tests/support/node_suite.sh
source "$ROOT/tests/support/node_suite.sh"
cd "$ROOT/tests/security/abuse"

readonly FILE_S=300  # for one file of tests

use_programs
install_npm "$ROOT/tests/integration"  # the attacks use its API client
use_test_pack
export CITYLAYERS_CHROMIUM="${CITYLAYERS_CHROMIUM:-/usr/bin/chromium}"
if [[ -x "$CITYLAYERS_CHROMIUM" ]]; then
  install_npm "$ROOT/services/web"  # has the driver of the browser
fi

files=("$@")
if (($# == 0)); then files=(*.test.mjs); fi
# One file at a time, because latencies are measured.
run_node_files security "$FILE_S" 1 "${files[@]}"
