// A strict decoder of Mapbox Vector Tiles, for tests, the command line and validation.
#ifndef CITYLAYERS_GEO_MVT_TILE_DECODER_H_
#define CITYLAYERS_GEO_MVT_TILE_DECODER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

#include "geo/mvt/geometry.h"
#include "geo/mvt/layer_writer.h"

namespace citylayers::geo {

/// An attribute's value. Integers are int64, or uint64 when they do not fit; float becomes double.
using DecodedValue = std::variant<std::string, double, std::int64_t, std::uint64_t, bool>;

struct DecodedPoint {
  std::int64_t x = 0;
  std::int64_t y = 0;
  friend bool operator==(DecodedPoint, DecodedPoint) = default;
};

struct DecodedFeature {
  std::optional<std::uint64_t> id;
  GeometryType type = GeometryType::kUnknown;
  /// Indexes into the layer's keys and values, all of them within range.
  std::vector<LayerWriter::Tag> tags;
  /// Points: one part with all of them. Lines: one part per line. Polygons: one part per
  /// ring, open, exterior rings with positive area (see SignedArea), each followed by its
  /// holes. Unknown type: none.
  std::vector<std::vector<DecodedPoint>> parts;
};

struct DecodedLayer {
  std::string name;
  std::uint32_t version = 0;
  std::uint32_t extent = 4096;
  std::vector<std::string> keys;
  std::vector<DecodedValue> values;
  std::vector<DecodedFeature> features;

  /// The value of a feature of this layer for a key, or nullptr.
  const DecodedValue* Find(const DecodedFeature& feature, std::string_view key) const;
};

/// Decodes an uncompressed tile of specification 1 or 2.x. Safe for any bytes: memory stays within
/// some fifty times the input, time is linear. Thread-safe. INVALID_ARGUMENT: the tile violates the
/// specification (the rules of version 2 for layers of version 2); the message names layer, feature
/// and rule. Empty input is an empty tile.
absl::StatusOr<std::vector<DecodedLayer>> DecodeTile(std::string_view bytes);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_MVT_TILE_DECODER_H_
