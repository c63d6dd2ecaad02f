#include "services/flood/depth_picture.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "geo/flood/depth_bands.h"
#include "geo/flood/depth_class.h"
#include "geo/mvt/geometry.h"
#include "geo/mvt/layer_writer.h"
#include "geo/raster/png.h"
#include "services/layers/content_tag.h"
#include "services/layers/depth_class_column.h"

namespace citylayers::flood {
namespace {

bool IsDry(const geo::Grid<float>& samples) {
  return std::none_of(samples.cells().begin(), samples.cells().end(),
                      [](float depth_m) { return depth_m >= geo::kDepthClassFromM[0]; });
}

}  // namespace

geo::TileLattice BandLattice(geo::TileId tile) {
  return geo::CornerLattice(tile.z() >= 13 ? 128 : 256, 2);
}

std::string EncodeDepthBands(const geo::Grid<float>& samples, const geo::TileLattice& lattice) {
  std::string out;
  if (IsDry(samples)) return out;
  geo::LayerWriter writer("depth");
  const std::uint32_t key = writer.Key("class");
  for (const geo::DepthBand& band : geo::DepthBands(samples, lattice)) {
    const std::array<geo::LayerWriter::Tag, 1> tags = {
        {{key,
          writer.IntValue(layers::ColumnValue(geo::kWetClasses[band.threshold].depth_class))}}};
    writer.AddFeature(geo::GeometryType::kPolygon, std::nullopt,
                      geo::EncodePolygonGeometry(band.polygons), tags);
  }
  writer.AppendTo(&out);
  return out;
}

absl::StatusOr<std::string> EncodeDepthPng(const geo::Grid<float>& samples) {
  if (IsDry(samples)) return std::string();
  // Red, green, blue and opacity by class: the colours of the map style.
  static constexpr std::array<std::array<std::uint8_t, 4>, geo::kDepthClasses.size()> kColours = {
      {{0, 0, 0, 0},
       {0, 0, 0, 0},
       {0x7F, 0xD6, 0xF2, 140},
       {0x3F, 0xA9, 0xE0, 160},
       {0x2F, 0x6F, 0xD0, 180},
       {0x5B, 0x3F, 0xC4, 200}}};
  std::vector<std::uint8_t> pixels;
  pixels.reserve(samples.size() * 4);
  for (float depth_m : samples.cells()) {
    const auto& colour = kColours[static_cast<std::size_t>(geo::DepthClassOf(depth_m))];
    pixels.insert(pixels.end(), colour.begin(), colour.end());
  }
  return geo::EncodePng(samples.columns(), samples.rows(), pixels);
}

std::string DepthTag(const geo::Grid<float>& samples, DepthCoding coding, std::string_view pack_id,
                     geo::TileId tile) {
  if (IsDry(samples)) return std::string();
  layers::ContentTag tag(pack_id, coding == DepthCoding::kPng ? "depth.png" : "depth.mvt", tile);
  tag.Add(std::span<const float>(samples.cells()));
  return tag.Hex();
}

}  // namespace citylayers::flood
