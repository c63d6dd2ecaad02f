// Read access to readings: queries, the latest value of each measure, and the log as it grows.
#ifndef CITYLAYERS_SERVICES_READINGS_READING_QUERY_H_
#define CITYLAYERS_SERVICES_READINGS_READING_QUERY_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"

#include "base/clock.h"
#include "citylayers/readings/v1/reading_service.pb.h"
#include "services/readings/measure_directory.h"
#include "services/runtime/rpc/stream_source.h"
#include "storage/readings/readings_store.h"

namespace citylayers::readings {

struct QueryOptions {
  int message_rows_max = 5000;                        ///< maximum rows of one streamed message
  int names_max = 10'000;                             ///< maximum names and patterns of one request
  int latest_measures_max = 200'000;                  ///< maximum measures of one GetLatestReadings
  absl::Duration watch_heartbeat = absl::Seconds(1);  ///< time between heartbeats without readings
};

/// The read methods of ReadingService, without gRPC. Thread-safe; all arguments must outlive it and
/// its streams.
class ReadingQuery {
 public:
  ReadingQuery(QueryOptions options, storage::ReadingsStore& store,
               const MeasureDirectory& directory, const Clock& city_clock, const Clock& monotonic)
      : options_(options),
        store_(store),
        directory_(directory),
        city_clock_(city_clock),
        monotonic_(monotonic) {}

  using QueryStream = runtime::StreamSource<v1::QueryReadingsResponse>;
  using WatchStream = runtime::StreamSource<v1::WatchReadingsResponse>;

  int names_max() const { return options_.names_max; }
  /// Errors as in reading_service.proto.
  absl::StatusOr<std::unique_ptr<QueryStream>> Query(const v1::QueryReadingsRequest& request) const;
  absl::StatusOr<v1::GetLatestReadingsResponse> Latest(
      const v1::GetLatestReadingsRequest& request) const;
  absl::StatusOr<std::unique_ptr<WatchStream>> Watch(const v1::WatchReadingsRequest& request) const;

 private:
  const QueryOptions options_;
  storage::ReadingsStore& store_;
  const MeasureDirectory& directory_;
  const Clock& city_clock_;
  const Clock& monotonic_;
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_READING_QUERY_H_
