// A watcher of the readings log.
#ifndef CITYLAYERS_SERVICES_READINGS_READING_WATCH_H_
#define CITYLAYERS_SERVICES_READINGS_READING_WATCH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "base/clock.h"
#include "citylayers/readings/v1/reading_service.pb.h"
#include "services/readings/measure_filter.h"
#include "services/readings/reading_columns.h"
#include "services/runtime/rpc/stream_source.h"
#include "storage/readings/readings_log.h"
#include "storage/readings/registry.h"

namespace citylayers::readings {

/// Reads the log from an offset, as fast as its client takes messages. The references must
/// outlive it.
class ReadingWatch final : public runtime::StreamSource<v1::WatchReadingsResponse> {
 public:
  /// `stream_dictionary`: as in WatchReadingsRequest.
  ReadingWatch(storage::ReadingsLog& log, const storage::Registry& registry, MeasureFilter filter,
               std::uint64_t after_offset, bool stream_dictionary, int rows_max,
               absl::Duration heartbeat, const Clock& monotonic);
  ~ReadingWatch() override;

  /// OUT_OF_RANGE: the watcher was so slow that its offset was dropped from the log.
  absl::StatusOr<runtime::StreamStep> Next(v1::WatchReadingsResponse* response) override;

 private:
  storage::ReadingsLog& log_;
  const storage::Registry& registry_;
  MeasureFilter filter_;
  std::uint64_t offset_;
  const bool stream_dictionary_;
  MeasureDictionary dictionary_;  // of the stream, or of the last message
  const std::size_t rows_max_;
  const absl::Duration heartbeat_;
  const Clock& monotonic_;
  absl::Time last_message_ = absl::InfinitePast();
  const std::uint64_t listener_;
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_READING_WATCH_H_
