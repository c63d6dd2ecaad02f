# shellcheck shell=bash
# ./run demo: builds from source, runs the live page, and stops everything on Ctrl-C.

# shellcheck source=deploy/run/build.sh
source deploy/run/build.sh
# shellcheck source=deploy/run/web.sh
source deploy/run/web.sh

demo_usage() {
  cat <<'TEXT'
Usage: ./run demo [options]

  --osm FILE           streets from an OpenStreetMap extract (.osm.pbf) in place of the embedded city
  --dem FILE           terrain from a raster; needs --dem-datum
  --dem-datum NAME     its vertical datum: hondau, egm2008, egm96 or local=OFFSET
  --http HOST:PORT     the page and the tiles       (127.0.0.1:8080)
  --grpc HOST:PORT     gRPC                         (127.0.0.1:50051)
  --admin HOST:PORT    metrics and health           (127.0.0.1:8081)
  --data DIR           directory of readings and alerts (build/demo/CITY.data)
  --speed N            seconds of city time per second (60)
  --split              one process per service, as on several machines
  --lan                the page open to the local network, with a QR code for phones; read-only
                       for callers without the key in DIR/demo-admin.key, and without TLS: only
                       for a closed network such as a booth's.
                       gRPC stays on this machine unless --grpc 0.0.0.0:PORT opens it as well
  --no-open            do not open a browser
TEXT
}

# --split: one process per line, in the order in which they start. The addresses of a process are
# those of --grpc and --admin with this number added to the port. `backends` are the modules that it
# calls ("*": all others); every process calls readings, which owns the city clock.
#       target    +port  backends
readonly SPLIT_TABLE='
        readings  1      -
        basemap   4      readings
        flood     3      readings
        traffic   2      readings,flood
        alerts    5      readings,traffic,flood
        gateway   0      *
'
readonly SCENARIO_EMBEDDED=saigon-king-tide
readonly SCENARIO_REAL=hcmc-2022-10
# What callers without a key may do with --lan.
readonly LAN_ANONYMOUS=layers:read,readings:read,alerts:read
readonly BIN=build/dev/bin
readonly DEMO_DIR=build/demo
readonly READY_S=60
readonly STOP_S=10

OSM='' DEM='' DEM_DATUM='' DATA='' SPEED=60 SPLIT=false LAN=false OPEN=true
HTTP=127.0.0.1:8080 GRPC=127.0.0.1:50051 ADMIN=127.0.0.1:8081
ACCESS=()    # options of all processes: who may do what, and as whom they run
KEY_FILE=''  # the key of the commands of this script; empty: they need none

declare -A CHILD_NAME=()  # pid -> name; each child leads a separate process group

parse_demo_options() {
  while (($# > 0)); do
    case "$1" in
      --osm | --dem | --dem-datum | --http | --grpc | --admin | --data | --speed)
        [[ $# -ge 2 && -n "$2" ]] || usage_error "$1 needs a value"
        case "$1" in
          --osm) OSM="$2" ;;
          --dem) DEM="$2" ;;
          --dem-datum) DEM_DATUM="$2" ;;
          --http) HTTP="$2" ;;
          --grpc) GRPC="$2" ;;
          --admin) ADMIN="$2" ;;
          --data) DATA="$2" ;;
          --speed) SPEED="$2" ;;
        esac
        shift 2
        ;;
      --split) SPLIT=true && shift ;;
      --lan) LAN=true && shift ;;
      --no-open) OPEN=false && shift ;;
      -h | --help) demo_usage && exit 0 ;;
      *)
        demo_usage >&2
        usage_error "unknown option '$1'"
        ;;
    esac
  done
  local address
  for address in "$HTTP" "$GRPC" "$ADMIN"; do
    [[ "$address" =~ ^.+:[0-9]+$ ]] || usage_error "'$address' is not HOST:PORT"
  done
  [[ -z "$OSM" || -r "$OSM" ]] || die "cannot read $OSM (--osm)"
  [[ -z "$DEM" || -r "$DEM" ]] || die "cannot read $DEM (--dem)"
  [[ -z "$DEM" || -n "$DEM_DATUM" ]] ||
    usage_error "--dem needs --dem-datum: heights without a datum cannot be compared with a tide"
  [[ "$SPEED" =~ ^[0-9]+([.][0-9]+)?$ ]] || usage_error "--speed '$SPEED' is not a number"
  if $LAN; then
    HTTP="0.0.0.0:${HTTP##*:}"
    export CITYLAYERS_GATEWAY__HTTP_WRITES=false
  fi
}

