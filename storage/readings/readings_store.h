// A durable store of readings: acknowledged batches are on disk and survive kill -9.
#ifndef CITYLAYERS_STORAGE_READINGS_READINGS_STORE_H_
#define CITYLAYERS_STORAGE_READINGS_READINGS_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "storage/readings/dead_letters.h"
#include "storage/readings/readings_log.h"
#include "storage/readings/readings_store_options.h"
#include "storage/readings/readings_store_stats.h"
#include "storage/readings/readings_upkeep.h"
#include "storage/readings/registrar.h"
#include "storage/readings/registry.h"
#include "storage/readings/series_reader.h"
#include "storage/readings/state_cells.h"

namespace citylayers::storage {

/// A durable log of batches, from which readings move into compressed chunks in the background;
/// queries see both as one. A reading is identified by (series, time); the one appended last
/// replaces the others. Layout: docs/formats/readings.md.
///
/// The store opens and owns its parts. Each is thread-safe and valid as long as the store; who
/// needs one part takes that part.
///
///   ASSIGN_OR_RETURN(auto store, ReadingsStore::Open({.directory = "/var/lib/city/readings"}));
///   ASSIGN_OR_RETURN(auto series, store->registrar().RegisterMeasures({level}));
///   RETURN_IF_ERROR(store->log()
///                       .Append({.series = {series[0]}, .times_ms = {t}, .values = {1.42}}, {})
///                       .status());
class ReadingsStore {
 public:
  /// FAILED_PRECONDITION: the directory is in use, was written by a newer version, or holds other
  /// data. DATA_LOSS: the data on disk are damaged. Reads the unsealed log, which takes about 1 s
  /// for 10 million readings.
  static absl::StatusOr<std::unique_ptr<ReadingsStore>> Open(ReadingsStoreOptions options);
  /// Waits for queued batches, then closes.
  ~ReadingsStore();

  const Registry& registry() const;
  Registrar& registrar();
  ReadingsLog& log();
  const ReadingsLog& log() const;
  const SeriesReader& series() const;
  const DeadLetters& dead_letters() const;
  StateCells& state();
  const StateCells& state() const;
  ReadingsUpkeep& upkeep();
  const ReadingsUpkeep& upkeep() const;

  ReadingsStoreStats Stats() const;
  /// A message for people about acknowledged data that were missing when the store was opened,
  /// with the remedy; empty: nothing. The offsets of lost batches hold empty ones, so that no
  /// offset is used twice.
  const std::string& Loss() const;

 private:
  struct Parts;
  explicit ReadingsStore(std::unique_ptr<Parts> parts);

  const std::unique_ptr<Parts> parts_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_READINGS_STORE_H_
