// Fuzz target of vector tiles.
#include <cstdlib>

#include "geo/mvt/tile_decoder.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto layers = citylayers::geo::DecodeTile(citylayers::fuzz::TextOf(data, size));
  if (!layers.ok()) return 0;
  for (const auto& layer : *layers) {
    for (const auto& feature : layer.features) {
      for (const auto& tag : feature.tags) {
        if (tag.key >= layer.keys.size() || tag.value >= layer.values.size()) std::abort();
      }
      (void)layer.Find(feature, "id");
    }
  }
  return 0;
}
