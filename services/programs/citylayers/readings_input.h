// Parser of readings in CSV or NDJSON, line by line.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_READINGS_INPUT_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_READINGS_INPUT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "citylayers/readings/v1/readings.pb.h"

namespace citylayers::cli {

struct InputReading {
  std::string measure;
  absl::Time time;
  double value = 0;
  readings::v1::Quality quality = readings::v1::QUALITY_UNSPECIFIED;
};

/// Reads one record at a time: a line, or in CSV several that a quoted field joins. The first line
/// that is not blank decides the format: NDJSON when it begins with `{`, else CSV. Not thread-safe.
///
///   CSV: a header with measure, time, value and optionally quality, in any order; then
///     stations/phu-an/measures/water_level,2025-11-06T18:00:00+07:00,1.70,good
///   NDJSON: objects with the same names (a Reading's JSON works too: readTime, QUALITY_GOOD).
///
/// A time is RFC 3339, a value has a decimal point. The value may be "nan": the server decides
/// whether to accept it.
class ReadingsInput {
 public:
  /// The reading of a line; nullopt for blank lines and the CSV header. INVALID_ARGUMENT: the
  /// defect of the line, without its number.
  absl::StatusOr<std::optional<InputReading>> Line(std::string_view line);

  /// Whether quotes can join lines: not in NDJSON.
  bool has_quotes() const { return kind_ != Kind::kNdjson; }

 private:
  absl::Status Header(std::string_view line);
  absl::StatusOr<InputReading> CsvLine(std::string_view line) const;
  absl::StatusOr<InputReading> JsonLine(std::string_view line) const;

  enum class Kind { kUnknown, kCsv, kNdjson };
  Kind kind_ = Kind::kUnknown;
  std::size_t column_count_ = 0;
  std::size_t measure_column_ = 0;
  std::size_t time_column_ = 0;
  std::size_t value_column_ = 0;
  std::optional<std::size_t> quality_column_;
};

/// "good", "GOOD" or "QUALITY_GOOD"; empty: unspecified. INVALID_ARGUMENT: not a quality.
absl::StatusOr<readings::v1::Quality> ParseQuality(std::string_view text);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_READINGS_INPUT_H_
