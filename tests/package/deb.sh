#!/usr/bin/env bash
# Tests the Debian package in a Debian 12 made by debootstrap: first without systemd, as in a container (installed, the
# unit's own command run as its user, upgraded, downgrade refused, removed, purged), then booted by systemd-nspawn, where
# each command of docs/operate/install.md and upgrade.md runs. Needs root, and removes everything afterwards.
#
#   tests/package/deb.sh --deb FILE [--root DIR] [--no-boot]
#
#   --deb FILE   the package, as deploy/debian/build.sh makes it, with its checksum beside it
#   --root DIR   a debootstrap root with systemd and sudo, which is copied; by default a new one
#   --no-boot    not the second part
#
# The last line is `deb: N passed, N failed, N skipped`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly READY_S=60 BOOT_S=120 OLD_VERSION=0.0.1-1
readonly MODULES='readings basemap flood traffic alerts gateway'
PASSED=0 SKIPPED=0 DEB='' TEMPLATE='' BOOT=true MACHINE=''
WORK="$(mktemp -d --tmpdir citylayers-deb.XXXXXX)"
LIVE="$WORK/root"  # the root under test

say() { printf '▸ deb: %s\n' "$*"; }
die() {
  printf 'FAIL %s\n' "$*"
  echo "deb: $PASSED passed, 1 failed, $SKIPPED skipped"
  exit 1
}
pass() {
  printf 'ok   %s\n' "$*"
  PASSED=$((PASSED + 1))
}
skip() {
  printf 'skip %s\n' "$*"
  SKIPPED=$((SKIPPED + 1))
}
cleanup() {
  power_off
  rm -rf --one-file-system "$WORK"
}
trap cleanup EXIT

# shellcheck source=tests/support/debian_root.sh
source tests/support/debian_root.sh

# ---- helpers ------------------------------------------------------------------------------------

# inside COMMAND...: in the root, without a running systemd.
inside() { enter_debian_root "$LIVE" env DEBIAN_FRONTEND=noninteractive "$@"; }

# quietly COMMAND...: shows the end of the output only when the command fails.
quietly() {
  "$@" >"$WORK/output.log" 2>&1 || {
    tail -n 30 "$WORK/output.log"
    die "$*"
  }
}

# expect TEXT COMMAND...: the command's output has the text.
expect() {
  local text="$1" output
  shift
  output="$("$@" 2>&1)" || die "$*: $output"
  [[ "$output" == *"$text"* ]] || die "$* does not print \"$text\": $output"
}

# refused TEXT COMMAND...: the command fails, and its output has the text.
refused() {
  local text="$1"
  shift
  if "$@" >"$WORK/output.log" 2>&1; then die "$* succeeds"; fi
  grep -qF -e "$text" "$WORK/output.log" || { tail -n 20 "$WORK/output.log" && die "$* does not print \"$text\""; }
}

# with_version DEB VERSION OUT: the same package with another version.
with_version() {
  local tree="$WORK/tree"
  rm -rf "$tree"
  dpkg-deb --raw-extract "$1" "$tree"
  sed -i "s/^Version: .*/Version: $2/" "$tree/DEBIAN/control"
  sed -i "s/^version='.*'/version='$2'/" "$tree/DEBIAN/preinst"
  dpkg-deb --root-owner-group -Zgzip -z1 --build "$tree" "$3" >/dev/null
  rm -rf "$tree"
}

# setting NAME: the value of the last NAME= in the unit.
setting() { sed -n "s/^$1=//p" "$LIVE/lib/systemd/system/citylayers.service" | tail -n 1; }

# shellcheck disable=SC2016  # the format is dpkg-query's own
version_installed() { inside dpkg-query --show --showformat '${Version} ${db:Status-Status}' citylayers; }

# state_of_root FILE: all that a package can leave behind: files with mode and owner, users, states of units.
state_of_root() {
  (
    cd "$LIVE"
    find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp \
      -o -path ./srv -o -path ./root -o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/lib/dpkg \
      -o -path ./var/log \) -prune -o ! -name '*-' ! -name .pwd.lock -printf '%y %m %U:%G %p\n' | sort
    cat etc/passwd etc/group etc/shadow etc/gshadow
  ) >"$1"
}

# ---- a Debian 12 --------------------------------------------------------------------------------

