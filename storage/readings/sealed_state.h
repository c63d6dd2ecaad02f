// The state of a series besides its chunks: the end of its sealed readings.
#ifndef CITYLAYERS_STORAGE_READINGS_SEALED_STATE_H_
#define CITYLAYERS_STORAGE_READINGS_SEALED_STATE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "storage/readings/reading.h"

namespace citylayers::storage {

/// One row of the state family per series. Layout: docs/formats/readings.md.
struct SealedState {
  bool any = false;                ///< false: nothing is sealed yet
  std::int64_t tail_first_ms = 0;  ///< key time of the last chunk
  std::uint64_t tail_count = 0;    ///< number of its readings
  StoredReading latest;            ///< the latest reading in chunks
  friend bool operator==(const SealedState&, const SealedState&) = default;
};
/// The key of the row of a series.
std::string SealedStateKey(std::uint32_t series);
std::string EncodeSealedState(const SealedState& state);
/// DATA_LOSS: another version, or invalid bytes.
absl::StatusOr<SealedState> DecodeSealedState(std::string_view bytes);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_SEALED_STATE_H_
