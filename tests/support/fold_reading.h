// Folds single readings into a layer, as the readings log would.
#ifndef CITYLAYERS_TESTS_SUPPORT_FOLD_READING_H_
#define CITYLAYERS_TESTS_SUPPORT_FOLD_READING_H_

#include <cstdint>
#include <string>

#include "citylayers/readings/v1/readings.pb.h"
#include "services/layers/folded_layer.h"

namespace citylayers::layers {

/// A stream whose only batch has one reading.
inline void FoldReading(FoldedLayer& layer, const std::string& measure, std::int64_t time_ms,
                        double value,
                        readings::v1::Quality quality = readings::v1::QUALITY_UNSPECIFIED) {
  readings::v1::ReadingColumns batch;
  batch.add_measures(measure);
  batch.add_measure_indexes(0);
  batch.add_time_deltas_ms(time_ms);
  batch.add_values(value);
  batch.add_qualities(quality);
  layer.BeginStream();
  layer.ApplyBatch(batch);
}

}  // namespace citylayers::layers

#endif  // CITYLAYERS_TESTS_SUPPORT_FOLD_READING_H_
