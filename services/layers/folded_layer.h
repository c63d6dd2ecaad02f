// Interface of a layer whose state is a fold over the readings log.
#ifndef CITYLAYERS_SERVICES_LAYERS_FOLDED_LAYER_H_
#define CITYLAYERS_SERVICES_LAYERS_FOLDED_LAYER_H_

#include <cstdint>

#include "absl/time/time.h"

#include "citylayers/readings/v1/readings.pb.h"
#include "services/layers/live_state.h"
#include "storage/checkpoint/checkpoint_file.h"

namespace citylayers::layers {

/// A layer whose state is a fold over the readings log. Calls come from different threads; the
/// implementation locks.
class FoldedLayer {
 public:
  virtual ~FoldedLayer() = default;
  /// A stream of batches begins, whose dictionary of measures is empty. Called before its first
  /// batch.
  virtual void BeginStream() = 0;
  /// Folds a batch into the state. Its measures are appended to the dictionary of the stream, which
  /// its indexes refer to. The same batch may come twice after a crash: folding it again must not
  /// change the state.
  virtual void ApplyBatch(const readings::v1::ReadingColumns& batch) = 0;
  /// Sets the offset of the log up to which all batches have been folded in.
  virtual void SetOffset(std::uint64_t offset) = 0;
  /// Drops the state: the log begins again.
  virtual void Clear() = 0;
  /// Time of the newest reading folded in.
  virtual absl::Time newest_reading_time() const = 0;
  /// Derives the columns at city time `now` and publishes them. `stale`: no recent readings. A
  /// layer with other inputs is also stale while one of them is unavailable.
  virtual void Publish(absl::Time now, bool stale) = 0;
  virtual storage::Checkpoint MakeCheckpoint() const = 0;
  /// False when the checkpoint belongs to another layer, layout or pack: the state is then empty.
  virtual bool Restore(const storage::Checkpoint& checkpoint) = 0;
  virtual LiveState& state() = 0;
  virtual const LiveState& state() const = 0;
};

/// Calls `take(measure, time_ms, value, quality)` for each reading of a batch, in its order.
/// `measure`: index into the dictionary, which may be past its end in a malformed batch.
template <typename Take>
void ForEachReading(const readings::v1::ReadingColumns& batch, Take take) {
  std::int64_t time_ms = 0;
  for (int i = 0; i < batch.measure_indexes_size(); ++i) {
    time_ms += batch.time_deltas_ms(i);
    take(batch.measure_indexes(i), time_ms, batch.values(i),
         i < batch.qualities_size() ? batch.qualities(i) : readings::v1::QUALITY_UNSPECIFIED);
  }
}

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_FOLDED_LAYER_H_
