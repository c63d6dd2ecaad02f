// Durable registration of measures and stations.
#ifndef CITYLAYERS_STORAGE_READINGS_REGISTRAR_H_
#define CITYLAYERS_STORAGE_READINGS_REGISTRAR_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "storage/readings/measure.h"

namespace citylayers::storage {

class Database;
class Registry;
class Writer;

/// Writes definitions to disk, then adds them to the registry. Thread-safe: one registration at a
/// time; each waits for a synced write. Part of a ReadingsStore.
class Registrar {
 public:
  Registrar(std::uint32_t series_max, Database& database, Registry& registry, Writer& writer)
      : series_max_(series_max), database_(database), registry_(registry), writer_(writer) {}

  /// Registers measures durably and returns their series in the same order; a measure that is
  /// already registered keeps its definition. INVALID_ARGUMENT: see CheckMeasure.
  /// RESOURCE_EXHAUSTED: series_max. Otherwise the errors of ReadingsLog::WriteStatus.
  absl::StatusOr<std::vector<std::uint32_t>> RegisterMeasures(
      const std::vector<MeasureDef>& measures);
  /// Adds the stations and measures that are not registered yet; existing ones are unchanged.
  absl::Status SeedStations(std::vector<StationDef> stations,
                            const std::vector<MeasureDef>& measures);

 private:
  const std::uint32_t series_max_;
  Database& database_;
  Registry& registry_;
  Writer& writer_;
  absl::Mutex registering_;  // definitions are written, then added; one caller at a time
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_REGISTRAR_H_
