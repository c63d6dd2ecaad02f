# shellcheck shell=bash
# A Debian 12 made by debootstrap, for tests that need a machine without this project's tools. Needs root. The script
# that sources it has the functions for messages.
#
#   make_debian_root "$ROOT" git            minbase, with these packages
#   copy_network_setup "$ROOT"              packages come from the mirror, proxy and registry of this machine
#   enter_debian_root "$ROOT" COMMAND...    in separate mount and process namespaces

# The Debian repositories of this machine's apt: "URI codename component".
debian_repositories() {
  # shellcheck disable=SC2016  # apt's own format
  apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN)' \
    'Created-By: Packages' | awk '$2 ~ /^bookworm/ && $4 == "Debian" {print $1, $2, $3}' | sort -u
}

# make_debian_root ROOT PACKAGE[,PACKAGE...]
make_debian_root() {
  local root="$1" packages="$2" list mirror
  list="$(debian_repositories)"
  mirror="$(awk '$2 == "bookworm" && $3 == "main" {print $1; exit}' <<<"$list")"
  [[ -n "$mirror" ]] || die "apt knows no Debian 12 repository here: run apt-get update"
  say "making a Debian 12 root in $root"
  debootstrap --variant=minbase --include="$packages" bookworm "$root" "$mirror" >"$root.log" 2>&1 ||
    { tail -n 20 "$root.log" >&2; die "debootstrap failed"; }
  rm -f "$root.log"
  awk '{print "deb", $1, $2, $3}' <<<"$list" >"$root/etc/apt/sources.list"
}

# copy_network_setup ROOT: files and settings of a machine behind a proxy or with its own certificates, to reach the
# same mirrors. Credentials are not copied.
copy_network_setup() {
  local root="$1" file key value
  for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
    [[ -f "$file" ]] && grep -qiE 'proxy|https?::|CaInfo|Verify-Peer' "$file" &&
      install -D -m 644 "$file" "$root$file"
  done
  install -m 644 /etc/resolv.conf /etc/hosts "$root/etc/"
  mkdir -p "$root/usr/local/share/ca-certificates"
  cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
  : >"$root/root/.npmrc"
  command -v npm >/dev/null || return 0
  for key in registry proxy https-proxy noproxy strict-ssl cafile; do
    value="$(cd / && npm config get "$key" 2>/dev/null)"
    [[ -n "$value" && "$value" != null && "$value" != undefined ]] || continue
    echo "$key=$value" >>"$root/root/.npmrc"
    if [[ "$key" == cafile && -f "$value" ]]; then install -D -m 644 "$value" "$root$value"; fi
  done
}

# enter_debian_root ROOT COMMAND...: every mount and every process is gone when it ends. READ_ONLY_MOUNT, if set, is
# "FOLDER PLACE": this machine's FOLDER at PLACE of the root, read-only.
enter_debian_root() {
  local root="$1" variable environment=()
  shift
  for variable in $(compgen -e | grep -iE '^(https?_proxy|no_proxy|all_proxy|node_extra_ca_certs)$'); do
    environment+=("$variable=${!variable}")
  done
  # shellcheck disable=SC2016  # expanded by the inner shell
  ROOT="$root" READ_ONLY_MOUNT="${READ_ONLY_MOUNT:-}" unshare --mount --pid --fork --kill-child bash -c '
    set -e
    mount --bind "$ROOT" "$ROOT"
    mount -t proc proc "$ROOT/proc"
    mount -t sysfs -o ro sysfs "$ROOT/sys" || true
    mount --rbind /dev "$ROOT/dev"
    if [ -n "$READ_ONLY_MOUNT" ]; then
      mount --bind -o ro "${READ_ONLY_MOUNT% *}" "$ROOT${READ_ONLY_MOUNT##* }"
    fi
    exec chroot "$ROOT" "$@"
  ' bash /usr/bin/env -i HOME=/root TERM=dumb LANG=C.UTF-8 CI=true \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${environment[@]}" "$@"
}
