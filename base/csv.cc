#include "base/csv.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

void DropByteOrderMark(std::string_view& text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
}

// Removes one record and its line end from `text`; adds its lines to `lines`.
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
    } else if (!quoted && c == ',') {
      fields.emplace_back();
    } else if (!quoted && c == '\n') {
      break;
    } else if (quoted || c != '\r' || !(rest.empty() || rest.front() == '\n')) {
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

std::optional<double> ParseDecimal(std::string_view text) {
  double value = 0;
  if (text.find_first_of("xX") != std::string_view::npos) return std::nullopt;
  return absl::SimpleAtod(ToAbsl(text), &value) ? std::optional(value) : std::nullopt;
}

absl::StatusOr<std::vector<std::string>> CheckCsvHeader(std::vector<std::string> names) {
  if (!names.empty() && (names[0].starts_with("\xFF\xFE") || names[0].starts_with("\xFE\xFF"))) {
    return absl::InvalidArgumentError("the file is UTF-16; save it as UTF-8");
  }
  std::set<std::string> seen;
  for (std::string& name : names) {
    absl::StripAsciiWhitespace(&name);
    // Columns without a name cannot be requested, so several of them are accepted.
    if (!name.empty() && !seen.insert(absl::AsciiStrToLower(name)).second) {
      return absl::InvalidArgumentError(
          StrCat("the column \"", name, "\" occurs twice; remove one of them"));
    }
  }
  if (names.size() == 1 && names[0].find_first_of(";\t") != std::string::npos) {
    return absl::InvalidArgumentError(
        StrCat("the columns are separated by ",
               names[0].find('\t') != std::string::npos ? "tabs" : "semicolons",
               ": separate them by commas, and write numbers with a point"));
  }
  return names;
}

bool CsvQuotes::GoesOnAfter(std::string_view line) {
  // As in TakeRecord: a quote opens a field only where the field is still empty.
  bool empty = !quoted_;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted_ && c == '"' && line.substr(i + 1).starts_with('"')) {
      ++i;
      empty = false;
    } else if (c == '"' && (quoted_ || empty)) {
      quoted_ = !quoted_;
    } else {
      empty = !quoted_ && c == ',';
    }
  }
  return quoted_;
}

std::string CsvTable::Where(std::size_t row) const { return StrCat(name, ", line ", lines[row]); }

absl::StatusOr<std::size_t> CsvTable::Column(std::string_view column) const {
  const auto it = std::find(header.begin(), header.end(), column);
  if (it == header.end()) {
    return absl::InvalidArgumentError(StrCat(name, ": no column \"", column, "\"; the columns are ",
                                             absl::StrJoin(header, ", ")));
  }
  return static_cast<std::size_t>(it - header.begin());
}

absl::StatusOr<double> CsvTable::Number(std::size_t row, std::size_t column) const {
  const std::optional<double> value = ParseDecimal(rows[row][column]);
  if (!value || !std::isfinite(*value)) {
    return absl::InvalidArgumentError(
        StrCat(Where(row), ": ", header[column], " \"", rows[row][column], "\" is not a number"));
  }
  return *value;
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
      fields = CheckCsvHeader(*std::move(fields));
      if (!fields.ok()) {
        return absl::InvalidArgumentError(
            StrCat(name, ", line ", start, ": ", ToStd(fields.status().message())));
      }
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
