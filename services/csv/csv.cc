#include "services/csv/csv.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"

#include "proto/support/status_macros.h"
#include "proto/support/strings.h"

namespace citylayers {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

void DropByteOrderMark(std::string_view& text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
}

// Takes one record and its line end off `text`; adds its lines to `lines`.
absl::StatusOr<std::vector<std::string>> TakeRecord(std::string_view& text, std::size_t& lines) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    const std::string_view rest = text.substr(i + 1);
    if (c == '\n') ++lines;
    if (quoted && c == '"' && rest.starts_with('"')) {
      fields.back() += '"';
      ++i;
    } else if (c == '"' && (quoted || fields.back().empty())) {
      quoted = !quoted;
    } else if (quoted) {
      fields.back() += c;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n') {
      break;
    } else if (c != '\r' || !(rest.empty() || rest.front() == '\n')) {
      fields.back() += c;
    }
  }
  if (quoted) return absl::InvalidArgumentError("a quoted field does not end");
  if (i == text.size()) ++lines;
  text.remove_prefix(std::min(i + 1, text.size()));
  return fields;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SplitCsvLine(std::string_view line) {
  DropByteOrderMark(line);
  std::size_t lines = 0;
  return TakeRecord(line, lines);
}

std::string CsvTable::Where(std::size_t row) const { return StrCat(name, ", line ", lines[row]); }

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
    return absl::InvalidArgumentError(
        StrCat(Where(row), ": ", header[column], " \"", rows[row][column], "\" is not a number"));
  }
  return value;
}

absl::StatusOr<CsvTable> ParseCsv(std::string_view text, std::string_view name) {
  CsvTable table;
  table.name = std::string(name);
  DropByteOrderMark(text);
  std::size_t line_number = 1;
  while (!text.empty()) {
    const std::size_t start = line_number;
    const bool blank = text.front() == '\n' || text.starts_with("\r\n");
    auto fields = TakeRecord(text, line_number);
    if (!fields.ok()) {
      return absl::InvalidArgumentError(
          StrCat(name, ", line ", start, ": ", ToStd(fields.status().message())));
    }
    if (blank) continue;
    if (table.header.empty()) {
      table.header = *std::move(fields);
      continue;
    }
    if (fields->size() != table.header.size()) {
      return absl::InvalidArgumentError(StrCat(name, ", line ", start, ": ", fields->size(),
                                               " fields where the header has ",
                                               table.header.size()));
    }
    table.rows.push_back(*std::move(fields));
    table.lines.push_back(start);
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

}  // namespace citylayers
