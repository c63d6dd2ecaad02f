// Reading of comma-separated values with a header line, in the format of RFC 4180.
#ifndef CITYLAYERS_BASE_CSV_H_
#define CITYLAYERS_BASE_CSV_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace citylayers {

/// Splits one record of one line into fields. A field in double quotes may contain commas, doubled
/// quotes and line ends. A byte order mark, and a carriage return at the end, are dropped.
/// INVALID_ARGUMENT: an unterminated quote.
absl::StatusOr<std::vector<std::string>> SplitCsvLine(std::string_view line);

/// A decimal number, or "nan" or "inf"; spaces around it are ignored. nullopt for any other text,
/// including hexadecimal numbers, which are more likely typing errors.
std::optional<double> ParseDecimal(std::string_view text);

/// Returns the column names without spaces around them. INVALID_ARGUMENT: a name that occurs twice
/// (case-insensitive), because requests for it would be ambiguous; a single column whose name
/// contains semicolons or tabs, which means another separator; UTF-16.
absl::StatusOr<std::vector<std::string>> CheckCsvHeader(std::vector<std::string> names);

/// Tracks the quotes of a text that is read line by line, to find the end of a record.
class CsvQuotes {
 public:
  /// Takes the next line, without its line end. Returns true when the record
  /// continues on the next line.
  bool GoesOnAfter(std::string_view line);

 private:
  bool quoted_ = false;
};

struct CsvTable {
  std::string name;  // for messages: the file
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::size_t> lines;  // line number of each row's beginning, from 1

  /// "stations.csv, line 3"
  std::string Where(std::size_t row) const;
  /// Index of a column. INVALID_ARGUMENT: no column has that name (the message lists the columns).
  absl::StatusOr<std::size_t> Column(std::string_view column) const;
  /// A cell as a number. INVALID_ARGUMENT with file and line: not a number, or not finite.
  absl::StatusOr<double> Number(std::size_t row, std::size_t column) const;
};

/// INVALID_ARGUMENT with name and line: no header, a header refused by CheckCsvHeader, a row with
/// another number of fields, an unterminated quote. Blank lines are skipped.
absl::StatusOr<CsvTable> ParseCsv(std::string_view text, std::string_view name);

/// NOT_FOUND: the file cannot be read. Other errors as for ParseCsv.
absl::StatusOr<CsvTable> ReadCsv(const std::string& path);

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_CSV_H_
