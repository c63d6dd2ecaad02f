# shellcheck shell=bash
# ./run package: the Debian package, with checksum and SBOM, checked and tested.

# shellcheck source=deploy/run/build.sh
source deploy/run/build.sh
# shellcheck source=deploy/run/web.sh
source deploy/run/web.sh

readonly PACKAGE_DIR=build/package
readonly EXPOSURE_MAX=15  # tenths: 1.5 of 10

package_usage() {
  cat <<'TEXT'
Usage: ./run package [--prefix DIR] [--no-test]

Builds the release preset and the page, and makes build/package/citylayers_VERSION_ARCH.deb with its
.sha256 and .spdx.json. Then lintian checks it, systemd-analyze rates its service, and it is tested in
a Debian 12 made by debootstrap, which needs root and 3 GB of disk.

  --prefix DIR   packs this installation (bin, share) instead of building
  --no-test      without the test in a Debian 12
TEXT
}

# check_package DEB: lintian, and the exposure of the service.
check_package() {
  local unit
  say "lintian"
  lintian --no-cfg --allow-root --fail-on error,warning "$1" || die "lintian has complaints about $1"
  for unit in citylayers.service citylayers@.service; do
    systemd-analyze security --offline=yes --no-pager --threshold="$EXPOSURE_MAX" "deploy/systemd/$unit" \
      >"$PACKAGE_DIR/$unit.txt" || die "$unit is exposed by more than 1.5: $PACKAGE_DIR/$unit.txt"
    say_ok "$(tail -n 1 "$PACKAGE_DIR/$unit.txt" | sed 's/^→ //') (limit 1.5)"
  done
}

run_package() {
  local prefix='' test=true deb
  while (($# > 0)); do
    case "$1" in
      --prefix) prefix="$(realpath "${2:?--prefix needs a folder}")" && shift 2 ;;
      --no-test) test=false && shift ;;
      -h | --help) package_usage && return ;;
      *) usage_error "./run package takes --prefix DIR and --no-test" ;;
    esac
  done
  install_packages build web package
  if [[ -z "$prefix" ]]; then
    build_web
    build_targets release citylayersd citylayers
    prefix="$ROOT/build/release/package-prefix"
    rm -rf "$prefix"
    cmake --install build/release --component runtime --prefix "$prefix" --strip >/dev/null
  fi
  install_npm "$WEB"  # the licences of what the page contains
  say "packing"
  deploy/debian/build.sh --prefix "$prefix" --out "$PACKAGE_DIR"
  deb="$(echo "$PACKAGE_DIR"/*.deb)"
  check_package "$deb"
  if $test; then as_root tests/package/deb.sh --deb "$deb"; fi
  say_ok "$deb, with $(basename "$deb").sha256 and $(basename "${deb%.deb}").spdx.json"
}