prepare_root() {
  if [[ -n "$TEMPLATE" ]]; then
    cp -a "$TEMPLATE" "$LIVE"
  else
    mkdir "$LIVE"
    make_debian_root "$LIVE" systemd,systemd-sysv,dbus,sudo,ca-certificates
  fi
  copy_network_setup "$LIVE"
  mkdir -p "$LIVE/srv/old" "$LIVE/srv/new"
  with_version "$DEB" "$OLD_VERSION" "$LIVE/srv/old/citylayers_${OLD_VERSION}_$(dpkg --print-architecture).deb"
  cp "$DEB" "$DEB.sha256" "$LIVE/srv/new/"
  OLD="/srv/old/$(basename "$LIVE"/srv/old/*.deb)" NEW="/srv/new/$(basename "$DEB")"
  say "installing what the package depends on"
  quietly inside apt-get update -q
  quietly inside apt-get satisfy -q -y --no-install-recommends "$(dpkg-deb --field "$DEB" Depends)"
}

# ---- without systemd ----------------------------------------------------------------------------

check_installation() {
  state_of_root "$WORK/before"
  quietly inside apt-get install -q -y "$OLD"
  grep -qF 'the first administrator'"'"'s key is in /etc/citylayers/admin.key' "$WORK/output.log" ||
    die "the installation does not name the key"
  [[ "$(systemctl --root="$LIVE" is-enabled citylayers.service)" == enabled ]] || die "the service is not enabled"
  pass "apt installs the package, and the service is enabled"

  expect citylayers inside getent passwd citylayers
  expect '700 citylayers:citylayers' inside stat --format '%a %U:%G' /var/lib/citylayers
  expect '600 root:root' inside stat --format '%a %U:%G' /etc/citylayers/admin.key
  [[ -z "$(inside find /var/lib/citylayers ! -user citylayers -o -perm /077)" ]] ||
    die "files of the data directory are open to others"
  pass "user and data directory are there, and the first key is readable only by root"
  cp "$LIVE/etc/citylayers/admin.key" "$WORK/admin.key"

  local completion=usr/share/bash-completion/completions/citylayers
  # shellcheck disable=SC2016  # the inner shell's variables
  expect 'create list rotate revoke' bash -c '
    source "$1"; COMP_WORDS=(citylayers keys ""); COMP_CWORD=2; _citylayers; echo "${COMPREPLY[@]}"' - "$LIVE/$completion"
  zsh -n "$LIVE/usr/share/zsh/vendor-completions/_citylayers" || die "zsh does not read its completion"
  expect create fish --no-config --command \
    "source '$LIVE/usr/share/fish/vendor_completions.d/citylayers.fish'; complete --do-complete 'citylayers keys '"
  pass "bash, zsh and fish complete commands"
}

# The unit's own command, user and mask, with a socket in place of the service manager and a watchdog of 3 s.
check_unit_command() {
  local command user log="$WORK/notify.log" listener server deadline=$((SECONDS + READY_S)) status=0
  command="$(setting ExecStart)" user="$(setting User)"
  mkdir -p "$LIVE/run"
  socat -u "UNIX-RECVFROM:$LIVE/run/notify,fork,mode=666" SYSTEM:"cat; echo" >"$log" &
  listener=$!
  until [[ -S "$LIVE/run/notify" ]]; do kill -0 "$listener" || die "socat ended"; sleep 0.1; done
  # shellcheck disable=SC2016  # the inner shell's variables
  inside bash -c '
    umask "$1"
    cd /
    NOTIFY_SOCKET=/run/notify WATCHDOG_USEC=3000000 setpriv --reuid "$2" --regid "$2" --clear-groups $3 2>/run/server.log &
    server=$!
    until citylayers health; do
      kill -0 "$server" || exit 1
      ((SECONDS < $4)) || exit 1
      sleep 0.2
    done
    while [[ ! -e /run/stop ]]; do sleep 0.1; done
    kill -TERM "$server"
    wait "$server"' - "$(setting UMask)" "$user" "$command" "$READY_S" >"$WORK/server.out" 2>&1 &
  server=$!
  until (($(grep -c 'WATCHDOG=1' "$log" || true) >= 2)) && grep -q 'READY=1' "$log"; do
    kill -0 "$server" 2>/dev/null || { cat "$LIVE/run/server.log" "$WORK/server.out"; die "the server ended"; }
    ((SECONDS < deadline)) || { cat "$log" "$LIVE/run/server.log"; die "no READY and two WATCHDOG in $READY_S s"; }
    sleep 0.2
  done
  pass "the unit's command, as its user: ready, serving, and the watchdog is fed"
  touch "$LIVE/run/stop"
  wait "$server" || status=$?
  ((status == 0)) || die "the server ended with $status"
  grep -q 'STOPPING=1' "$log" || die "no STOPPING"
  kill "$listener" 2>/dev/null || true
  wait "$listener" 2>/dev/null || true
  rm -f "$LIVE/run/notify" "$LIVE/run/stop" "$LIVE/run/server.log"
  pass "after SIGTERM it reports STOPPING and ends with 0"
  [[ -z "$(inside find /var/lib/citylayers ! -user citylayers -o -perm /077)" ]] || die "it wrote files that others can read"
  pass "its files belong to it, and only it can read them"
  # A chroot has no file of a container manager.
  refused '--allow-root' inside env -u container citylayersd --config /etc/citylayers/citylayers.toml
  pass "root is refused"
}

