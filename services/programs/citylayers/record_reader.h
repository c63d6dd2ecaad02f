// Reads records from a text line by line.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_RECORD_READER_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_RECORD_READER_H_

#include <cstddef>
#include <deque>
#include <istream>
#include <optional>
#include <string>

namespace citylayers::cli {

struct InputRecord {
  std::string text;      // without the final line end
  std::size_t line = 0;  // number of its first line, from 1
};

/// Reads records from a stream. A record is a line, or several that a quoted CSV field joins. When
/// a quote does not end within the limit, or at all, the record is only its first line: a stray
/// quote does not affect other rows. Not thread-safe.
///
///   RecordReader records(std::cin);
///   while (const auto record = records.Next(/*quotes=*/true)) Use(record->line, record->text);
class RecordReader {
 public:
  /// `record_bytes_max`: maximum size of a record of more than one line.
  explicit RecordReader(std::istream& input, std::size_t record_bytes_max = 64 * 1024)
      : input_(input), record_bytes_max_(record_bytes_max) {}

  /// nullopt at the end. `quotes`: whether quotes join lines.
  std::optional<InputRecord> Next(bool quotes);

 private:
  // The line after those that were read ahead; nullptr at the end.
  const std::string* Peek(std::size_t ahead);

  std::istream& input_;
  const std::size_t record_bytes_max_;
  std::deque<std::string> ahead_;  // read, not yet part of a record
  std::size_t line_ = 1;           // number of the first of ahead_
};

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_RECORD_READER_H_
