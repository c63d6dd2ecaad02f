#include "services/tools/citypack/embedded_city.h"

#include <cstdint>
#include <utility>

#include "base/status_macros.h"
#include "samples/saigon/base_map.h"
#include "samples/saigon/stations.h"
#include "samples/saigon/terrain.h"
#include "services/tools/citypack/measure_defaults.h"
#include "services/tools/citypack/tile_cutter.h"

namespace citylayers::citypack {
namespace {

constexpr std::size_t kCoveredShare = 20;  // minimum: one of so many segments

struct AreaStyle {
  BaseLayer layer;
  const char* kind;
  int min_zoom;
};

AreaStyle StyleOf(saigon::AreaKind kind) {
  switch (kind) {
    case saigon::AreaKind::kRiver:
      return {BaseLayer::kWater, "river", kMinZoom};
    case saigon::AreaKind::kCanal:
      return {BaseLayer::kWater, "canal", 10};
    case saigon::AreaKind::kLake:
      return {BaseLayer::kWater, "lake", 11};
    case saigon::AreaKind::kPark:
      return {BaseLayer::kPark, "park", 10};
    case saigon::AreaKind::kAirfield:
      return {BaseLayer::kLanduse, "airfield", 10};
    case saigon::AreaKind::kFields:
      return {BaseLayer::kLanduse, "fields", 9};
    case saigon::AreaKind::kPort:
      return {BaseLayer::kLanduse, "port", 11};
  }
  return {BaseLayer::kLanduse, "other", kMaxZoom};
}

const char* KindWord(saigon::PlaceKind kind) {
  switch (kind) {
    case saigon::PlaceKind::kCity:
      return "city";
    case saigon::PlaceKind::kDistrict:
      return "district";
    case saigon::PlaceKind::kWard:
      return "ward";
    case saigon::PlaceKind::kQuarter:
      return "quarter";
    case saigon::PlaceKind::kLandmark:
      return "landmark";
    case saigon::PlaceKind::kPark:
      return "park";
    case saigon::PlaceKind::kAirport:
      return "airport";
  }
  return "place";
}

absl::Status AddPlaces(bool with_wards, BaseMap* map) {
  for (const saigon::Place& place : saigon::Places()) {
    if (place.kind == saigon::PlaceKind::kWard && !with_wards) continue;
    RETURN_IF_ERROR(map->AddPoint(BaseLayer::kPlace, place.at,
                                  {{"kind", std::string(KindWord(place.kind))},
                                   {"name", place.name_vi},
                                   {"name_en", place.name_en},
                                   {"rank", std::int64_t{place.rank}}},
                                  std::min(kMaxZoom, 7 + place.rank)));
  }
  return absl::OkStatus();
}

}  // namespace

bool EmbeddedCityCovers(const geo::RoadGraph& graph) {
  std::size_t inside = 0;
  for (const geo::RoadSegment& s : graph.segments) {
    if (saigon::kBounds.Contains(s.midpoint)) ++inside;
  }
  return inside * kCoveredShare >= graph.segments.size();
}

absl::Status AddEmbeddedBase(bool with_wards, BaseMap* map) {
  for (const saigon::Area& area : saigon::Areas()) {
    const AreaStyle style = StyleOf(area.kind);
    RETURN_IF_ERROR(map->AddPolygon(
        style.layer, area.rings,
        {{"kind", std::string(style.kind)}, {"name", area.name_vi}, {"name_en", area.name_en}},
        style.min_zoom));
  }
  for (const saigon::Line& line : saigon::WaterLines()) {
    const bool river = line.kind == saigon::LineKind::kRiver;
    RETURN_IF_ERROR(map->AddLine(BaseLayer::kWaterway, line.points,
                                 {{"kind", std::string(river ? "river" : "canal")},
                                  {"name", line.name_vi},
                                  {"name_en", line.name_en},
                                  {"width_m", static_cast<std::int64_t>(line.width_m)}},
                                 river ? 9 : 12));
  }
  return AddPlaces(with_wards, map);
}

TerrainPart EmbeddedTerrain() {
  saigon::Terrain source = saigon::MakeTerrain();
  TerrainPart terrain;
  terrain.geometry = std::move(source.geometry);
  terrain.elevation_m = std::move(source.elevation_hondau_m);
  terrain.open_water = std::move(source.open_water);
  terrain.datum = {"hondau", 0};
  return terrain;
}

std::vector<WaterBody> EmbeddedTidalWater() {
  std::vector<WaterBody> bodies;
  for (saigon::Area& area : saigon::Areas()) {
    if (area.kind == saigon::AreaKind::kRiver || area.kind == saigon::AreaKind::kCanal) {
      bodies.push_back(std::move(area.rings));
    }
  }
  return bodies;
}

std::vector<storage::PackStation> EmbeddedStations() {
  std::vector<storage::PackStation> stations;
  for (const saigon::StationSpec& s : saigon::Stations()) {
    const bool level = s.kind == saigon::StationKind::kWaterLevel;
    storage::PackMeasure measure = *DefaultMeasure(level ? "water_level" : "rainfall");
    measure.period = s.period;
    measure.thresholds = AlertLevels(s.thresholds_m);
    stations.push_back({s.id, s.name_vi, s.name_en, s.at, {std::move(measure)}});
  }
  return stations;
}

}  // namespace citylayers::citypack
