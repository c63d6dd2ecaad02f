#!/usr/bin/env bash
# Tests of deploy/: nginx in front of a server, images and manifests, alert rules and dashboards, the kiosk's installation.
# `run.sh [FILE...]` runs all tests, or these files.
#
#   CITYLAYERS_BIN_DIR, CITYLAYERS_PACK   as in tests/integration/run.sh
#   CITYLAYERS_PROMTOOL                   promtool      (the one on the PATH; otherwise Debian's, unpacked into build/tools)
set -euo pipefail
ROOT="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
# shellcheck source=deploy/run/common.sh
source "$ROOT/deploy/run/common.sh"
# shellcheck source=tests/support/node_suite.sh
source "$ROOT/tests/support/node_suite.sh"
cd "$ROOT/tests/deploy"

readonly FILE_S=300  # for one file of tests, which takes seconds
readonly JOBS=2

# use_promtool: sets CITYLAYERS_PROMTOOL. The package is unpacked, not installed: installing it would start a Prometheus server.
# Without a network its tests are skipped.
use_promtool() {
  local tools="$ROOT/build/tools"
  [[ -z "${CITYLAYERS_PROMTOOL:-}" ]] || return 0
  if command -v promtool >/dev/null; then
    CITYLAYERS_PROMTOOL=promtool
  else
    CITYLAYERS_PROMTOOL="$tools/usr/bin/promtool"
    if [[ ! -x "$CITYLAYERS_PROMTOOL" ]]; then
      say "unpacking promtool of Debian's package prometheus"
      mkdir -p "$tools"
      # apt gives up its rights for a download, so that its folder must be writable for all: a temporary one.
      local download
      download="$(mktemp -d)"
      chmod 0777 "$download"
      if (cd "$download" && apt-get download -q prometheus >/dev/null 2>&1); then
        dpkg-deb --extract "$download"/prometheus_*.deb "$download/root"
        install -D "$download/root/usr/bin/promtool" "$CITYLAYERS_PROMTOOL"
      fi
      rm -rf "$download"
    fi
  fi
  export CITYLAYERS_PROMTOOL
}

use_programs
install_npm "$ROOT/tests/integration"  # its clients of the API
install_npm "$ROOT/tests/deploy"
use_test_pack
use_promtool

files=("$@")
if (($# == 0)); then files=(*.test.mjs); fi
run_node_files deploy "$FILE_S" "$JOBS" "${files[@]}"
