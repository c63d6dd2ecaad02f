// A watcher of the readings log.
#ifndef CITYLAYERS_SERVICES_READINGS_READING_WATCH_H_
#define CITYLAYERS_SERVICES_READINGS_READING_WATCH_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "base/clock.h"
#include "citylayers/readings/v1/reading_service.pb.h"
#include "services/runtime/rpc/stream_source.h"
#include "storage/readings/readings_store.h"

namespace citylayers::readings {

/// The series that a watcher follows. Measures that are registered later match as well. Not
/// thread-safe: it caches its decisions.
class MeasureFilter {
 public:
  /// Empty: all series. INVALID_ARGUMENT: not a name or pattern.
  static absl::StatusOr<MeasureFilter> Make(const std::vector<std::string>& names);
  bool Matches(std::uint32_t series, const storage::ReadingsStore& store);

 private:
  enum class Decision : std::uint8_t { kOpen, kYes, kNo };

  bool everything_ = false;
  absl::flat_hash_set<std::string> names_;
  std::set<std::pair<std::string, std::string>> patterns_;  // collection and kind
  std::vector<Decision> decisions_;                         // by series
};

/// Reads the log from an offset, as fast as its client takes messages. `store` and `monotonic` must
/// outlive it.
class WatchSource final : public runtime::StreamSource<v1::WatchReadingsResponse> {
 public:
  WatchSource(storage::ReadingsStore& store, MeasureFilter filter, std::uint64_t after_offset,
              int rows_max, absl::Duration heartbeat, const Clock& monotonic);
  ~WatchSource() override;

  /// OUT_OF_RANGE: the watcher was so slow that its offset was dropped from the log.
  absl::StatusOr<runtime::StreamStep> Next(v1::WatchReadingsResponse* response) override;

 private:
  storage::ReadingsStore& store_;
  MeasureFilter filter_;
  std::uint64_t offset_;
  const std::size_t rows_max_;
  const absl::Duration heartbeat_;
  const Clock& monotonic_;
  absl::Time last_message_ = absl::InfinitePast();
  const std::uint64_t listener_;
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_READING_WATCH_H_
