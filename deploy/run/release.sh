# shellcheck shell=bash
# ./run release: the archive of a release, with its checksum, tested as it is.

# shellcheck source=deploy/run/build.sh
source deploy/run/build.sh
# shellcheck source=deploy/run/web.sh
source deploy/run/web.sh

readonly RELEASE_BUILD=build/release

release_usage() {
  cat <<'TEXT'
Usage: ./run release [--no-bare]

Builds the release preset and the page, installs them into a folder, tests it, and packs
build/release/citylayers-VERSION-linux-ARCH.tar.gz with its .sha256. Then the archive is tested in
a bare Debian 12, which needs root and 2 GB of disk.

  --no-bare    without the test in a bare Debian
TEXT
}

# package_of FILE: the Debian package that owns a file. With a merged /usr the linker's path may
# differ from dpkg's by that prefix.
package_of() {
  local line
  line="$(dpkg-query --search "$1" 2>/dev/null || dpkg-query --search "/usr$1" 2>/dev/null)" ||
    die "no Debian package owns $1: the release can depend only on Debian's libraries"
  echo "${line%%:*}"
}

# runtime_packages PROGRAM...: the Debian packages of the libraries that the programs link, one per
# line. apt adds what these need.
runtime_packages() {
  local program library path
  for program in "$@"; do
    objdump --private-headers "$program" | awk '$1 == "NEEDED" {print $2}' |
      while read -r library; do
        path="$(ldd "$program" | awk -v library="$library" '$1 == library {print $3}')"
        # ldd prints no such path for the dynamic linker; it belongs to the C library.
        [[ -z "$path" ]] || package_of "$path"
      done
  done | sort -u
}

run_release() {
  local bare=true
  case "${1:-}" in
    '') ;;
    --no-bare) bare=false ;;
    -h | --help) release_usage && return ;;
    *) usage_error "./run release takes --no-bare or nothing" ;;
  esac
  install_packages build web
  build_web
  build_targets release citylayersd citylayers citylayers_client

  local name stage archive
  name="citylayers-$(<VERSION)-linux-$(uname -m)"
  stage="$RELEASE_BUILD/stage/$name" archive="$RELEASE_BUILD/$name.tar.gz"
  say "installing into $stage"
  rm -rf "$RELEASE_BUILD/stage" "$archive" "$archive.sha256"
  cmake --install "$RELEASE_BUILD" --prefix "$ROOT/$stage" --strip >/dev/null
  runtime_packages "$stage/bin/citylayersd" "$stage/bin/citylayers" \
    >"$stage/share/citylayers/packages.txt"
  cp deploy/release/README.md "$stage/"
  say "testing the installation"
  tests/package/run.sh --prefix "$stage"

  say "packing $archive"
  tar --directory "$RELEASE_BUILD/stage" --sort=name --owner=0 --group=0 --numeric-owner \
    -czf "$archive" "$name"
  (cd "$RELEASE_BUILD" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
  if $bare; then tests/bare.sh --release "$archive"; fi
  say_ok "$("$stage/bin/citylayersd" --version)"
  say_ok "$archive, $(du -h "$archive" | cut -f1)"
}
