// Records of a text that comes line by line.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_RECORD_READER_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_RECORD_READER_H_

#include <cstddef>
#include <deque>
#include <istream>
#include <optional>
#include <string>

namespace citylayers::cli {

struct InputRecord {
  std::string text;      // without the last line end
  std::size_t line = 0;  // number of its first line, from 1
};

/// Takes records off a stream. A record is a line, or several that a quoted CSV field joins. Where
/// a quote does not end within the limit, or at all, only its own line is the record: one slip of a
/// quote takes no other row with it. Not thread-safe.
///
///   RecordReader records(std::cin);
///   while (const auto record = records.Next(/*quotes=*/true)) Use(record->line, record->text);
class RecordReader {
 public:
  /// `record_bytes_max`: longest record of more than one line.
  explicit RecordReader(std::istream& input, std::size_t record_bytes_max = 64 * 1024)
      : input_(input), record_bytes_max_(record_bytes_max) {}

  /// Nothing at the end. `quotes`: whether quotes join lines.
  std::optional<InputRecord> Next(bool quotes);

 private:
  // The line after those that were read ahead; nothing at the end.
  const std::string* Peek(std::size_t ahead);

  std::istream& input_;
  const std::size_t record_bytes_max_;
  std::deque<std::string> ahead_;  // read, and of no record yet
  std::size_t line_ = 1;           // number of ahead_'s first
};

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_RECORD_READER_H_
