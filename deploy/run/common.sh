# shellcheck shell=bash
# Functions shared by all commands of ./run: messages, and installation of missing packages.

if [[ -t 1 && -z "${NO_COLOR:-}" ]]; then
  readonly BOLD=$'\e[1m' RED=$'\e[31m' GREEN=$'\e[32m' PLAIN=$'\e[0m'
else
  readonly BOLD='' RED='' GREEN='' PLAIN=''
fi

say() { printf '%s▸ %s%s\n' "$BOLD" "$*" "$PLAIN"; }
say_ok() { printf '%s✓%s %s\n' "$GREEN" "$PLAIN" "$*"; }
say_error() { printf '%serror:%s %s\n' "$RED" "$PLAIN" "$*" >&2; }
die() {
  say_error "$@"
  exit 1
}

# usage_error MESSAGE: reports invalid arguments; exit code 2.
usage_error() {
  say_error "$@"
  exit 2
}

# Runs a command as root: directly when already root, otherwise through sudo.
as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo --preserve-env=DEBIAN_FRONTEND "$@"
  else
    die "need root to run '$*': install sudo, or run it as root yourself"
  fi
}

# The names in deploy/packages/GROUP.txt, without comments.
packages_of() {
  sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$ROOT/deploy/packages/$1.txt"
}

# True when a Node >= 18 with npm is on the PATH, from Debian or from elsewhere.
have_node() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    [[ "$(node --version)" =~ ^v([0-9]+) ]] && ((BASH_REMATCH[1] >= 18))
}

# install_packages GROUP...: installs the missing Debian packages of these groups. One dpkg-query
# determines them, so a call that finds everything installed takes well under a second.
install_packages() {
  local group wanted missing
  wanted="$(for group in "$@"; do packages_of "$group"; done | sort -u)"
  if have_node; then wanted="$(grep -vxE 'nodejs|npm' <<<"$wanted")"; fi
  command -v dpkg-query >/dev/null ||
    die "this is not Debian: install the packages in deploy/packages/*.txt by hand"
  # A package unknown to dpkg makes dpkg-query fail; its output for the others is still valid.
  # shellcheck disable=SC2016  # the format is dpkg-query's own
  missing="$(comm -23 <(echo "$wanted") <(
    xargs dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' <<<"$wanted" \
      2>/dev/null | sed -n 's/ installed$//p' | sort -u
  ))"
  [[ -z "$missing" ]] && return
  say "installing Debian packages: $(tr '\n' ' ' <<<"$missing")"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086  # one word per package
  if [[ -t 1 ]]; then
    as_root apt-get update -q
    as_root apt-get install -q -y --no-install-recommends $missing </dev/null
  else
    # Thousands of lines, shown only if the command fails.
    local log=build/apt.log
    mkdir -p build
    {
      as_root apt-get update -q
      as_root apt-get install -q -y --no-install-recommends $missing </dev/null
    } >"$log" 2>&1 || {
      tail -n 20 "$log" >&2
      die "apt-get failed; the whole log is in $log"
    }
  fi
}

# install_npm FOLDER: runs `npm ci` unless node_modules already matches the lockfile.
install_npm() {
  local folder="$1" stamp="$1/node_modules/.installed" want
  want="$(sha256sum <"$folder/package-lock.json")"
  [[ -f "$stamp" && "$(<"$stamp")" == "$want" ]] && return
  have_node || die "need Node >= 18 with npm on the PATH; found: $(node --version 2>&1 || true)"
  say "installing npm packages of $(realpath --relative-to="$ROOT" "$folder")"
  # No install scripts: every binary that is needed is shipped inside a package.
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund </dev/null)
  echo "$want" >"$stamp"
}

# hash_of PATH...: one hash over the content and names of files and folders.
hash_of() {
  find "$@" \( -name node_modules -o -name dist -o -name dist-kiosk \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16
}

# tree_files [PATTERN...]: tracked and new files that are not ignored, one per line; with git path
# patterns, only those that match.
tree_files() {
  local file
  git -C "$ROOT" -c safe.directory='*' ls-files --cached --others --exclude-standard -- "$@" |
    LC_ALL=C sort -u | while IFS= read -r file; do
    if [[ -f "$ROOT/$file" ]]; then echo "$file"; fi
  done
}
