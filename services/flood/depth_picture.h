// Encodes the depth over one tile as vector bands or as a picture.
#ifndef CITYLAYERS_SERVICES_FLOOD_DEPTH_PICTURE_H_
#define CITYLAYERS_SERVICES_FLOOD_DEPTH_PICTURE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "geo/flood/depth_tile.h"
#include "geo/raster/grid.h"
#include "geo/tile/tile_id.h"

namespace citylayers::flood {

/// Sample points of a tile for bands: finer at low zooms, where a tile spans many cells.
geo::TileLattice BandLattice(geo::TileId tile);
/// Width and height of a picture, pixels.
inline constexpr int kPicturePixels = 512;

/// The tile layer `depth` with one feature per wet class: polygons whose attribute `class` is the
/// number of flood.v1.FloodClass. Empty when dry.
std::string EncodeDepthBands(const geo::Grid<float>& samples, const geo::TileLattice& lattice);

/// A PNG in the colours of the classes, transparent where dry. Empty when all is dry.
absl::StatusOr<std::string> EncodeDepthPng(const geo::Grid<float>& samples);

/// Encoding of the samples.
enum class DepthCoding : std::uint8_t { kBands, kPng };

/// The content tag (services/layers/content_tag.h) of the output of the encoder of `coding`; empty
/// when all samples are below the shallowest class.
std::string DepthTag(const geo::Grid<float>& samples, DepthCoding coding, std::string_view pack_id,
                     geo::TileId tile);

}  // namespace citylayers::flood

#endif  // CITYLAYERS_SERVICES_FLOOD_DEPTH_PICTURE_H_