# data_state: checksums of all data and settings that an upgrade must keep.
data_state() {
  inside bash -c 'cd / && find var/lib/citylayers etc/citylayers -type f | sort | xargs sha256sum'
}

check_upgrade() {
  echo '# a change of the administrator' >>"$LIVE/etc/citylayers/citylayers.toml"
  data_state >"$WORK/data.before"
  quietly inside apt-get install -q -y "$NEW"
  data_state | diff "$WORK/data.before" - || die "the upgrade changed data or configuration"
  [[ "$(version_installed)" == "$(dpkg-deb --field "$DEB" Version) installed" ]] || die "$(version_installed)"
  pass "an upgrade keeps data, keys and configuration"

  refused 'refuses to replace version' inside dpkg --install "$OLD"
  refused 'refuses to replace version' inside apt-get install -q -y --allow-downgrades "$OLD"
  [[ "$(version_installed)" == "$(dpkg-deb --field "$DEB" Version) installed" ]] || die "$(version_installed)"
  data_state | diff "$WORK/data.before" - || die "the refused downgrade changed something"
  quietly inside env CITYLAYERS_ALLOW_DOWNGRADE=yes apt-get install -q -y --allow-downgrades "$OLD"
  pass "a downgrade is refused and changes nothing, unless it is allowed"

  quietly inside systemctl disable citylayers.service
  quietly inside apt-get install -q -y "$NEW"
  [[ "$(systemctl --root="$LIVE" is-enabled citylayers.service)" == disabled ]] || die "the upgrade enables the service"
  quietly inside systemctl enable citylayers.service
  quietly inside dpkg-reconfigure --frontend=noninteractive citylayers
  data_state | diff "$WORK/data.before" - || die "configuring again changed something"
  pass "a disabled service stays disabled, and configuring again changes nothing"
}

check_removal() {
  quietly inside apt-get remove -q -y citylayers
  [[ ! -e "$LIVE/usr/bin/citylayersd" && ! -e "$LIVE/usr/share/citylayers" ]] || die "programs are left"
  data_state | diff "$WORK/data.before" - || die "removing changed data or configuration"
  refused 'refuses to replace version' inside dpkg --install "$OLD"
  pass "removing keeps data and configuration, and the downgrade is still refused"
  quietly inside apt-get purge -q -y citylayers
  state_of_root "$WORK/after"
  diff "$WORK/before" "$WORK/after" || die "the purge leaves the lines above"
  pass "a purge leaves nothing: no file, no user, no state of a unit"
}

# The dependencies exist for arm64, and apt finds the package installable there. Its scripts and files are the same.
check_arm64() {
  local tree="$WORK/arm64"
  dpkg-deb --raw-extract "$DEB" "$tree"
  sed -i 's/^Architecture: .*/Architecture: arm64/' "$tree/DEBIAN/control"
  dpkg-deb --root-owner-group -Zgzip -z1 --build "$tree" "$LIVE/srv/citylayers_arm64.deb" >/dev/null
  rm -rf "$tree"
  mkdir -p "$LIVE"/srv/arm64/{state/lists/partial,cache/archives/partial}
  : >"$LIVE/srv/arm64/state/status"
  cat >"$LIVE/srv/arm64/apt.conf" <<'TEXT'
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
Dir::State "/srv/arm64/state";
Dir::State::status "/srv/arm64/state/status";
Dir::Cache "/srv/arm64/cache";
TEXT
  quietly inside env APT_CONFIG=/srv/arm64/apt.conf apt-get update -q
  expect 'Inst citylayers' inside env APT_CONFIG=/srv/arm64/apt.conf apt-get install --simulate -q -y /srv/citylayers_arm64.deb
  rm -rf "$LIVE/srv/arm64" "$LIVE/srv/citylayers_arm64.deb"
  pass "arm64: apt can install the package with Debian's libraries (the programs are not built for it here)"
}

