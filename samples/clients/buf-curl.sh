#!/usr/bin/env bash
# The same as node/watch_layer.mjs with only `buf curl`: the schema comes from the server by
# reflection, no .proto file is read.
#
#   samples/clients/buf-curl.sh [HOST:PORT] [layers/traffic]
set -euo pipefail
server="${1:-127.0.0.1:50051}" layer="${2:-layers/traffic}"
readonly DELTAS=10
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
buf="$(command -v buf || echo "$root/node_modules/.bin/buf")"

# rpc PACKAGE.SERVICE/METHOD JSON: plain gRPC; the schema comes from the server.
rpc() {
  "$buf" curl --protocol grpc --http2-prior-knowledge --data "$2" "http://$server/citylayers.$1"
}

echo "layers:"
rpc layers.v1.LayerService/ListLayers '{}' | grep -oE '"layers/[a-z_]+"' | sort -u

echo "tile:"
rpc layers.v1.LayerService/GetTile "{\"name\": \"$layer\", \"tile\": {\"z\": 14, \"x\": 13047, \"y\": 7698}}" |
  grep -oE '"contentTag": *"[^"]+"'

echo "deltas:"
# awk exits after the wanted number of deltas, which ends the stream; that is not an error.
{ rpc layers.v1.LayerService/WatchLayer "{\"name\": \"$layer\", \"tickMs\": 250}" 2>/dev/null || true; } |
  awk -v wanted="$DELTAS" '/"delta": *\{/ && ++seen == wanted { exit } END { print seen + 0 }'

echo "alerts:"
rpc alerts.v1.AlertService/ListAlerts '{"filter": "state != RESOLVED"}' |
  { grep -oE '"name": *"alerts/[0-9]+"' || echo "none"; }
