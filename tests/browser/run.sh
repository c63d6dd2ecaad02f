#!/usr/bin/env bash
# Tests the booth page in headless Chromium, with a new server or the one at CITYLAYERS_URL.
#
#   CITYLAYERS_BIN_DIR      folder of citylayersd and citylayers      (build/dev/bin)
#   CITYLAYERS_URL          use this running server instead; tests that control the server are skipped
#   CITYLAYERS_SCREENSHOTS  folder of the pictures                    (build/browser)
#   CITYLAYERS_TESTS        run only the tests whose name matches, and the first (all)
#   CITYLAYERS_PATIENCE_S   maximum wait for a state of the page    (60)
#   CITYLAYERS_CHROMIUM     the browser                               (/usr/bin/chromium)
set -euo pipefail
readonly ALL_S=$((1800 + ${CITYLAYERS_KIOSK_SOAK_S:-0}))  # maximum for all tests, which take minutes

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

export CITYLAYERS_BIN_DIR="${CITYLAYERS_BIN_DIR:-$PWD/build/dev/bin}"
export CITYLAYERS_SCREENSHOTS="${CITYLAYERS_SCREENSHOTS:-$PWD/build/browser}"
export CITYLAYERS_CHROMIUM="${CITYLAYERS_CHROMIUM:-/usr/bin/chromium}"

if [[ ! -x "$CITYLAYERS_CHROMIUM" ]]; then
  echo "no Chromium at $CITYLAYERS_CHROMIUM: tests skipped (apt-get install chromium)"
  echo "browser: 0 passed, 0 failed, 1 skipped"
  exit 0
fi
mkdir -p "$CITYLAYERS_SCREENSHOTS"
exec timeout --kill-after=10 "$ALL_S" node tests/browser/page_test.mjs
