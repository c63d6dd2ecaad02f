// Live vector tiles: prepared geometry of the pack joined with present column values.
#ifndef CITYLAYERS_SERVICES_LAYERS_SKELETON_TILE_H_
#define CITYLAYERS_SERVICES_LAYERS_SKELETON_TILE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "geo/tile/tile_id.h"
#include "storage/pack/city_pack.h"
#include "storage/pack/skeleton.h"

namespace citylayers::layers {

/// One attribute of the tile's features: a column over all segments.
struct TileAttribute {
  std::string_view name;
  const std::vector<std::int32_t>* values = nullptr;  // one per segment
};

/// Whether a segment is drawn; nullptr: all are.
using SegmentFilter = std::function<bool(std::uint32_t segment)>;

/// One tile of a sub-layer, whose skeleton is decoded once for both its tag and its bytes. Valid as
/// long as the SkeletonTiles that made it, and the columns.
class TileJob {
 public:
  /// The ContentTag of the tile, over the attributes of its shown segments. Empty when the tile
  /// shows nothing. About a tenth of the cost of AppendTo.
  std::string Tag() const;

  /// Appends the sub-layer's bytes within a vector tile; nothing when the tile shows nothing.
  /// Features have the segment index as id, `name`, `class`, and the attributes. Deterministic.
  void AppendTo(std::string* out) const;

 private:
  friend class SkeletonTiles;
  TileJob(const class SkeletonTiles& tiles, geo::TileId tile, storage::SkeletonView skeleton,
          std::vector<TileAttribute> attributes, SegmentFilter shown)
      : tiles_(tiles),
        tile_(tile),
        skeleton_(skeleton),
        attributes_(std::move(attributes)),
        shown_(std::move(shown)) {}

  bool Shows(std::uint32_t segment) const { return shown_ == nullptr || shown_(segment); }

  const SkeletonTiles& tiles_;
  const geo::TileId tile_;
  const storage::SkeletonView skeleton_;  // without features where the pack has none
  const std::vector<TileAttribute> attributes_;
  const SegmentFilter shown_;
};

/// The tiles of one sub-layer over segments. Its only state is the pack; thread-safe.
///
///   SkeletonTiles tiles(pack, "traffic");
///   ASSIGN_OR_RETURN(const TileJob job, tiles.Open(tile, attributes, shown));
///   if (job.Tag() != known_tag) job.AppendTo(&bytes);
class SkeletonTiles {
 public:
  SkeletonTiles(std::shared_ptr<const storage::CityPack> pack, std::string sub_layer)
      : pack_(std::move(pack)), sub_layer_(std::move(sub_layer)) {}

  /// DATA_LOSS: a damaged pack.
  absl::StatusOr<TileJob> Open(geo::TileId tile, std::vector<TileAttribute> attributes,
                               SegmentFilter shown) const;

 private:
  friend class TileJob;
  std::shared_ptr<const storage::CityPack> pack_;
  std::string sub_layer_;
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_SKELETON_TILE_H_
