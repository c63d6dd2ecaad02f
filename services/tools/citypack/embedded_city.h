// What a pack takes from the embedded city (samples/saigon) when it is not given.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_EMBEDDED_CITY_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_EMBEDDED_CITY_H_

#include <vector>

#include "absl/status/status.h"

#include "geo/roads/road_graph.h"
#include "services/tools/citypack/base_map_part.h"
#include "services/tools/citypack/terrain_part.h"
#include "storage/pack/station.h"

namespace citylayers::citypack {

/// Name of the embedded city as a source, and who made it.
inline constexpr char kEmbeddedName[] = "samples/saigon";
inline constexpr char kEmbeddedAttribution[] = "citylayers sample city (synthetic)";

/// Whether the embedded city covers these roads: at least one in twenty segments lies in it.
bool EmbeddedCityCovers(const geo::RoadGraph& graph);

/// Land use, parks, water and place names; wards only when asked, since boundaries bring their own.
absl::Status AddEmbeddedBase(bool with_wards, BaseMap* map);

TerrainPart EmbeddedTerrain();
/// Rivers and canals, which the tide reaches.
std::vector<WaterBody> EmbeddedTidalWater();
std::vector<storage::PackStation> EmbeddedStations();

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_EMBEDDED_CITY_H_
