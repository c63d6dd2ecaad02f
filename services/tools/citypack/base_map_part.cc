#include "services/tools/citypack/base_map_part.h"

#include <algorithm>
#include <string_view>

#include "base/status_macros.h"
#include "geo/mvt/geometry.h"
#include "geo/tile/tile_geometry.h"
#include "services/tools/citypack/tile_cutter.h"

namespace citylayers::citypack {
namespace {

constexpr std::array<std::string_view, kBaseLayerCount> kLayerNames = {
    "landuse", "park", "water", "boundary", "road", "waterway", "place"};

}  // namespace

absl::Status BaseMap::AddPolygon(BaseLayer layer, std::span<const std::vector<LonLat>> rings,
                                 const BaseTags& tags, int min_zoom) {
  for (int z = std::max(min_zoom, kMinZoom); z <= kMaxZoom; ++z) {
    RETURN_IF_ERROR(CutPolygon(rings, z, [&](geo::TileId tile, const std::string& geometry) {
      Add(tile, layer, geo::GeometryType::kPolygon, geometry, tags);
    }));
  }
  return absl::OkStatus();
}

absl::Status BaseMap::AddLine(BaseLayer layer, std::span<const LonLat> line, const BaseTags& tags,
                              int min_zoom) {
  for (int z = std::max(min_zoom, kMinZoom); z <= kMaxZoom; ++z) {
    RETURN_IF_ERROR(CutLine(line, z, [&](geo::TileId tile, const std::string& geometry) {
      Add(tile, layer, geo::GeometryType::kLine, geometry, tags);
    }));
  }
  return absl::OkStatus();
}

absl::Status BaseMap::AddPoint(BaseLayer layer, LonLat at, const BaseTags& tags, int min_zoom) {
  for (int z = std::max(min_zoom, kMinZoom); z <= kMaxZoom; ++z) {
    ASSIGN_OR_RETURN(const geo::TileId tile, geo::TileId::FromLonLat(at, z));
    const geo::TilePoint point = geo::TileTransform(tile).FromLonLat(at);
    Add(tile, layer, geo::GeometryType::kPoint, geo::EncodePointGeometry({&point, 1}), tags);
  }
  return absl::OkStatus();
}

void BaseMap::Add(geo::TileId tile, BaseLayer layer, geo::GeometryType type,
                  const std::string& geometry, const BaseTags& tags) {
  const auto number = static_cast<std::size_t>(layer);
  geo::LayerWriter& writer =
      tiles_[tile.Key()].try_emplace(number, kLayerNames[number]).first->second;
  std::vector<geo::LayerWriter::Tag> encoded;
  for (const auto& [key, value] : tags) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      if (!text->empty()) encoded.push_back({writer.Key(key), writer.StringValue(*text)});
    } else {
      encoded.push_back({writer.Key(key), writer.IntValue(std::get<std::int64_t>(value))});
    }
  }
  writer.AddFeature(type, std::nullopt, geometry, encoded);
}

std::map<std::uint64_t, std::string> BaseMap::Tiles() const {
  std::map<std::uint64_t, std::string> out;
  for (const auto& [key, layers] : tiles_) {
    std::string& tile = out[key];
    for (const auto& [number, writer] : layers) writer.AppendTo(&tile);
  }
  return out;
}

}  // namespace citylayers::citypack
