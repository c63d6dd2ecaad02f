#!/usr/bin/env bash
# Who may include what. Two tables say it; the rest of the script only reads them.
#
# The direction is  proto <- {geo, storage} <- services <- programs,  tests and samples see all.
# geo and storage never see each other. Heavy headers (gRPC, GDAL, RocksDB, ...) stay in the few files
# that adapt them, so that logic compiles fast and is tested without a server.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
ROOT="$PWD"
# shellcheck source=deploy/run/common.sh
source deploy/run/common.sh

# folder of the including file : folders of ours that it may include (generated protos: "citylayers").
# A test beside the code may use tests/ too.
readonly DIRECTION='
proto          : proto citylayers
geo            : proto citylayers geo
storage        : proto citylayers storage
services       : proto citylayers geo storage services samples
samples        : proto citylayers geo storage services samples
tests          : proto citylayers geo storage services samples tests
'

# heavy header, as a regular expression : files (regular expression) that may include it
readonly HEAVY='
^(grpcpp|grpc)/|\.grpc\.pb\.h$   : ^services/(runtime|gateway|citylayers|citylayersd)/|_(service|adapter|client|module|backend)s?\.(h|cc)$|^tests/|^samples/|_test\.cc$
^rocksdb/                        : ^storage/.*\.(cc)$|^storage/.*(rocks|database|store|writer).*\.h$|^tests/|_test\.cc$
^(gdal|ogr|cpl|gdalwarper)[a-z_]*\.h$ : ^geo/.*\.cc$|^services/(citypack|citylayers)/.*\.cc$|^tests/|_test\.cc$
^osmium/                         : ^geo/roads/.*\.cc$|^services/citypack/.*\.cc$|^tests/.*\.cc$
^boost/                          : ^services/gateway/|^services/runtime/.*(http|admin|beast).*|^services/(citylayersd|citylayers)/|^tests/
'

files="$(tree_files '*.h' '*.cc')"
[[ -z "$files" ]] && exit 0
xargs -d '\n' grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]' <<<"$files" |
  awk -v direction="$DIRECTION" -v heavy="$HEAVY" '
    function trim(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }
    BEGIN {
      n = split(direction, lines, "\n")
      for (i = 1; i <= n; i++) {
        if (split(lines[i], part, " : ") != 2) continue
        from = trim(part[1]); ours[from] = 1
        m = split(trim(part[2]), folders, " ")
        for (j = 1; j <= m; j++) allowed[from, folders[j]] = 1
      }
      ours["citylayers"] = 1
      n = split(heavy, lines, "\n")
      for (i = 1; i <= n; i++) {
        if (split(lines[i], part, " : ") != 2) continue
        header[++rules] = trim(part[1]); adapter[rules] = trim(part[2])
      }
    }
    {
      match($0, /^[^:]+:[0-9]+:/)
      where = substr($0, 1, RLENGTH - 1); rest = substr($0, RLENGTH + 1)
      file = where; sub(/:[0-9]+$/, "", file)
      sub(/^[^"<]*["<]/, "", rest); sub(/[">].*$/, "", rest)
      from = file; sub(/\/.*/, "", from)
      to = rest; sub(/\/.*/, "", to)
      if (to == "tests" && file ~ /_test\.cc$/) next
      if (ours[to] && index(rest, "/") && !allowed[from, to]) {
        print where ": " from " must not include " rest; bad++
      }
      for (r = 1; r <= rules; r++)
        if (rest ~ header[r] && file !~ adapter[r]) {
          print where ": " rest " belongs in an adapter (" adapter[r] ")"; bad++
        }
      count++
    }
    END { print count " includes"; exit bad > 0 }'
