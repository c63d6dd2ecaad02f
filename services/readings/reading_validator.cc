#include "services/readings/reading_validator.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

#include "absl/container/flat_hash_map.h"

#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"
#include "storage/readings/time_bucket.h"

namespace citylayers::readings {
namespace {

std::string Text(std::int64_t time_ms) {
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

// Checks single rows; holds the values that are the same for all rows.
class RowCheck {
 public:
  RowCheck(absl::Time city_now, const ValidatorOptions& options)
      : city_ms_(absl::ToUnixMillis(city_now)),
        latest_ms_(
            std::min(absl::ToUnixMillis(city_now + options.future_skew), storage::kLatestTimeMs)),
        oldest_ms_(std::max<std::int64_t>(absl::ToUnixMillis(city_now - options.retention), 0)),
        options_(options) {}

  /// The reason to refuse the row, or REJECT_REASON_UNSPECIFIED. `name`, `known`: nullptr when the
  /// row's index is past the end of the dictionary.
  v1::RejectReason Check(const std::string* name, const KnownMeasure* known,
                         const storage::StoredReading& reading, int quality) const {
    if (name == nullptr || known == nullptr || name->size() > storage::kMeasureNameBytesMax ||
        !IsQuality(quality)) {
      return v1::REJECT_REASON_MALFORMED;
    }
    if (!std::isfinite(reading.value)) return v1::REJECT_REASON_NOT_FINITE;
    if (known->measure == nullptr) return v1::REJECT_REASON_UNKNOWN_MEASURE;
    if (reading.time_ms > latest_ms_) return v1::REJECT_REASON_FAR_FUTURE;
    if (reading.time_ms < oldest_ms_) return v1::REJECT_REASON_TOO_OLD;
    if (reading.value < known->measure->min_value || reading.value > known->measure->max_value) {
      return v1::REJECT_REASON_OUT_OF_RANGE;
    }
    return v1::REJECT_REASON_UNSPECIFIED;
  }

  /// The text for all rows of the batch with this reason and this measure.
  std::string Explain(v1::RejectReason reason, const std::string* name, const KnownMeasure* known,
                      int quality) const {
    switch (reason) {
      case v1::REJECT_REASON_NOT_FINITE:
        return "the value is not a finite number";
      case v1::REJECT_REASON_UNKNOWN_MEASURE:
        return "no such measure; StationService.ListStations lists the known ones";
      case v1::REJECT_REASON_FAR_FUTURE:
        return StrCat("lies more than ", absl::FormatDuration(options_.future_skew),
                      " ahead of the city clock, which shows ", Text(city_ms_));
      case v1::REJECT_REASON_TOO_OLD:
        return StrCat("is older than the retention, which starts at ", Text(oldest_ms_));
      case v1::REJECT_REASON_OUT_OF_RANGE:
        return StrCat(known->measure->unit, " lies outside ", known->measure->min_value, " to ",
                      known->measure->max_value);
      default:
        break;
    }
    if (name == nullptr || known == nullptr) {
      return "measure_indexes points past the end of measures";
    }
    if (!IsQuality(quality)) return StrCat("quality ", quality, " is not a known quality");
    return StrCat("the measure's name has ", name->size(), " bytes; a name has at most ",
                  storage::kMeasureNameBytesMax);
  }

  static bool IsQuality(int quality) { return quality >= 0 && quality <= v1::QUALITY_SUSPECT; }

 private:
  const std::int64_t city_ms_;
  const std::int64_t latest_ms_;
  const std::int64_t oldest_ms_;
  const ValidatorOptions& options_;
};

// Collects the rejected rows of a batch; stores each name and each text once.
class Rejections {
 public:
  Rejections(const MeasureNames& names, storage::RejectedRows& refused)
      : names_(names), refused_(refused) {}

  /// `index` is the row's measure_index. `explain` returns the text.
  template <typename Explain>
  void Add(int row, std::uint32_t index, v1::RejectReason reason, int quality,
           const storage::StoredReading& reading, Explain explain) {
    storage::RejectedRow& rejected = refused_.rows.emplace_back();
    rejected.row = static_cast<std::uint32_t>(row);
    rejected.reason = static_cast<std::uint8_t>(reason);
    rejected.reading = reading;
    const bool has_name = index < static_cast<std::uint32_t>(names_.size());
    if (has_name) {
      const auto [slot, fresh] =
          measures_.try_emplace(index, static_cast<std::uint32_t>(refused_.measures.size()));
      if (fresh) {
        refused_.measures.push_back(
            // One byte beyond the limit lets the store cut at the end of a character.
            names_[static_cast<int>(index)].substr(0, storage::kRejectTextMax + 1));
      }
      rejected.measure = slot->second;
    }
    // Malformed rows of one name differ by quality; only a limited number of those texts is kept.
    const bool by_measure = has_name && (reason == v1::REJECT_REASON_OUT_OF_RANGE ||
                                         reason == v1::REJECT_REASON_MALFORMED);
    const bool by_quality = reason == v1::REJECT_REASON_MALFORMED && !RowCheck::IsQuality(quality);
    const Kind kind{reason, by_measure && !by_quality ? index : UINT32_MAX,
                    by_quality && messages_.size() < kQualityTextsMax ? quality : 0};
    const auto [slot, fresh] =
        messages_.try_emplace(kind, static_cast<std::uint32_t>(refused_.messages.size()));
    if (fresh) refused_.messages.push_back(explain());
    rejected.message = slot->second;
  }

 private:
  static constexpr std::size_t kQualityTextsMax = 100;
  using Kind = std::tuple<v1::RejectReason, std::uint32_t, int>;

  const MeasureNames& names_;
  storage::RejectedRows& refused_;
  absl::flat_hash_map<std::uint32_t, std::uint32_t>
      measures_;                                       // measure_index -> refused_.measures
  absl::flat_hash_map<Kind, std::uint32_t> messages_;  // -> refused_.messages
};

}  // namespace

absl::Status CheckNames(const MeasureNames& names, const ValidatorOptions& options) {
  if (names.size() <= options.batch_rows_max) return absl::OkStatus();
  return runtime::BadField(
      "readings.measures",
      StrCat(names.size(), " names; a dictionary has at most readings.batch_rows_max = ",
             options.batch_rows_max, " names"));
}

absl::StatusOr<Verdict> Validate(const v1::ReadingColumns& columns, const MeasureNames& names,
                                 absl::Span<const KnownMeasure> known, absl::Time city_now,
                                 const ValidatorOptions& options) {
  if (const absl::Status shape = CheckShape(columns, options); !shape.ok()) return shape;
  const RowCheck check(city_now, options);
  const int rows = columns.measure_indexes_size();
  const bool has_quality = columns.qualities_size() != 0;
  Verdict verdict;
  Rejections rejections(names, verdict.refused);
  verdict.good.series.reserve(static_cast<std::size_t>(rows));
  verdict.good.times_ms.reserve(static_cast<std::size_t>(rows));
  verdict.good.values.reserve(static_cast<std::size_t>(rows));
  if (has_quality) verdict.good.qualities.reserve(static_cast<std::size_t>(rows));
  std::uint64_t time_ms = 0;  // Unsigned: hostile differences wrap around, and are then refused.
  for (int row = 0; row < rows; ++row) {
    time_ms += static_cast<std::uint64_t>(columns.time_deltas_ms(row));
    const int quality = has_quality ? static_cast<int>(columns.qualities(row)) : 0;
    const std::uint32_t index = columns.measure_indexes(row);
    const storage::StoredReading reading{static_cast<std::int64_t>(time_ms), columns.values(row),
                                         static_cast<std::uint8_t>(quality)};
    const std::string* name = index < static_cast<std::uint32_t>(names.size())
                                  ? &names[static_cast<int>(index)]
                                  : nullptr;
    const KnownMeasure* measure = index < known.size() ? &known[index] : nullptr;
    const v1::RejectReason reason = check.Check(name, measure, reading, quality);
    if (reason != v1::REJECT_REASON_UNSPECIFIED) {
      rejections.Add(row, index, reason, quality, reading,
                     [&] { return check.Explain(reason, name, measure, quality); });
      continue;
    }
    verdict.good.series.push_back(measure->series);
    verdict.good.times_ms.push_back(reading.time_ms);
    verdict.good.values.push_back(reading.value);
    if (has_quality) verdict.good.qualities.push_back(reading.quality);
  }
  return verdict;
}

std::string DescribeRejected(const storage::RejectedRows& refused, std::size_t i) {
  const storage::RejectedRow& row = refused.rows[i];
  return DescribeRejected(row.reason, row.reading, refused.messages[row.message]);
}

std::string DescribeRejected(int reason, const storage::StoredReading& reading,
                             std::string_view message) {
  switch (reason) {
    case v1::REJECT_REASON_FAR_FUTURE:
    case v1::REJECT_REASON_TOO_OLD:
      return StrCat(Text(reading.time_ms), " ", message);
    case v1::REJECT_REASON_OUT_OF_RANGE:
      return StrCat(reading.value, " ", message);
    default:
      return std::string(message);
  }
}

}  // namespace citylayers::readings
