// The registered measures and stations, in memory.
#ifndef CITYLAYERS_STORAGE_READINGS_REGISTRY_H_
#define CITYLAYERS_STORAGE_READINGS_REGISTRY_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "storage/readings/measure.h"

namespace citylayers::storage {

/// Finds measures by name, by series id and by pattern, and stations by id. Series ids count from 0
/// in order of registration and are never reused. Nothing is durable here: the Registrar writes to
/// disk before it adds to the registry. Thread-safe; a find takes about 100 ns.
class Registry {
 public:
  /// Adds a measure as the next series. REQUIRES: the name parses and is not registered.
  std::uint32_t AddMeasure(MeasureDef measure);
  std::optional<std::uint32_t> Find(std::string_view name) const;
  /// The measure of a series, or nullptr. It stays valid and unchanged as long as the registry.
  const MeasureDef* Measure(std::uint32_t series) const;
  std::uint32_t series_count() const;

  /// Series of a measure name, or of a pattern with the id `-`, ascending. INVALID_ARGUMENT: not a
  /// name. NOT_FOUND: the name (not a pattern) is not registered.
  absl::StatusOr<std::vector<std::uint32_t>> Match(std::string_view name_or_pattern) const;
  /// Series that belong to a station, ascending.
  std::vector<std::uint32_t> SeriesOfStation(std::string_view station_id) const;

  /// Adds a station. Returns false, and changes nothing, when it is already registered.
  bool AddStation(StationDef station);
  std::optional<StationDef> FindStation(std::string_view id) const;
  /// Stations with an id greater than `after`, by id, at most `count_max`.
  std::vector<StationDef> StationsAfter(std::string_view after, std::size_t count_max) const;

 private:
  using Group = std::pair<std::string, std::string>;  // collection and kind

  mutable absl::Mutex mutex_;
  std::deque<MeasureDef> measures_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::uint32_t> by_name_ ABSL_GUARDED_BY(mutex_);
  std::map<Group, std::vector<std::uint32_t>> by_group_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> by_station_
      ABSL_GUARDED_BY(mutex_);
  std::map<std::string, StationDef, std::less<>> stations_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_REGISTRY_H_
