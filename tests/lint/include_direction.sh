#!/usr/bin/env bash
# Checks the include rules. Two tables define them; the rest of the script applies them.
#
# The direction is  base <- proto <- {geo, storage} <- services <- programs;  geo and storage must
# not include each other, and no service another: they use each other's contracts instead. Heavy
# headers (gRPC, GDAL, RocksDB, ...) are limited to the few files that adapt them, so that logic
# compiles fast and is tested without a server.
#
#   tests/lint/include_direction.sh            checks
#   tests/lint/include_direction.sh --table    checks, and prints the number of includes from wing to wing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
ROOT="$PWD"
# shellcheck source=deploy/run/common.sh
source deploy/run/common.sh

# wing : wings that it may include in addition to itself (generated protos: "citylayers"). A file
# belongs to the longest wing name that is a prefix of its path. A test beside the code may use all
# that the tests may.
readonly DIRECTION='
base                      :
proto                     : base citylayers
geo                       : base
storage                   : base
samples                   : base geo
services/runtime/config   : base
services/runtime/tls      : base services/runtime services/runtime/config
services/runtime/http     : base services/runtime services/runtime/tls
services/runtime/rpc      : base proto citylayers services/access services/runtime services/runtime/config services/runtime/tls
services/runtime          : base proto citylayers storage services/access services/client services/runtime/config services/runtime/rpc services/runtime/http services/runtime/tls
services/access           : base
services/cap              : base
services/keys             : base proto citylayers storage services/access services/runtime services/runtime/config services/runtime/rpc
services/layers           : base proto citylayers geo storage services/runtime services/runtime/config services/runtime/rpc
services/backup           : base proto citylayers storage services/runtime services/runtime/config services/runtime/rpc
services/readings         : base proto citylayers storage services/runtime services/runtime/config services/runtime/rpc
services/traffic          : base proto citylayers geo storage services/layers services/runtime services/runtime/config services/runtime/rpc
services/flood            : base proto citylayers geo storage services/layers services/runtime services/runtime/config services/runtime/rpc
services/basemap          : base proto citylayers geo storage services/layers services/runtime
services/alerts           : base proto citylayers geo storage services/cap services/layers services/runtime services/runtime/config services/runtime/rpc
services/gateway          : base proto citylayers services/access services/cap services/runtime services/runtime/config services/runtime/rpc services/runtime/http services/runtime/tls
services/client           : citylayers
services/tools            : base proto citylayers geo storage samples services/runtime services/runtime/config services/runtime/rpc
services/programs         : base proto citylayers storage services/access services/backup services/keys services/readings services/traffic services/flood services/basemap services/alerts services/gateway services/tools services/layers services/runtime services/runtime/config services/runtime/rpc services/runtime/tls
tests                     : *
'

# heavy header, as a regular expression : files (regular expression) that may include it
readonly HEAVY='
^(grpcpp|grpc)/|\.grpc\.pb\.h$   : ^services/runtime/(rpc/|daemon)|^services/(client|gateway|programs)/|_(service|adapter|client|follower|module|backend)s?\.(h|cc)$|^services/layers/fold_runner\.(h|cc)$|^tests/|^samples/|_test\.cc$
^rocksdb/                        : ^storage/.*\.(cc)$|^storage/.*(rocks|database|store|writer).*\.h$|^tests/|_test\.cc$
^(gdal|ogr|cpl|gdalwarper)[a-z_]*\.h$ : ^geo/.*\.cc$|^services/(tools/citypack|programs/citylayers)/.*\.cc$|^tests/|_test\.cc$
^osmium/                         : ^geo/roads/.*\.cc$|^services/tools/citypack/.*\.cc$|^tests/.*\.(cc|h)$
^toml\+\+/                        : ^base/toml_parse\.h$
^boost/                          : ^services/runtime/http/|^services/runtime/admin|^services/gateway/|^services/programs/|^tests/
'

table=false
[[ "${1:-}" == --table ]] && table=true
files="$(tree_files '*.h' '*.cc')"
[[ -z "$files" ]] && exit 0
xargs -d '\n' grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]' <<<"$files" |
  awk -v direction="$DIRECTION" -v heavy="$HEAVY" -v table="$table" '
    function trim(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }
    # The longest wing that is a prefix of a path; "" when there is none.
    function wing_of(path,   i, best) {
      best = ""
      for (i = 1; i <= wings; i++)
        if (index(path, name[i] "/") == 1 && length(name[i]) > length(best)) best = name[i]
      return best
    }
    BEGIN {
      n = split(direction, lines, "\n")
      for (i = 1; i <= n; i++) {
        if (lines[i] !~ /:/) continue
        split(lines[i], part, ":")
        from = trim(part[1]); name[++wings] = from; allowed[from, from] = 1
        m = split(trim(part[2]), folders, " ")
        for (j = 1; j <= m; j++) allowed[from, folders[j]] = 1
      }
      name[++wings] = "citylayers"
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
      from = file ~ /_test\.cc$/ ? "tests" : wing_of(file)
      to = wing_of(rest)
      if (from == "") { print where ": no wing of the table"; bad++ }
      if (to != "") {
        if (!allowed[from, to] && !allowed[from, "*"]) { print where ": " from " must not include " rest; bad++ }
        seen[from, to]++
      }
      for (r = 1; r <= rules; r++)
        if (rest ~ header[r] && file !~ adapter[r]) {
          print where ": " rest " belongs in an adapter (" adapter[r] ")"; bad++
        }
      count++
    }
    END {
      if (table == "true")
        for (i = 1; i <= wings; i++) {
          row = ""
          for (j = 1; j <= wings; j++) if (seen[name[i], name[j]]) row = row " " name[j] "=" seen[name[i], name[j]]
          if (row != "") printf "%-24s%s\n", name[i], row
        }
      print count + 0 " includes"
      exit bad > 0
    }'
