#include "geo/flood/depth_bands.h"

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr double kSpacing = 32;

// Digits are depths in decimetres, '.' is dry.
Grid<float> FromArt(const std::vector<std::string>& art) {
  const int n = static_cast<int>(art.size());
  Grid<float> samples(n, n);
  for (int row = 0; row < n; ++row) {
    for (int column = 0; column < n; ++column) {
      const char c = art[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
      samples.at(column, row) = c == '.' ? 0.0f : static_cast<float>(c - '0') * 0.1f + 0.001f;
    }
  }
  return samples;
}

TileLattice LatticeOf(const Grid<float>& samples) { return {0, kSpacing, samples.columns()}; }

bool Inside(TilePoint p, const TileLine& ring) {
  bool inside = false;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    const TilePoint a = ring[i], b = ring[j];
    if ((a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x)) {
      inside = !inside;
    }
  }
  return inside;
}

bool Inside(TilePoint p, const TilePolygon& polygon) {
  if (!Inside(p, polygon.rings[0])) return false;
  for (std::size_t i = 1; i < polygon.rings.size(); ++i) {
    if (Inside(p, polygon.rings[i])) return false;
  }
  return true;
}

double AreaOf(const std::vector<TilePolygon>& polygons) {
  double area = 0;
  for (const TilePolygon& polygon : polygons) {
    for (const TileLine& ring : polygon.rings) area += SignedArea(ring);
  }
  return area;
}

TEST(DepthBands, DryGroundHasNone) {
  EXPECT_THAT(DepthBands(Grid<float>(9, 9), {0, kSpacing, 9}), IsEmpty());
  EXPECT_THAT(DepthBands(Grid<float>(9, 9, 0.0999f), {0, kSpacing, 9}), IsEmpty());
}

TEST(DepthBands, OneWetSampleIsADiamond) {
  const Grid<float> samples = FromArt({"...", ".1.", "..."});
  const auto bands = DepthBands(samples, LatticeOf(samples));
  ASSERT_THAT(bands, SizeIs(1));
  EXPECT_EQ(bands[0].threshold, 0u);
  ASSERT_THAT(bands[0].polygons, SizeIs(1));
  EXPECT_THAT(bands[0].polygons[0].rings, SizeIs(1));
  EXPECT_THAT(bands[0].polygons[0].rings[0], SizeIs(4));
  EXPECT_GT(SignedArea(bands[0].polygons[0].rings[0]), 0);
}

TEST(DepthBands, APoolHasAShallowRingAroundItsDeepMiddle) {
  const Grid<float> samples = FromArt({
      ".......",
      ".11111.",
      ".16661.",
      ".16661.",
      ".16661.",
      ".11111.",
      ".......",
  });
  const auto bands = DepthBands(samples, LatticeOf(samples));
  ASSERT_THAT(bands, SizeIs(4)) << "every class lies between 0.1 and 0.6 m";
  for (std::size_t k = 0; k < 3; ++k) {
    ASSERT_THAT(bands[k].polygons, SizeIs(1));
    EXPECT_THAT(bands[k].polygons[0].rings, SizeIs(2)) << "a ring with the deeper part cut out";
  }
  EXPECT_THAT(bands[3].polygons[0].rings, SizeIs(1));
}

TEST(DepthBands, AnIslandIsAHole) {
  const Grid<float> samples = FromArt({
      "11111",
      "11111",
      "11.11",
      "11111",
      "11111",
  });
  const auto bands = DepthBands(samples, LatticeOf(samples));
  ASSERT_THAT(bands, SizeIs(1));
  ASSERT_THAT(bands[0].polygons, SizeIs(1));
  EXPECT_THAT(bands[0].polygons[0].rings, SizeIs(2));
  EXPECT_LT(SignedArea(bands[0].polygons[0].rings[1]), 0);
}

TEST(DepthBands, SamplesThatMeetAtACornerStayApart) {
  const Grid<float> samples = FromArt({"1..", ".1.", "..1"});
  const auto bands = DepthBands(samples, LatticeOf(samples));
  ASSERT_THAT(bands, SizeIs(1));
  EXPECT_THAT(bands[0].polygons, SizeIs(3));
}

TEST(DepthBands, AShallowSpotAmidDeepWaterIsAPolygonOfItsOwn) {
  const Grid<float> samples = FromArt({
      "11111111",
      "12222221",
      "12222221",
      "12211221",
      "12211221",
      "12222221",
      "12222221",
      "11111111",
  });
  const auto bands = DepthBands(samples, LatticeOf(samples));
  ASSERT_THAT(bands, SizeIs(2));
  EXPECT_THAT(bands[0].polygons, SizeIs(2)) << "the rim and the spot";
  EXPECT_THAT(bands[1].polygons, SizeIs(1));
  EXPECT_THAT(bands[1].polygons[0].rings, SizeIs(2));
}

