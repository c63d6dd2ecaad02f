#!/usr/bin/env bash
# Looks at the booth page in headless Chromium, against a server of its own or the one at CITYLAYERS_URL.
#
#   CITYLAYERS_BIN_DIR      where citylayersd and citylayers are      (build/dev/bin)
#   CITYLAYERS_URL          look at this running server instead; what needs control of it is skipped
#   CITYLAYERS_SCREENSHOTS  where the pictures go                     (build/browser)
#   CITYLAYERS_TESTS        run only the tests whose name matches, and the first (all)
#   CITYLAYERS_PATIENCE_S   how long a page may take for anything   (60)
#   CITYLAYERS_CHROMIUM     the browser                               (/usr/bin/chromium)
set -euo pipefail
readonly ALL_S=1800  # for all of it; it takes minutes

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

export CITYLAYERS_BIN_DIR="${CITYLAYERS_BIN_DIR:-$PWD/build/dev/bin}"
export CITYLAYERS_SCREENSHOTS="${CITYLAYERS_SCREENSHOTS:-$PWD/build/browser}"
export CITYLAYERS_CHROMIUM="${CITYLAYERS_CHROMIUM:-/usr/bin/chromium}"

if [[ ! -x "$CITYLAYERS_CHROMIUM" ]]; then
  echo "no Chromium at $CITYLAYERS_CHROMIUM: nothing is looked at (apt-get install chromium)"
  echo "browser: 0 passed, 0 failed, 1 skipped"
  exit 0
fi
mkdir -p "$CITYLAYERS_SCREENSHOTS"
exec timeout --kill-after=10 "$ALL_S" node tests/browser/page_test.mjs
