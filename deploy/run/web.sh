# shellcheck shell=bash
# Builds the booth page when its sources changed.

readonly WEB=services/web

build_web() {
  local want stamp="$WEB/dist/.sources"
  want="$(hash_of "$WEB" proto/citylayers)"
  [[ -f "$stamp" && "$(<"$stamp")" == "$want" ]] && return
  install_npm "$ROOT/$WEB" || return
  say "building the page"
  (cd "$WEB" && npm run --silent build) || return
  echo "$want" >"$stamp"
}
