// Queries of the stored readings by series.
#ifndef CITYLAYERS_STORAGE_READINGS_SERIES_READER_H_
#define CITYLAYERS_STORAGE_READINGS_SERIES_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "storage/readings/reading.h"

namespace citylayers::storage {

class ChunkStore;
class Head;

/// Reads the head and the chunks as one. A query of a time whose chunk is damaged or lost is
/// DATA_LOSS. Thread-safe. Part of a ReadingsStore.
class SeriesReader {
 public:
  SeriesReader(const Head& head, const ChunkStore& chunks) : head_(head), chunks_(chunks) {}

  /// The latest reading by time of each series; nullopt for one without readings. 100,000 series:
  /// <= 5 ms.
  std::vector<std::optional<StoredReading>> Latest(absl::Span<const std::uint32_t> series) const;
  /// The first `count_max` readings with start_ms <= time < end_ms, ascending.
  absl::StatusOr<std::vector<StoredReading>> Query(std::uint32_t series, std::int64_t start_ms,
                                                   std::int64_t end_ms,
                                                   std::size_t count_max = SIZE_MAX) const;
  /// As Query, aggregated in windows aligned to the epoch; windows without readings are omitted.
  /// Windows at the edges hold only readings of the range. INVALID_ARGUMENT: window_ms < 1.
  absl::StatusOr<std::vector<WindowAggregate>> Aggregate(std::uint32_t series,
                                                         std::int64_t start_ms, std::int64_t end_ms,
                                                         std::int64_t window_ms) const;

 private:
  const Head& head_;
  const ChunkStore& chunks_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_SERIES_READER_H_
