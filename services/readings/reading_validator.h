// Validation of the readings of a batch. Plain logic: no store, no server.
#ifndef CITYLAYERS_SERVICES_READINGS_READING_VALIDATOR_H_
#define CITYLAYERS_SERVICES_READINGS_READING_VALIDATOR_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include <google/protobuf/repeated_field.h>

#include "citylayers/readings/v1/readings.pb.h"
#include "storage/readings/measure.h"
#include "storage/readings/reading.h"
#include "storage/readings/rejected_rows.h"

namespace citylayers::readings {

struct ValidatorOptions {
  absl::Duration future_skew = absl::Minutes(5);     ///< maximum time ahead of the city clock
  absl::Duration retention = absl::Hours(24 * 400);  ///< older readings are refused
  int batch_rows_max = 20'000;
};

/// A measure of a batch's dictionary: its series and definition; nullptr when it is unknown.
struct KnownMeasure {
  std::uint32_t series = 0;
  const storage::MeasureDef* measure = nullptr;
};

/// The dictionary of measure names in a request.
using MeasureNames = google::protobuf::RepeatedPtrField<std::string>;

/// Result of validation: accepted and rejected rows.
struct Verdict {
  storage::ReadingBatch good;     ///< without source, epoch and sequence
  storage::RejectedRows refused;  ///< its memory is that of its rows and the names they use
};

/// INVALID_ARGUMENT: a dictionary has more names than a batch may have rows.
absl::Status CheckNames(const MeasureNames& names, const ValidatorOptions& options);

/// Checks each row: finite, a known measure, not far in the future of the city clock, not older
/// than retention, within the measure's range. A row whose measure has a name longer than
/// storage::kMeasureNameBytesMax is rejected as malformed. `names` is the dictionary (a stream's
/// may come from an earlier message), `known` has the measure of each name. INVALID_ARGUMENT:
/// columns of unequal length. RESOURCE_EXHAUSTED: more rows than batch_rows_max. About 20 ns per
/// row.
absl::StatusOr<Verdict> Validate(const v1::ReadingColumns& columns, const MeasureNames& names,
                                 absl::Span<const KnownMeasure> known, absl::Time city_now,
                                 const ValidatorOptions& options);

/// Explanation of a rejected row for its sender: the text kept for all rows of its kind, and the
/// row's own time or value. REQUIRES: i < refused.size().
std::string DescribeRejected(const storage::RejectedRows& refused, std::size_t i);
/// The same for a rejected row from the store. `reason` is the number of a RejectReason, `message`
/// the text kept.
std::string DescribeRejected(int reason, const storage::StoredReading& reading,
                             std::string_view message);

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_READING_VALIDATOR_H_
