#include "storage/readings/batch_check.h"

#include <cmath>
#include <cstddef>

#include "absl/strings/str_cat.h"

#include "storage/readings/row_frame.h"
#include "storage/readings/time_bucket.h"

namespace citylayers::storage {

absl::Status CheckBatch(const ReadingBatch& batch, std::uint32_t series_count) {
  const std::size_t rows = batch.series.size();
  if (batch.times_ms.size() != rows || batch.values.size() != rows ||
      (!batch.qualities.empty() && batch.qualities.size() != rows)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the columns of a batch differ in length: ", rows, " series, ", batch.times_ms.size(),
        " times, ", batch.values.size(), " values, ", batch.qualities.size(), " qualities"));
  }
  if (batch.source.size() > kSourceMax) {
    return absl::InvalidArgumentError(absl::StrCat("a source has at most ", kSourceMax, " bytes"));
  }
  if (rows > kRowsMax) return absl::InvalidArgumentError("a batch has at most 4,000,000 rows");
  for (std::size_t i = 0; i < rows; ++i) {
    const bool fits = batch.series[i] < series_count && batch.times_ms[i] >= 0 &&
                      batch.times_ms[i] <= kLatestTimeMs && std::isfinite(batch.values[i]);
    if (fits) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("row ", i, " (series ", batch.series[i], ", time ", batch.times_ms[i],
                     " ms, value ", batch.values[i], ") is not a reading of a known series"));
  }
  return absl::OkStatus();
}

}  // namespace citylayers::storage
