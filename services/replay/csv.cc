#include "services/replay/csv.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"

#include "proto/support/status_macros.h"
#include "proto/support/strings.h"

namespace citylayers::replay {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

absl::StatusOr<std::vector<std::string>> SplitCsvLine(std::string_view line) {
  if (line.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"' && (quoted || fields.back().empty())) {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  if (quoted) return absl::InvalidArgumentError("a quoted field does not end");
  return fields;
}

absl::StatusOr<std::size_t> CsvTable::Column(std::string_view column) const {
  const auto it = std::find(header.begin(), header.end(), column);
  if (it == header.end()) {
    return absl::InvalidArgumentError(StrCat(name, ": there is no column \"", column,
                                             "\"; there are ", absl::StrJoin(header, ", ")));
  }
  return static_cast<std::size_t>(it - header.begin());
}

absl::StatusOr<double> CsvTable::Number(std::size_t row, std::size_t column) const {
  double value = 0;
  if (!absl::SimpleAtod(rows[row][column], &value) || !std::isfinite(value)) {
    return absl::InvalidArgumentError(StrCat(name, " line ", lines[row], ": ", header[column],
                                             " \"", rows[row][column], "\" is not a number"));
  }
  return value;
}

absl::StatusOr<CsvTable> ParseCsv(std::string_view text, std::string_view name) {
  CsvTable table;
  table.name = std::string(name);
  std::size_t line_number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++line_number;
    if (line.empty() || line == "\r") continue;
    auto fields = SplitCsvLine(line);
    if (!fields.ok()) {
      return absl::InvalidArgumentError(
          StrCat(name, " line ", line_number, ": ", ToStd(fields.status().message())));
    }
    if (table.header.empty()) {
      table.header = *std::move(fields);
      continue;
    }
    if (fields->size() != table.header.size()) {
      return absl::InvalidArgumentError(StrCat(name, " line ", line_number, ": ", fields->size(),
                                               " fields where the header has ",
                                               table.header.size()));
    }
    table.rows.push_back(*std::move(fields));
    table.lines.push_back(line_number);
  }
  if (table.header.empty()) {
    return absl::InvalidArgumentError(StrCat(name, ": empty; expected a header line"));
  }
  return table;
}

absl::StatusOr<CsvTable> ReadCsv(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    return absl::NotFoundError(StrCat("cannot read ", path));
  }
  return ParseCsv(text.str(), path);
}

}  // namespace citylayers::replay
