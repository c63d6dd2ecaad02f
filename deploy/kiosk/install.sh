#!/usr/bin/env bash
# Installs the kiosk on a Debian 12 machine: the program, its page, the unit and its user. Run it as root in a tree whose page
# is built (`npm ci && npm run build` in services/web), or from an unpacked copy with the same folders.
#
#   deploy/kiosk/install.sh [--root DIR] [CONSOLE]
#
#   CONSOLE     the virtual console of the screen                    (tty1)
#   --root DIR  install into this folder, without packages, users and systemctl: for images and tests
set -euo pipefail
HERE="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)"
readonly HERE
readonly WEB="$HERE/../../services/web"
# nodejs runs the program, cage shows one window. cage does not start without Xwayland, on which its package does not depend. The
# fonts are for what the bundled one lacks.
readonly PACKAGES=(cage xwayland chromium nodejs libpam-systemd fonts-noto-core)
root='' console=tty1

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

while (($# > 0)); do
  case "$1" in
    --root)
      [[ $# -ge 2 ]] || die "--root needs a folder"
      root="$2"
      shift 2
      ;;
    tty[1-9]) console="$1" && shift ;;
    *) die "unknown argument '$1': deploy/kiosk/install.sh [--root DIR] [tty1...tty9]" ;;
  esac
done
[[ -f "$WEB/dist-kiosk/citylayers-kiosk.mjs" && -f "$WEB/dist/kiosk/index.html" ]] ||
  die "the page is not built: run 'npm ci && npm run build' in services/web"
[[ -n "$root" || $EUID -eq 0 ]] || die "run it as root"

share="$root/usr/share/citylayers-kiosk"
rm -rf "$share"
install -d "$share/bin" "$share/web" "$root/etc/citylayers" "$root/etc/systemd/system" \
  "$root/usr/share/doc/citylayers-kiosk"
install -m 0644 "$WEB/dist-kiosk/citylayers-kiosk.mjs" "$share/bin/"
cp -r "$WEB/dist/kiosk" "$share/web/"
install -m 0644 "$HERE/../../docs/operate/kiosk.md" "$root/usr/share/doc/citylayers-kiosk/"
install -m 0644 "$HERE/citylayers-kiosk@.service" "$root/etc/systemd/system/"
# An operator's options are kept.
env="$root/etc/citylayers/kiosk-$console.env"
[[ -e "$env" ]] || install -m 0644 "$HERE/kiosk.env" "$env"

[[ -z "$root" ]] || exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get install -y --no-install-recommends "${PACKAGES[@]}"
getent passwd citylayers-kiosk >/dev/null ||
  useradd --system --create-home --home-dir /var/lib/citylayers-kiosk --shell /usr/sbin/nologin \
    --groups video,render,input citylayers-kiosk
systemctl daemon-reload
systemctl enable "citylayers-kiosk@$console.service"
echo "installed. Options: $env. Start: systemctl start citylayers-kiosk@$console"