# ---- the pack -----------------------------------------------------------------------------------

# Builds the pack when there is none for these inputs; sets PACK.
build_pack() {
  local inputs key
  inputs="$(hash_of samples/saigon geo storage/pack services/tools/citypack ${OSM:+"$OSM"} ${DEM:+"$DEM"})"
  key="$(sha256sum <<<"$inputs $DEM_DATUM" | cut -c1-12)"
  PACK="$DEMO_DIR/$key.pack"
  DATA="${DATA:-$DEMO_DIR/$([[ -n "$OSM$DEM" ]] && echo "$key" || echo saigon).data}"
  mkdir -p "$DEMO_DIR" "$DATA"
  [[ -f "$PACK/manifest.toml" ]] && return
  say "building the city pack"
  "$BIN/citylayers" pack build ${OSM:+--osm "$OSM"} ${DEM:+--dem "$DEM"} \
    ${DEM_DATUM:+--dem-datum "$DEM_DATUM"} --out "$PACK"
}

# ---- keys ---------------------------------------------------------------------------------------

# set_access: sets ACCESS and KEY_FILE. Without --lan all callers may do everything, and only this
# machine reaches the ports. The key files lie among the data: who deletes these deletes the keys.
set_access() {
  if ((EUID == 0)); then
    say "warning: running as root; a server for others needs a separate user (docs/operate/install.md)"
    ACCESS=(--allow-root)
  fi
  if ! $LAN; then
    ACCESS+=(--security.anonymous admin)
    return
  fi
  # The page is requested by address, or by the name that announce falls back to.
  ACCESS+=(--security.anonymous "$LAN_ANONYMOUS" --allow-insecure
    --gateway.hosts "$(hostname) $(hostname).local")
  KEY_FILE="$DATA/demo-admin.key"
  make_admin_key
  if $SPLIT; then
    local process_key="$DATA/demo-process.key"
    [[ -e "$process_key" ]] || "$BIN/citylayers" keys process-key "$process_key"
    ACCESS+=(--security.process_key_file "$process_key")
  fi
}

# make_admin_key: makes the first key of DATA and writes it to KEY_FILE, unless an earlier run did.
make_admin_key() {
  if [[ ! -e "$DATA/keys/keys" ]]; then
    rm -f "$KEY_FILE"  # of keys that were deleted
    "$BIN/citylayers" keys init --data "$DATA" --principal demo --key-file "$KEY_FILE"
  elif [[ ! -s "$KEY_FILE" ]]; then
    die "$DATA has keys, and the demo's key file $KEY_FILE is missing. Use another directory" \
      "(--data DIR), or make a new key: start ./run demo --data $DATA without --lan, and run" \
      "(umask 077; $BIN/citylayers keys create --principal demo --scope admin > $KEY_FILE)"
  fi
}

# ---- processes ----------------------------------------------------------------------------------

log_of() { echo "$DEMO_DIR/log/$1.log"; }

# start NAME COMMAND...: runs the command in a separate process group, so that Ctrl-C reaches only
# this script, which stops the children in order.
start() {
  local name="$1"
  shift
  mkdir -p "$DEMO_DIR/log"
  setsid "$@" >"$(log_of "$name")" 2>&1 </dev/null &
  CHILD_NAME[$!]="$name"
}

# stop_children: sends TERM, waits up to STOP_S seconds, then sends KILL. Leaves no process running.
stop_children() {
  local pid deadline=$((SECONDS + STOP_S)) alive
  trap '' INT TERM
  for pid in "${!CHILD_NAME[@]}"; do kill -TERM -- "-$pid" 2>/dev/null || true; done
  while ((SECONDS < deadline)); do
    alive=false
    for pid in "${!CHILD_NAME[@]}"; do kill -0 -- "-$pid" 2>/dev/null && alive=true; done
    $alive || break
    sleep 0.1
  done
  for pid in "${!CHILD_NAME[@]}"; do kill -KILL -- "-$pid" 2>/dev/null || true; done
  wait
  CHILD_NAME=()
}

