// Comma-separated values with a header line, as RFC 4180 has them.
#ifndef CITYLAYERS_BASE_CSV_H_
#define CITYLAYERS_BASE_CSV_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace citylayers {

/// Fields of one record that is a line. A field in double quotes may hold commas, doubled quotes
/// and line ends. A byte order mark and a carriage return at the end are dropped. INVALID_ARGUMENT:
/// a quote that does not end.
absl::StatusOr<std::vector<std::string>> SplitCsvLine(std::string_view line);

/// A decimal number, also "nan" or "inf"; spaces around it are ignored. Nothing for any other text,
/// hexadecimal numbers too: what looks like one is a slip.
std::optional<double> ParseDecimal(std::string_view text);

/// The names of columns, without spaces around them. INVALID_ARGUMENT: a name that is there twice
/// (letter case aside), since then nobody knows which one counts; a single column whose name holds
/// semicolons or tabs, since then another character separates them; UTF-16.
absl::StatusOr<std::vector<std::string>> CheckCsvHeader(std::vector<std::string> names);

/// Follows the quotes of a text that comes line by line, to know where a record ends.
class CsvQuotes {
 public:
  /// Takes the next line, without its line end. True: the record goes on in the line after it.
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
  /// Index of a column. INVALID_ARGUMENT: there is none of that name (message lists those there
  /// are).
  absl::StatusOr<std::size_t> Column(std::string_view column) const;
  /// Cell as a number. INVALID_ARGUMENT with file and line: it is none, or not finite.
  absl::StatusOr<double> Number(std::size_t row, std::size_t column) const;
};

/// INVALID_ARGUMENT with name and line: no header or one that CheckCsvHeader refuses, a row with
/// another number of fields, a quote that does not end. Blank lines are skipped.
absl::StatusOr<CsvTable> ParseCsv(std::string_view text, std::string_view name);

/// NOT_FOUND: the file cannot be read; else as ParseCsv.
absl::StatusOr<CsvTable> ReadCsv(const std::string& path);

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_CSV_H_