# ---- booted -------------------------------------------------------------------------------------

# booted COMMAND...: in the booted machine.
booted() { nsenter --target "$MACHINE" --all --root --wd env -i HOME=/root TERM=dumb LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

power_off() {
  [[ -n "$MACHINE" ]] || return 0
  kill -s RTMIN+4 "$MACHINE" 2>/dev/null || true  # systemd's signal for powering off
  wait "$NSPAWN" 2>/dev/null || true
  MACHINE=''
}

# power_on: sets MACHINE to the process id of the machine's systemd; false when the machine cannot boot here.
power_on() {
  local deadline=$((SECONDS + BOOT_S))
  command -v systemd-nspawn >/dev/null || return 1
  # Loopback only, so that its ports are its own.
  systemd-nspawn --quiet --directory="$LIVE" --boot --register=no --keep-unit --private-network --console=pipe \
    --machine=citylayers-deb </dev/null >"$WORK/boot.log" 2>&1 &
  NSPAWN=$!
  until [[ -n "$MACHINE" ]] && booted systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; do
    kill -0 "$NSPAWN" 2>/dev/null || return 1
    ((SECONDS < deadline)) || return 1
    MACHINE="$(pgrep --parent "$NSPAWN" | head -n 1 || true)"
    sleep 0.5
  done
}

# blocks PAGE FOLDER: the page's sh blocks, as files 01, 02, ... in the folder.
blocks() {
  mkdir -p "$2"
  awk -v folder="$2" '
    /^```sh$/ { file = sprintf("%s/%02d", folder, ++count); print "set -euxo pipefail" >file; next }
    /^```$/ { file = "" }
    file != "" { print >>file }' "$1"
}

# run_block FILE FOLDER: runs a block of a page in a folder of the machine.
run_block() {
  cp "$1" "$LIVE/srv/block"
  quietly booted bash -c "cd '$2' && bash /srv/block"
  pass "$(basename "$(dirname "$1")") $(basename "$1"): $(sed -n 2p "$1" | cut -c1-70)"
}

main_process() { booted systemctl show --property=MainPID --value citylayers; }

# await_restart PROCESS WHAT: until another process than PROCESS serves.
await_restart() {
  local deadline=$((SECONDS + READY_S))
  until [[ "$(main_process)" != "$1" ]] && booted citylayers health >/dev/null 2>&1; do
    ((SECONDS < deadline)) || { booted journalctl --no-pager --lines=20 --unit citylayers && die "$2: not restarted"; }
    sleep 0.5
  done
  expect "Failed with result 'watchdog'" booted journalctl --no-pager --since="$STARTED" --unit citylayers
}

# The watchdog of the unit: a server that hangs, and one whose threads run while its ports cannot be reached.
check_watchdog() {
  local before STARTED
  booted mkdir -p /run/systemd/system/citylayers.service.d
  printf '[Service]\nWatchdogSec=3s\n' >"$WORK/watchdog.conf"
  booted bash -c 'cat >/run/systemd/system/citylayers.service.d/watchdog.conf' <"$WORK/watchdog.conf"
  quietly booted systemctl daemon-reload
  quietly booted systemctl restart citylayers
  STARTED="$(booted date '+%Y-%m-%d %H:%M:%S')" before="$(main_process)"
  booted bash -c "kill -STOP $before"
  await_restart "$before" 'a server that hangs'
  STARTED="$(booted date '+%Y-%m-%d %H:%M:%S')" before="$(main_process)"
  nsenter --target "$MACHINE" --net ip link set lo down
  local deadline=$((SECONDS + READY_S))
  while [[ "$(main_process)" == "$before" ]]; do
    ((SECONDS < deadline)) || die "a server that cannot be reached: not ended"
    sleep 0.5
  done
  nsenter --target "$MACHINE" --net ip link set lo up
  await_restart "$before" 'a server that cannot be reached'
  booted rm -r /run/systemd/system/citylayers.service.d
  quietly booted systemctl daemon-reload
  pass "the watchdog restarts a server that hangs, and one that cannot be reached"
}

# policy-rc.d forbids starts, as in the build of an image.
check_policy() {
  local before
  printf '#!/bin/sh\nexit 101\n' >"$LIVE/usr/sbin/policy-rc.d"
  chmod 755 "$LIVE/usr/sbin/policy-rc.d"
  before="$(main_process)"
  quietly booted apt-get install -q -y --reinstall "$NEW"
  [[ "$(main_process)" == "$before" ]] || die "policy-rc.d is ignored"
  rm "$LIVE/usr/sbin/policy-rc.d"
  pass "policy-rc.d is respected"
}

# check_split FILE: all modules run, each as a separate service.
check_split() {
  local module
  run_block "$1" /srv/new
  for module in $MODULES; do
    [[ "$(booted systemctl is-active "citylayers@$module")" == active ]] || die "citylayers@$module is not active"
  done
  [[ "$(booted systemctl is-active citylayers)" == inactive ]] || die "citylayers.service runs beside them"
  pass "a city of six services"
  local before after
  before="$(processes_of_modules)"
  quietly booted apt-get install -q -y --reinstall "$NEW"
  after="$(processes_of_modules)"
  [[ -z "$(comm -12 <(sort <<<"$before") <(sort <<<"$after"))" ]] || die "an upgrade does not restart: $before / $after"
  [[ "$(booted systemctl is-active citylayers)" == inactive ]] || die "an upgrade starts citylayers.service beside them"
  local deadline=$((SECONDS + READY_S))
  until booted citylayers health >/dev/null 2>&1; do
    ((SECONDS < deadline)) || die "the city does not serve $READY_S s after an upgrade"
    sleep 0.5
  done
  pass "an upgrade restarts the services that run, and no other"
}

# processes_of_modules: the process ids of the services of check_split, one per line.
processes_of_modules() {
  local module
  for module in $MODULES; do booted systemctl show --property=MainPID --value "citylayers@$module"; done
}

# stored_reading TIME: the water level from that time on.
stored_reading() {
  booted citylayers readings query stations/phu-an/measures/water_level --start "$1" --format ndjson \
    --key-file /etc/citylayers/admin.key
}

check_booted() {
  local file page
  power_on || {
    tail -n 5 "$WORK/boot.log" || true
    skip "systemd-nspawn cannot boot on this machine: the service has not been seen under systemd"
    return 0
  }
  pass "systemd-nspawn boots the machine"
  for page in install upgrade; do blocks "docs/operate/$page.md" "$WORK/$page.md"; done
  for file in "$WORK"/install.md/*; do
    case "$(<"$file")" in
      *process-key*) check_split "$file" ;;
      *'apt-get remove'*)
        # Before the page removes the package.
        check_watchdog
        check_policy
        run_block "$file" /srv/new
        ;;
      *) run_block "$file" /srv/new ;;
    esac
  done
  quietly booted apt-get install -q -y "$OLD"
  local now kept
  now="$(date --utc +%Y-%m-%dT%H:%M:%SZ)"
  quietly booted bash -c "printf 'measure,time,value\nstations/phu-an/measures/water_level,%s,1.23\n' '$now' |
    citylayers readings write --key-file /etc/citylayers/admin.key"
  kept="$(stored_reading "$now")"
  [[ "$kept" == *1.23* ]] || die "the reading is not stored: $kept"
  mkdir -p "$LIVE/srv/new/former"
  cp "$LIVE$OLD" "$LIVE/srv/new/former/"
  for file in "$WORK"/upgrade.md/*; do
    run_block "$file" /srv/new
    [[ "$(stored_reading "$now")" == "$kept" ]] || die "a reading is lost after $(<"$file")"
  done
  pass "a stored reading is there after the upgrade and after the return"
  power_off
  power_on || die "the machine does not boot again"
  [[ "$(booted systemctl is-active citylayers)" == active ]] || die "the service is not started at boot"
  expect serving booted citylayers health
  pass "the service is started at boot"
  power_off
}

# ---- the run ------------------------------------------------------------------------------------

while (($# > 0)); do
  case "$1" in
    --deb) DEB="$(realpath "${2:?--deb needs a file}")" && shift 2 ;;
    --root) TEMPLATE="$(realpath "${2:?--root needs a folder}")" && shift 2 ;;
    --no-boot) BOOT=false && shift ;;
    *)
      sed -n '2,13p' "${BASH_SOURCE[0]}" >&2
      exit 2
      ;;
  esac
done
[[ -f "$DEB" && -f "$DEB.sha256" ]] || die "--deb takes a package with its .sha256"
((EUID == 0)) || die "needs root: run it with sudo"
prepare_root
check_installation
check_unit_command
check_upgrade
check_removal
check_arm64
if $BOOT; then check_booted; fi
echo "deb: $PASSED passed, 0 failed, $SKIPPED skipped"
