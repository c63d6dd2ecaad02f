// The parts of the embedded city (samples/saigon) that a pack uses when they are not given.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_EMBEDDED_CITY_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_EMBEDDED_CITY_H_

#include <vector>

#include "absl/status/status.h"

#include "geo/roads/road_graph.h"
#include "services/tools/citypack/base_map_part.h"
#include "services/tools/citypack/terrain_part.h"
#include "storage/pack/station.h"

namespace citylayers::citypack {

/// Source name and attribution of the embedded city.
inline constexpr char kEmbeddedName[] = "samples/saigon";
inline constexpr char kEmbeddedAttribution[] = "citylayers sample city (synthetic)";

/// Whether the embedded city covers these roads: at least one in twenty segments lies in it.
bool EmbeddedCityCovers(const geo::RoadGraph& graph);

/// Adds land use, parks, water and place names; wards only on request, since a
/// boundary file has its own.
absl::Status AddEmbeddedBase(bool with_wards, BaseMap* map);

TerrainPart EmbeddedTerrain();
/// Rivers and canals reached by the tide.
std::vector<WaterBody> EmbeddedTidalWater();
std::vector<storage::PackStation> EmbeddedStations();

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_EMBEDDED_CITY_H_