Grid<float> RandomSamples(std::mt19937& random, int n, bool smooth) {
  std::uniform_real_distribution<float> depth(0, 0.7f);
  Grid<float> samples(n, n);
  for (float& cell : samples.cells()) cell = std::max(0.0f, depth(random) - 0.05f);
  if (!smooth) return samples;
  for (int round = 0; round < 3; ++round) {
    for (int row = 1; row + 1 < n; ++row) {
      for (int column = 1; column + 1 < n; ++column) {
        samples.at(column, row) =
            (samples.at(column, row) + samples.at(column - 1, row) + samples.at(column + 1, row) +
             samples.at(column, row - 1) + samples.at(column, row + 1)) /
            5;
      }
    }
  }
  return samples;
}

TEST(DepthBands, EverySampleLiesInExactlyTheBandOfItsClass) {
  std::mt19937 random(4);
  for (int round = 0; round < 60; ++round) {
    const Grid<float> samples = RandomSamples(random, 24, round % 2 == 0);
    const TileLattice lattice = LatticeOf(samples);
    const auto bands = DepthBands(samples, lattice);
    for (int row = 0; row < 24; ++row) {
      for (int column = 0; column < 24; ++column) {
        const TilePoint p{column * kSpacing, row * kSpacing};
        std::vector<std::size_t> found;
        for (const DepthBand& band : bands) {
          for (const TilePolygon& polygon : band.polygons) {
            if (Inside(p, polygon)) found.push_back(band.threshold);
          }
        }
        const DepthClass expected = DepthClassOf(samples.at(column, row));
        if (expected <= DepthClass::kDry) {
          ASSERT_THAT(found, IsEmpty());
        } else {
          ASSERT_EQ(found.size(), 1U);
          ASSERT_EQ(kWetClasses[found[0]].depth_class, expected);
        }
      }
    }
  }
}

TEST(DepthBands, BandsShareOutTheWetAreaWithoutGapOrOverlap) {
  std::mt19937 random(8);
  for (int round = 0; round < 40; ++round) {
    const Grid<float> samples = RandomSamples(random, 30, round % 2 == 0);
    double bands_area = 0;
    for (const DepthBand& band : DepthBands(samples, LatticeOf(samples))) {
      EXPECT_GT(AreaOf(band.polygons), 0);
      bands_area += AreaOf(band.polygons);
    }
    const auto whole =
        DepthBands(samples, LatticeOf(samples), std::span(kDepthClassFromM).first(1));
    // Crossings are kept one unit apart, which moves a contour slightly when others cross the edge.
    EXPECT_NEAR(bands_area, AreaOf(whole.at(0).polygons), 0.03 * bands_area);
  }
}

TEST(DepthBands, PointsAreWholeNumbersAndWindingIsThatOfVectorTiles) {
  std::mt19937 random(15);
  const Grid<float> samples = RandomSamples(random, 40, true);
  for (const DepthBand& band : DepthBands(samples, LatticeOf(samples))) {
    for (const TilePolygon& polygon : band.polygons) {
      for (std::size_t i = 0; i < polygon.rings.size(); ++i) {
        ASSERT_GE(polygon.rings[i].size(), 3u);
        ASSERT_EQ(SignedArea(polygon.rings[i]) > 0, i == 0);
        for (const TilePoint& p : polygon.rings[i]) {
          ASSERT_EQ(p.x, std::round(p.x));
          ASSERT_EQ(p.y, std::round(p.y));
        }
      }
    }
  }
}

TEST(DepthBands, AFloodOverTheWholeTileFillsItAndItsBuffer) {
  const Grid<float> depth(400, 400, 0.25f);
  const TileId tile = TileId::Make(14, 13047, 7698).value();
  const LonLatBox box = tile.Bounds();
  const auto to_cell = [&](LonLat p) {  // the tile is in the middle of the grid
    return CellPoint{100 + 200 * (p.lon_deg - box.west_deg) / (box.east_deg - box.west_deg),
                     100 + 200 * (box.north_deg - p.lat_deg) / (box.north_deg - box.south_deg)};
  };
  const TileLattice lattice = CornerLattice(128, 2);
  const auto bands = DepthBands(SampleDepthTile(depth, tile, lattice, to_cell), lattice);
  ASSERT_THAT(bands, SizeIs(2)) << "0.25 m, and a rim where the samples end";
  ASSERT_THAT(bands[1].polygons, SizeIs(1));
  ASSERT_THAT(bands[1].polygons[0].rings, SizeIs(1));
  const TileBox visible = BufferedTileBox(64);
  for (const TilePoint& p : bands[1].polygons[0].rings[0]) EXPECT_FALSE(visible.Contains(p));
  EXPECT_TRUE(Inside({2048, 2048}, bands[1].polygons[0]));
  for (const TilePolygon& rim : bands[0].polygons) {
    for (const TileLine& ring : rim.rings) {
      for (const TilePoint& p : ring) EXPECT_FALSE(visible.Contains(p)) << "the rim is not visible";
    }
  }
  const Grid<float> masked(400, 400, NAN);
  EXPECT_THAT(DepthBands(SampleDepthTile(masked, tile, lattice, to_cell), lattice), IsEmpty());
}

}  // namespace
}  // namespace citylayers::geo
