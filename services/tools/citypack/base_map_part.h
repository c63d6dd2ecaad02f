// The tiles of the base map.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_BASE_MAP_PART_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_BASE_MAP_PART_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"

#include "base/lon_lat.h"
#include "geo/mvt/layer_writer.h"
#include "geo/tile/tile_id.h"

namespace citylayers::citypack {

/// Layers of a base tile, in drawing order. docs/formats/pack.md lists their attributes.
enum class BaseLayer { kLanduse, kPark, kWater, kBoundary, kRoad, kWaterway, kPlace };
inline constexpr std::size_t kBaseLayerCount = 7;

/// Attributes of a feature; empty strings are left out.
using BaseTags = std::vector<std::pair<std::string, std::variant<std::string, std::int64_t>>>;

/// Collects features and cuts them into tiles of zooms kMinZoom to kMaxZoom. The same calls in the
/// same order give the same tiles. Not thread-safe.
///
///   BaseMap map;
///   RETURN_IF_ERROR(map.AddPolygon(BaseLayer::kWater, rings, {{"kind", "river"}}));
///   std::map<std::uint64_t, std::string> tiles = map.Tiles();
class BaseMap {
 public:
  /// Rings: outside first, then holes; open or closed. min_zoom: lowest zoom at which
  /// the feature is drawn.
  absl::Status AddPolygon(BaseLayer layer, std::span<const std::vector<LonLat>> rings,
                          const BaseTags& tags, int min_zoom = 0);
  absl::Status AddLine(BaseLayer layer, std::span<const LonLat> line, const BaseTags& tags,
                       int min_zoom = 0);
  absl::Status AddPoint(BaseLayer layer, LonLat at, const BaseTags& tags, int min_zoom = 0);

  /// Encoded tiles by key.
  std::map<std::uint64_t, std::string> Tiles() const;

 private:
  void Add(geo::TileId tile, BaseLayer layer, geo::GeometryType type, const std::string& geometry,
           const BaseTags& tags);

  using TileLayers = std::map<std::size_t, geo::LayerWriter>;  // by number of the layer
  std::map<std::uint64_t, TileLayers> tiles_;
};

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_BASE_MAP_PART_H_
