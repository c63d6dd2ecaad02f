#include "services/flood/depth_picture.h"

#include <cstdint>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "citylayers/flood/v1/flood_service.pb.h"
#include "geo/mvt/tile_decoder.h"

namespace citylayers::flood {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const geo::TileId kTile = geo::TileId::Make(14, 13047, 7698).value();

/// Dry in the west, increasingly deep to the east: all classes in one tile.
geo::Grid<float> Slope(const geo::TileLattice& lattice) {
  geo::Grid<float> samples(lattice.count, lattice.count);
  for (int row = 0; row < lattice.count; ++row) {
    for (int column = 0; column < lattice.count; ++column)
      samples.at(column, row) =
          0.8F * static_cast<float>(column) / static_cast<float>(lattice.count);
  }
  return samples;
}

TEST(DepthTag, TellsCodingsPacksTilesAndDepthsApart) {
  const geo::Grid<float> samples = Slope(BandLattice(kTile));
  geo::Grid<float> deeper = samples;
  deeper[deeper.size() - 1] += 0.001F;
  const std::set<std::string> tags = {
      DepthTag(samples, DepthCoding::kBands, "pack", kTile),
      DepthTag(samples, DepthCoding::kPng, "pack", kTile),
      DepthTag(samples, DepthCoding::kBands, "other", kTile),
      DepthTag(samples, DepthCoding::kBands, "pack", geo::TileId::Make(14, 13048, 7698).value()),
      DepthTag(deeper, DepthCoding::kBands, "pack", kTile)};
  EXPECT_EQ(tags.size(), 5U);
  EXPECT_EQ(DepthTag(samples, DepthCoding::kPng, "pack", kTile),
            DepthTag(samples, DepthCoding::kPng, "pack", kTile));
}

TEST(DepthPicture, DryIsNothingInAnyCoding) {
  const geo::TileLattice lattice = BandLattice(kTile);
  const geo::Grid<float> samples(lattice.count, lattice.count, 0.09F);
  EXPECT_THAT(DepthTag(samples, DepthCoding::kPng, "pack", kTile), IsEmpty());
  EXPECT_THAT(EncodeDepthBands(samples, lattice), IsEmpty());
  EXPECT_THAT(*EncodeDepthPng(samples), IsEmpty());
}

TEST(DepthPicture, BandsAndPixelsShowEveryClass) {
  const geo::TileLattice lattice = BandLattice(kTile);
  const auto decoded = geo::DecodeTile(EncodeDepthBands(Slope(lattice), lattice));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  ASSERT_EQ(decoded->size(), 1U);
  EXPECT_EQ(decoded->front().name, "depth");
  std::vector<geo::DecodedValue> classes;
  for (const geo::DecodedFeature& feature : decoded->front().features) {
    classes.push_back(*decoded->front().Find(feature, "class"));
  }
  const auto value = [](v1::FloodClass c) { return geo::DecodedValue(std::int64_t{c}); };
  EXPECT_THAT(classes, ElementsAre(value(v1::FLOOD_CLASS_PONDING), value(v1::FLOOD_CLASS_SHALLOW),
                                   value(v1::FLOOD_CLASS_FLOODED), value(v1::FLOOD_CLASS_DEEP)));
  EXPECT_THAT(*EncodeDepthPng(Slope(geo::PixelLattice(64))), StartsWith("\x89PNG"));
}

}  // namespace
}  // namespace citylayers::flood
