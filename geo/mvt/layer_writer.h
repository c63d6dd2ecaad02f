// A writer of the layers of a Mapbox Vector Tile 2.1.
#ifndef CITYLAYERS_GEO_MVT_LAYER_WRITER_H_
#define CITYLAYERS_GEO_MVT_LAYER_WRITER_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"

#include "geo/mvt/geometry.h"
#include "geo/tile/tile_geometry.h"

namespace citylayers::geo {

/// Builds one layer. A tile is the concatenation of its layers' bytes; layers of one tile must have
/// different names.
///  - Equal calls give equal bytes: keys, values and features are in the order of first use.
///  - Keys and values are stored once per layer and referenced by index. Get the indexes once and
///    reuse them: a live feature then costs one copy of its encoded geometry (about 20 ns).
/// Not thread-safe; no errors.
///
///   LayerWriter layer("traffic");
///   const std::uint32_t level = layer.Key("level");
///   const std::uint32_t slow = layer.IntValue(2);
///   layer.AddFeature(GeometryType::kLine, segment_index, geometry, {{{level, slow}}});
///   layer.AppendTo(&tile);
class LayerWriter {
 public:
  /// A feature's attribute: indexes returned by Key() and the *Value() functions.
  struct Tag {
    std::uint32_t key = 0;
    std::uint32_t value = 0;
  };

  explicit LayerWriter(std::string_view name, std::uint32_t extent = kTileExtent);

  /// Index of a key or value, which is stored when it is new. Integers are encoded by one value
  /// type per sign, whatever their C++ type, so that equal numbers are one value.
  std::uint32_t Key(std::string_view key);
  std::uint32_t StringValue(std::string_view value);
  std::uint32_t IntValue(std::int64_t value);

  /// Reserves bytes for features: saves copies when the size is approximately known.
  void Reserve(std::size_t bytes) { features_.reserve(bytes); }

  /// Adds a feature with encoded geometry (Encode*Geometry). Returns false, and adds nothing, when
  /// the geometry is empty. REQUIRES: tags hold indexes of this writer.
  bool AddFeature(GeometryType type, std::optional<std::uint64_t> id, std::string_view geometry,
                  std::span<const Tag> tags);

  bool empty() const { return feature_count_ == 0; }
  std::size_t feature_count() const { return feature_count_; }

  /// Appends the layer to a tile; an empty layer appends nothing, as the specification requires.
  void AppendTo(std::string* tile) const;

 private:
  std::uint32_t ValueIndex(std::string&& encoded_value);

  std::string name_;
  std::uint32_t extent_;
  std::string features_;  // encoded fields, ready for copying
  std::string keys_;
  std::string values_;
  std::size_t feature_count_ = 0;
  absl::flat_hash_map<std::string, std::uint32_t> key_indexes_;
  absl::flat_hash_map<std::string, std::uint32_t> value_indexes_;  // by their encoding
};

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_MVT_LAYER_WRITER_H_
