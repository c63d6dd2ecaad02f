// Live vector tiles: prepared geometry of the pack joined with present column values.
#ifndef CITYLAYERS_SERVICES_LAYERS_SKELETON_TILE_H_
#define CITYLAYERS_SERVICES_LAYERS_SKELETON_TILE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "geo/tile/tile_id.h"
#include "storage/pack/city_pack.h"

namespace citylayers::layers {

/// One attribute of the tile's features: a column over all segments.
struct TileAttribute {
  std::string_view name;
  const std::vector<std::int32_t>* values = nullptr;  // one per segment
};

/// Encodes the tiles of one sub-layer over segments. Its only state is the pack; thread-safe.
///
///   SkeletonTiles tiles(pack, "traffic");
///   const std::string tag = tiles.Tag(tile, attributes, shown);
///   ASSIGN_OR_RETURN(std::string mvt_layer, tiles.Encode(tile, attributes, shown));
class SkeletonTiles {
 public:
  /// Whether a segment is drawn; nullptr: all are.
  using Filter = std::function<bool(std::uint32_t segment)>;

  SkeletonTiles(std::shared_ptr<const storage::CityPack> pack, std::string sub_layer)
      : pack_(std::move(pack)), sub_layer_(std::move(sub_layer)) {}

  /// The ContentTag of the result of Encode, over the attributes of the tile's shown segments.
  /// Empty when the tile shows nothing. About a tenth of the cost of Encode. DATA_LOSS: a damaged
  /// pack.
  absl::StatusOr<std::string> Tag(geo::TileId tile, const std::vector<TileAttribute>& attributes,
                                  const Filter& shown) const;

  /// The sub-layer's bytes within a vector tile; empty when the tile shows nothing. Features have
  /// the segment index as id, `name`, `class`, and the attributes. Deterministic. DATA_LOSS: a
  /// damaged pack.
  absl::StatusOr<std::string> Encode(geo::TileId tile, const std::vector<TileAttribute>& attributes,
                                     const Filter& shown) const;

 private:
  std::shared_ptr<const storage::CityPack> pack_;
  std::string sub_layer_;
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_SKELETON_TILE_H_
