#include "storage/readings/series_reader.h"

#include <string_view>

#include "base/status_macros.h"
#include "storage/readings/chunk_store.h"
#include "storage/readings/head.h"
#include "storage/readings/window_aggregator.h"

namespace citylayers::storage {

std::vector<std::optional<StoredReading>> SeriesReader::Latest(
    absl::Span<const std::uint32_t> series) const {
  return head_.Latest(series);
}

// First the head, then the chunks: a reading that moves from one to the other
// meanwhile is seen twice and merged, never missed.

absl::StatusOr<std::vector<StoredReading>> SeriesReader::Query(std::uint32_t series,
                                                               std::int64_t start_ms,
                                                               std::int64_t end_ms,
                                                               std::size_t count_max) const {
  std::vector<StoredReading> recent;
  head_.Collect(series, start_ms, end_ms, recent);
  ASSIGN_OR_RETURN(std::vector<StoredReading> readings,
                   chunks_.Read(series, start_ms, end_ms, count_max));
  // When the chunks were left early, they are complete up to their last reading: readings of the
  // head after it are beyond the first count_max.
  if (!recent.empty()) readings = MergeReadings(readings, recent);
  if (readings.size() > count_max) readings.resize(count_max);
  return readings;
}

absl::StatusOr<std::vector<WindowAggregate>> SeriesReader::Aggregate(std::uint32_t series,
                                                                     std::int64_t start_ms,
                                                                     std::int64_t end_ms,
                                                                     std::int64_t window_ms) const {
  if (window_ms < 1) return absl::InvalidArgumentError("a window must be at least 1 ms long");
  std::vector<StoredReading> recent;
  head_.Collect(series, start_ms, end_ms, recent);
  WindowAggregator windows(window_ms);
  std::size_t next = 0;
  RETURN_IF_ERROR(chunks_.Visit(
      series, start_ms, end_ms,
      [&](ChunkKey, const ChunkStats& chunk, std::string_view bytes) -> absl::Status {
        while (next < recent.size() && recent[next].time_ms < chunk.first_ms) {
          windows.Add(recent[next++]);
        }
        const std::size_t overlap = next;
        while (next < recent.size() && recent[next].time_ms <= chunk.last_ms) ++next;
        if (next == overlap && chunk.first_ms >= start_ms && chunk.last_ms < end_ms &&
            windows.WindowOf(chunk.first_ms) == windows.WindowOf(chunk.last_ms)) {
          windows.Add(chunk);
          return absl::OkStatus();
        }
        ASSIGN_OR_RETURN(const std::vector<StoredReading> old, DecodeChunk(bytes));
        for (const StoredReading& reading :
             MergeReadings(old, absl::MakeConstSpan(recent).subspan(overlap, next - overlap))) {
          if (reading.time_ms >= start_ms && reading.time_ms < end_ms) windows.Add(reading);
        }
        return absl::OkStatus();
      }));
  while (next < recent.size()) windows.Add(recent[next++]);
  return windows.Take();
}

}  // namespace citylayers::storage
