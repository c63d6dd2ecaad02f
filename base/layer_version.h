// The version of a layer's state.
#ifndef CITYLAYERS_BASE_LAYER_VERSION_H_
#define CITYLAYERS_BASE_LAYER_VERSION_H_

#include <cstdint>

namespace citylayers {

/// As citylayers.layers.v1.LayerVersion: the counter grows with every change, and restarts with a
/// new epoch.
struct LayerVersion {
  std::uint64_t epoch = 0;
  std::uint64_t counter = 0;
  friend bool operator==(const LayerVersion&, const LayerVersion&) = default;

  /// Whether what is current at this version is still current when the layer is at `now`.
  constexpr bool Covers(const LayerVersion& now) const {
    return epoch == now.epoch && counter >= now.counter;
  }
};

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_LAYER_VERSION_H_
