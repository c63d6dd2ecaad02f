#!/usr/bin/env bash
# Makes the Debian package of an installation, its checksum and its SBOM.
#
#   deploy/debian/build.sh --prefix DIR --out DIR [--version VERSION] [--web-modules DIR]
#
#   --prefix DIR       what `cmake --install --component runtime --strip` has installed
#   --out DIR          folder for citylayers_VERSION_ARCH.deb, .deb.sha256 and .spdx.json; it is emptied
#   --version VERSION  Debian's version; by default that of the file VERSION
#   --web-modules DIR  npm packages of the page, for their licences (services/web/node_modules)
#
# The same input gives the same bytes: all times are SOURCE_DATE_EPOCH, by default that of the commit.
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
ROOT="$(cd "$HERE/../.." && pwd)"
# shellcheck source=deploy/run/common.sh
source "$ROOT/deploy/run/common.sh"

PREFIX='' OUT='' MODULES="$ROOT/services/web/node_modules" VERSION=''
while (($# > 0)); do
  case "$1" in
    --prefix) PREFIX="$(realpath "${2:?--prefix needs a folder}")" && shift 2 ;;
    --out) OUT="$(realpath -m "${2:?--out needs a folder}")" && shift 2 ;;
    --version) VERSION="${2:?--version needs a version}" && shift 2 ;;
    --web-modules) MODULES="$(realpath "${2:?--web-modules needs a folder}")" && shift 2 ;;
    *)
      sed -n '2,11p' "${BASH_SOURCE[0]}" >&2
      exit 2
      ;;
  esac
done
[[ -x "$PREFIX/bin/citylayersd" && -n "$OUT" ]] || usage_error "--prefix and --out are needed"
# 0.2.0-dev comes before 0.2.0.
VERSION="${VERSION:-$(sed 's/-/~/' "$ROOT/VERSION")-1}"
SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git -C "$ROOT" -c safe.directory='*' log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH
ARCHITECTURE="$(dpkg --print-architecture)"
readonly HERE ROOT PREFIX OUT MODULES VERSION ARCHITECTURE
readonly STAGE="$OUT/stage" CONTROL="$OUT/control"
readonly DOC="$STAGE/usr/share/doc/citylayers"

# gzipped FILE: compressed without its name and time.
gzipped() { gzip --best --no-name --stdout; }

# as_paragraph FILE: the text as a field of a copyright file.
as_paragraph() { sed -e 's/\r$//' -e 's/[[:space:]]*$//' -e 's/^$/./' -e 's/^/ /' "$1"; }

stage_programs() {
  install -D -m 755 -t "$STAGE/usr/bin" "$PREFIX/bin/citylayersd" "$PREFIX/bin/citylayers"
  mkdir -p "$STAGE/usr/share/citylayers"
  cp -r "$PREFIX/share/citylayers/web" "$PREFIX/share/citylayers/saigon.pack" "$STAGE/usr/share/citylayers/"
}

stage_service() {
  local systemd="$ROOT/deploy/systemd"
  install -D -m 644 -t "$STAGE/lib/systemd/system" "$systemd/citylayers.service" "$systemd/citylayers@.service"
  install -D -m 644 "$systemd/citylayers.sysusers" "$STAGE/usr/lib/sysusers.d/citylayers.conf"
  install -D -m 644 "$systemd/citylayers.tmpfiles" "$STAGE/usr/lib/tmpfiles.d/citylayers.conf"
  install -D -m 644 -t "$STAGE/usr/lib/citylayers/targets" "$systemd"/targets/*.env
  install -D -m 644 -t "$STAGE/etc/citylayers" "$HERE/citylayers.toml"
}

stage_completion() {
  local shell folder
  while read -r shell folder; do
    mkdir -p "$STAGE/usr/share/$(dirname "$folder")"
    "$PREFIX/bin/citylayers" completion "$shell" >"$STAGE/usr/share/$folder"
  done <<'TABLE'
bash bash-completion/completions/citylayers
zsh zsh/vendor-completions/_citylayers
fish fish/vendor_completions.d/citylayers.fish
TABLE
}

stage_manuals() {
  local page
  node "$HERE/man.mjs" --bin "$PREFIX/bin" --version "$VERSION" --out "$OUT/man"
  for page in "$OUT"/man/*; do
    mkdir -p "$STAGE/usr/share/man/man${page##*.}"
    gzipped <"$page" >"$STAGE/usr/share/man/man${page##*.}/${page##*/}.gz"
  done
}

stage_documents() {
  local line
  mkdir -p "$DOC" "$STAGE/usr/share/lintian/overrides"
  while IFS= read -r line; do
    case "$line" in
      @BSD@) as_paragraph "$MODULES/maplibre-gl/LICENSE.txt" ;;
      @OFL@) as_paragraph "$MODULES/@fontsource/be-vietnam-pro/LICENSE" ;;
      *) printf '%s\n' "$line" ;;
    esac
  done <"$HERE/copyright" >"$DOC/copyright"
  install -m 644 "$ROOT/THIRD_PARTY_NOTICES.md" "$ROOT/docs/operate/install.md" "$ROOT/docs/operate/upgrade.md" \
    "$ROOT/docs/operate/secure.md" "$DOC/"
  gzipped <"$ROOT/CHANGELOG.md" >"$DOC/changelog.gz"
  gzipped >"$DOC/changelog.Debian.gz" <<TEXT
citylayers ($VERSION) bookworm; urgency=medium

  * Package of version $(<"$ROOT/VERSION"); its changes are in changelog.gz.

 -- citylayers maintainers <maintainers@citylayers.example>  $(date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")
TEXT
  install -m 644 "$HERE/lintian-overrides" "$STAGE/usr/share/lintian/overrides/citylayers"
}

stage_control() {
  local script
  mkdir -p "$CONTROL"
  sed "s/@VERSION@/$VERSION/" "$HERE/preinst.in" >"$CONTROL/preinst"
  for script in postinst prerm postrm conffiles; do cp "$HERE/$script" "$CONTROL/"; done
  chmod 755 "$CONTROL"/p*
  chmod 644 "$CONTROL/conffiles"
}

rm -rf "$OUT"
umask 022
mkdir -p "$OUT"
stage_programs
stage_service
stage_completion
stage_manuals
stage_documents
stage_control
find "$STAGE" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

cd "$OUT"
if ! CITYLAYERS_STAGE="$STAGE" CITYLAYERS_CONTROL="$CONTROL" CITYLAYERS_VERSION="$VERSION" \
  CITYLAYERS_ARCHITECTURE="$ARCHITECTURE" cpack --config "$HERE/cpack.cmake" -B "$OUT/cpack" >cpack.log 2>&1; then
  cat cpack.log >&2
  die "cpack failed"
fi
DEB="$(basename "$OUT"/cpack/*.deb)"
mv "cpack/$DEB" .
node "$HERE/sbom.mjs" --deb "$DEB" --bin "$STAGE/usr/bin" --lock "$ROOT/services/web/package-lock.json" \
  --build-packages "$ROOT/deploy/packages/build.txt" --out "${DEB%.deb}.spdx.json"
sha256sum "$DEB" >"$DEB.sha256"
rm -rf stage control cpack man cpack.log
say_ok "$OUT/$DEB, $(du -h "$DEB" | cut -f1)"
