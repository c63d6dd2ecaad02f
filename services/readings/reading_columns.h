// Builds ReadingColumns row by row, with a dictionary of the measures that occur.
#ifndef CITYLAYERS_SERVICES_READINGS_READING_COLUMNS_H_
#define CITYLAYERS_SERVICES_READINGS_READING_COLUMNS_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"

#include "citylayers/readings/v1/readings.pb.h"
#include "storage/readings/reading.h"
#include "storage/readings/registry.h"

namespace citylayers::readings {

/// The measures that a message, or the messages of a stream, have named: index by series. O(1).
using MeasureDictionary = absl::flat_hash_map<std::uint32_t, std::uint32_t>;

/// Appends to `columns`, which must be empty at first, and to `dictionary`: measures that it has
/// are not named again. All arguments must outlive this. Not thread-safe.
class ColumnsBuilder {
 public:
  ColumnsBuilder(const storage::Registry& registry, v1::ReadingColumns& columns,
                 MeasureDictionary& dictionary)
      : registry_(registry), columns_(columns), dictionary_(dictionary) {}

  void Add(std::uint32_t series, const storage::StoredReading& reading) {
    const auto [entry, fresh] =
        dictionary_.try_emplace(series, static_cast<std::uint32_t>(dictionary_.size()));
    if (fresh) columns_.add_measures(registry_.Measure(series)->name);
    columns_.add_measure_indexes(entry->second);
    columns_.add_time_deltas_ms(reading.time_ms - last_ms_);
    last_ms_ = reading.time_ms;
    columns_.add_values(reading.value);
    // The column is left out until a row needs it.
    if (reading.quality != 0 && columns_.qualities_size() == 0) {
      for (int i = 1; i < columns_.values_size(); ++i) {
        columns_.add_qualities(v1::QUALITY_UNSPECIFIED);
      }
    }
    if (reading.quality != 0 || columns_.qualities_size() != 0) {
      columns_.add_qualities(static_cast<v1::Quality>(reading.quality));
    }
  }
  int size() const { return columns_.values_size(); }

 private:
  const storage::Registry& registry_;
  v1::ReadingColumns& columns_;
  MeasureDictionary& dictionary_;
  std::int64_t last_ms_ = 0;
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_READING_COLUMNS_H_
