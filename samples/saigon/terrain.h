// Ground heights of the embedded Ho Chi Minh City. SYNTHETIC: interpolated from hand-written spot
// heights that have the low ground in the right places; not accurate to centimetres.
//
//   saigon::Terrain t = saigon::MakeTerrain();
//   t.elevation_hondau_m.at(column, row);  // metres over Hòn Dấu, WGS 84 / UTM 48N cells
//
// Pure, deterministic and thread-safe; takes about a second and 6 MB.
#ifndef CITYLAYERS_SAMPLES_SAIGON_TERRAIN_H_
#define CITYLAYERS_SAMPLES_SAIGON_TERRAIN_H_

#include <cstdint>

#include "geo/raster/grid.h"
#include "samples/saigon/roads.h"

namespace citylayers::saigon {

struct Terrain {
  /// Metres over Hòn Dấu (Vietnam's national height datum). Beds of open water are below -1.5 m,
  /// all land is above +1.1 m, so that no land is flooded at a stage of 1.0 m or less.
  geo::Grid<float> elevation_hondau_m;
  /// 1 where rivers and canals are open to the tide: the sources of a connection level.
  geo::Grid<std::uint8_t> open_water;
  /// 25 m cells, EPSG:32648, north up; covers kBounds (base_map.h).
  geo::GridGeometry geometry;
};

/// The label required on every product of this terrain.
inline constexpr char kTerrainNoticeVi[] = "Địa hình mô phỏng, không dùng để thiết kế";
inline constexpr char kTerrainNoticeEn[] = "Synthetic terrain, not for design";

Terrain MakeTerrain(std::uint64_t seed = kDefaultSeed);

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_TERRAIN_H_