# Stops the children before printing, because the output may be a closed pipe.
on_signal() {
  stop_children
  say "stopped" || true
  exit 0
}

# child_ended: true when a child has ended; shows its last output and sets ENDED to its name.
child_ended() {
  local pid
  for pid in "${!CHILD_NAME[@]}"; do
    kill -0 "$pid" 2>/dev/null && continue
    ENDED="${CHILD_NAME[$pid]}"
    tail -n 15 "$(log_of "$ENDED")" >&2
    return 0
  done
  return 1
}

# http_status HOST:PORT PATH: prints the status code of a GET; needs only bash.
http_status() {
  local host="${1%:*}" line
  [[ "$host" == 0.0.0.0 || "$host" == '*' ]] && host=127.0.0.1
  host="${host#[}"
  exec 9<>"/dev/tcp/${host%]}/${1##*:}" || return 1
  printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&9
  IFS= read -r -t 5 line <&9 || line=''
  timeout 5 cat <&9 >/dev/null || true  # closing the connection early would look like an error in the server
  exec 9>&-
  [[ "$line" =~ ^HTTP/1\.[01]\ ([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

# in_use HOST:PORT: true when a program already listens there.
in_use() {
  local host="${1%:*}"
  [[ "$host" == 0.0.0.0 || "$host" == '*' ]] && host=127.0.0.1
  host="${host#[}"
  (exec 9<>"/dev/tcp/${host%]}/${1##*:}") 2>/dev/null
}

# plus HOST:PORT N: the address with N added to the port.
plus() { echo "${1%:*}:$((${1##*:} + $2))"; }

# local_of HOST:PORT: the address by which a process on this machine reaches it.
local_of() { echo "${1/#0.0.0.0:/127.0.0.1:}"; }

start_all() {
  start citylayersd "$BIN/citylayersd" --target all --pack "$PACK" --data "$DATA" \
    --http "$HTTP" --grpc "$GRPC" --admin "$ADMIN" --web "$WEB/dist" "${ACCESS[@]}"
}

# offset_of TARGET: that of its ports.
offset_of() { awk -v target="$1" '$1 == target { print $2 }' <<<"$SPLIT_TABLE"; }

start_split() {
  local target offset calls other other_offset backends options grpc
  while read -r target offset calls; do
    [[ -n "$target" ]] || continue
    # Only the gateway is for other machines; the services behind it listen on loopback.
    grpc="$(plus "$GRPC" "$offset")"
    [[ "$target" == gateway ]] || grpc="$(local_of "$grpc")"
    # The process of readings also has the keys, and makes backups of both.
    options=(--target "${target/#readings/readings,keys,backup}" --pack "$PACK" --data "$DATA"
      --grpc "$grpc" --admin "$(plus "$ADMIN" "$offset")")
    backends=''
    while read -r other other_offset _; do
      [[ -n "$other" && "$other" != "$target" ]] || continue
      [[ "$calls" == '*' || ",$calls," == *",$other,"* ]] || continue
      backends+="${backends:+,}$other=$(local_of "$(plus "$GRPC" "$other_offset")")"
    done <<<"$SPLIT_TABLE"
    [[ "$target" == readings ]] ||
      for other in keys backup; do
        backends+="${backends:+,}$other=$(local_of "$(plus "$GRPC" "$(offset_of readings)")")"
      done
    if [[ -n "$backends" ]]; then options+=(--backends "$backends"); fi
    [[ "$target" == gateway ]] && options+=(--http "$HTTP" --web "$WEB/dist")
    start "$target" "$BIN/citylayersd" "${options[@]}" "${ACCESS[@]}"
  done <<<"$SPLIT_TABLE"
}

# If another program uses one of the ports, its answers could be mistaken for the daemon's, so the
# script does not wait for /readyz: the daemon reports the fault and ends, and so does the script.
addresses_taken() {
  local address offset taken=1
  local addresses=("$HTTP" "$GRPC" "$ADMIN")
  if $SPLIT; then
    while read -r _ offset _; do
      [[ -n "$offset" ]] && addresses+=("$(plus "$GRPC" "$offset")" "$(plus "$ADMIN" "$offset")")
    done <<<"$SPLIT_TABLE"
  fi
  for address in "${addresses[@]}"; do
    if in_use "$address"; then
      say_error "$address is in use"
      taken=0
    fi
  done
  return "$taken"
}

# fail_with MESSAGE: stops everything and ends with 1.
fail_with() {
  stop_children
  die "$@"
}

wait_ready() {
  local taken=false deadline=$((SECONDS + READY_S))
  addresses_taken && taken=true
  if $SPLIT; then start_split; else start_all; fi
  while ((SECONDS < deadline)); do
    child_ended && fail_with "$ENDED could not start (log: $(log_of "$ENDED"))"
    if ! $taken && [[ "$( (http_status "$HTTP" /readyz) 2>/dev/null || true)" == 200 ]]; then return; fi
    sleep 0.2
  done
  fail_with "not ready after $READY_S s; logs are in $DEMO_DIR/log"
}

start_replay() {
  local real="${CITYLAYERS_REAL_DATA:-$ROOT/../shared/data}" server scenario
  # The city clock and the readings are one module: a separate process when split.
  server="$(local_of "$($SPLIT && plus "$GRPC" 1 || echo "$GRPC")")"
  scenario=("$SCENARIO_EMBEDDED")
  if [[ -n "$OSM" && -d "$real" ]]; then scenario=("$SCENARIO_REAL" --real-data "$real"); fi
  if $SPLIT; then scenario+=(--traffic-server "$(local_of "$(plus "$GRPC" 2)")"); fi
  # A key in the environment of the user is for another server.
  start replay env ${KEY_FILE:+-u CITYLAYERS_KEY CITYLAYERS_KEY_FILE="$KEY_FILE"} \
    "$BIN/citylayers" replay "${scenario[@]}" --speed "$SPEED" --loop --server "$server"
}

# ---- output for the user ------------------------------------------------------------------------

announce() {
  local url lan_url address
  url="http://$(local_of "$HTTP")/"
  printf '\n  %s%scitylayers is live at  %s%s\n\n' "$BOLD" "$GREEN" "$url" "$PLAIN"
  if $LAN; then
    address="$(hostname -I 2>/dev/null | awk '{print $1}')"
    lan_url="http://${address:-$(hostname)}:${HTTP##*:}/"
    printf '  for phones in this network:  %s%s%s\n\n' "$BOLD" "$lan_url" "$PLAIN"
    qrencode -t ANSIUTF8 "$lan_url"
  fi
  printf '  gRPC %s   metrics http://%s/metrics   logs %s/log\n' "$GRPC" "$ADMIN" "$DEMO_DIR"
  printf '  try: %s/citylayers alerts list --server %s\n' "$BIN" "$(local_of "$GRPC")"
  if [[ -n "$KEY_FILE" ]]; then printf '  to change something, add --key-file %s\n' "$KEY_FILE"; fi
  printf '  Ctrl-C stops everything.\n\n'
  if $OPEN && [[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]] && command -v xdg-open >/dev/null; then
    setsid xdg-open "$url" >/dev/null 2>&1 </dev/null &
    disown
  fi
}

run_demo() {
  parse_demo_options "$@"
  local groups=(build web)
  if $LAN; then groups+=(demo); fi
  install_packages "${groups[@]}"
  build_targets dev citylayersd citylayers
  build_web
  build_pack
  set_access

  trap '' PIPE
  trap stop_children EXIT
  trap on_signal INT TERM HUP
  wait_ready
  start_replay
  announce
  until child_ended; do
    # A trap runs as soon as `wait` is interrupted; during a sleep it would run late.
    sleep 1 &
    wait $! || true
  done
  fail_with "$ENDED ended by itself (log: $(log_of "$ENDED"))"
}
