#include "services/readings/reading_validator.h"

#include <cmath>
#include <string>

#include "proto/support/strings.h"
#include "services/runtime/error_details.h"
#include "storage/readings/row_codec.h"

namespace citylayers::readings {
namespace {

std::string Text(int64_t time_ms) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromUnixMillis(time_ms),
                          absl::UTCTimeZone());
}

absl::Status CheckShape(const v1::ReadingColumns& columns, const ValidatorOptions& options) {
  const int rows = columns.measure_indexes_size();
  if (columns.time_deltas_ms_size() != rows || columns.values_size() != rows ||
      (columns.qualities_size() != 0 && columns.qualities_size() != rows)) {
    return runtime::BadField(
        "readings",
        StrCat("the columns differ in length: ", rows, " measure_indexes, ",
               columns.time_deltas_ms_size(), " time_deltas_ms, ", columns.values_size(),
               " values, ", columns.qualities_size(), " qualities"));
  }
  if (rows > options.batch_rows_max) {
    return runtime::WithReason(absl::ResourceExhaustedError(StrCat(
                                   "a batch of ", rows, " rows exceeds readings.batch_rows_max = ",
                                   options.batch_rows_max, ": send it in parts")),
                               runtime::kReasonBatchTooLarge);
  }
  return absl::OkStatus();
}

// Goes through the rows; holds what does not change from row to row.
class RowCheck {
 public:
  RowCheck(absl::Time city_now, const ValidatorOptions& options)
      : city_ms_(absl::ToUnixMillis(city_now)),
        latest_ms_(
            std::min(absl::ToUnixMillis(city_now + options.future_skew), storage::kLatestTimeMs)),
        oldest_ms_(std::max<int64_t>(absl::ToUnixMillis(city_now - options.retention), 0)),
        options_(options) {}

  /// The reason to refuse the row, or REJECT_REASON_UNSPECIFIED; then `message` says why.
  v1::RejectReason Check(const KnownMeasure* known, const storage::StoredReading& reading,
                         int quality, std::string& message) const {
    if (known == nullptr) {
      message = "measure_indexes points past the end of measures";
      return v1::REJECT_REASON_MALFORMED;
    }
    if (quality < 0 || quality > v1::QUALITY_SUSPECT) {
      message = StrCat("quality ", quality, " is not one of this version");
      return v1::REJECT_REASON_MALFORMED;
    }
    if (!std::isfinite(reading.value)) {
      message = "the value is not a finite number";
      return v1::REJECT_REASON_NOT_FINITE;
    }
    if (known->measure == nullptr) {
      message = "no such measure; list what is known with StationService.ListStations";
      return v1::REJECT_REASON_UNKNOWN_MEASURE;
    }
    if (reading.time_ms > latest_ms_) {
      message = StrCat(Text(reading.time_ms), " lies more than ",
                       absl::FormatDuration(options_.future_skew),
                       " ahead of the city clock, which shows ", Text(city_ms_));
      return v1::REJECT_REASON_FAR_FUTURE;
    }
    if (reading.time_ms < oldest_ms_) {
      message = StrCat(Text(reading.time_ms), " is older than what is kept, which starts at ",
                       Text(oldest_ms_));
      return v1::REJECT_REASON_TOO_OLD;
    }
    if (reading.value < known->measure->min_value || reading.value > known->measure->max_value) {
      message = StrCat(reading.value, " ", known->measure->unit, " lies outside ",
                       known->measure->min_value, " to ", known->measure->max_value);
      return v1::REJECT_REASON_OUT_OF_RANGE;
    }
    return v1::REJECT_REASON_UNSPECIFIED;
  }

 private:
  const int64_t city_ms_;
  const int64_t latest_ms_;
  const int64_t oldest_ms_;
  const ValidatorOptions& options_;
};

}  // namespace

absl::StatusOr<Verdict> Validate(const v1::ReadingColumns& columns,
                                 absl::Span<const std::string> names,
                                 absl::Span<const KnownMeasure> known, absl::Time city_now,
                                 const ValidatorOptions& options) {
  if (const absl::Status shape = CheckShape(columns, options); !shape.ok()) return shape;
  const RowCheck check(city_now, options);
  const int rows = columns.measure_indexes_size();
  const bool has_quality = columns.qualities_size() != 0;
  Verdict verdict;
  verdict.good.series.reserve(static_cast<size_t>(rows));
  verdict.good.times_ms.reserve(static_cast<size_t>(rows));
  verdict.good.values.reserve(static_cast<size_t>(rows));
  if (has_quality) verdict.good.qualities.reserve(static_cast<size_t>(rows));
  uint64_t time_ms = 0;  // Unsigned: hostile differences may wrap around, and then are refused.
  std::string message;
  for (int row = 0; row < rows; ++row) {
    time_ms += static_cast<uint64_t>(columns.time_deltas_ms(row));
    const int quality = has_quality ? static_cast<int>(columns.qualities(row)) : 0;
    const uint32_t index = columns.measure_indexes(row);
    const storage::StoredReading reading{static_cast<int64_t>(time_ms), columns.values(row),
                                         static_cast<uint8_t>(quality)};
    const KnownMeasure* measure = index < known.size() ? &known[index] : nullptr;
    const v1::RejectReason reason = check.Check(measure, reading, quality, message);
    if (reason != v1::REJECT_REASON_UNSPECIFIED) {
      storage::DeadLetter& letter = verdict.refused.emplace_back();
      letter.row = static_cast<uint32_t>(row);
      letter.reason = static_cast<uint8_t>(reason);
      letter.message = message;
      if (index < names.size()) letter.measure = names[index];
      letter.reading = reading;
      continue;
    }
    verdict.good.series.push_back(measure->series);
    verdict.good.times_ms.push_back(reading.time_ms);
    verdict.good.values.push_back(reading.value);
    if (has_quality) verdict.good.qualities.push_back(reading.quality);
  }
  return verdict;
}

}  // namespace citylayers::readings
