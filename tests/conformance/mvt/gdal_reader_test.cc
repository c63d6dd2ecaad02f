// Reads encoded vector tiles with GDAL's MVT driver, which shares no code with the encoder.
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include <gdal_priv.h>
#include <ogrsf_frmts.h>

#include "geo/flood/depth_bands.h"
#include "geo/mvt/layer_writer.h"
#include "geo/mvt/tile_decoder.h"
#include "geo/tile/clip.h"
#include "geo/tile/simplify.h"

namespace citylayers {
namespace {

struct DatasetCloser {
  void operator()(GDALDataset* d) const { GDALClose(d); }
};
using DatasetPtr = std::unique_ptr<GDALDataset, DatasetCloser>;

// Opens tile bytes through GDAL's memory file system, in tile units (no georeference).
class GdalTile {
 public:
  explicit GdalTile(std::string bytes) : bytes_(std::move(bytes)) {
    GDALAllRegister();
    VSIFCloseL(
        VSIFileFromMemBuffer(kName, reinterpret_cast<GByte*>(bytes_.data()), bytes_.size(), FALSE));
    const char* const drivers[] = {"MVT", nullptr};
    const char* const options[] = {"CLIP=NO", nullptr};
    dataset_.reset(
        GDALDataset::Open((std::string("MVT:") + kName).c_str(), GDAL_OF_VECTOR, drivers, options));
  }
  ~GdalTile() {
    dataset_.reset();
    VSIUnlink(kName);
  }
  GDALDataset* operator->() const { return dataset_.get(); }
  explicit operator bool() const { return dataset_ != nullptr; }

 private:
  static constexpr char kName[] = "/vsimem/citylayers_tile.mvt";
  std::string bytes_;
  DatasetPtr dataset_;
};

geo::TileLine RandomRoad(std::mt19937& random) {
  std::uniform_real_distribution<double> start(-500, 4600), step(-90, 90);
  geo::TileLine line = {{start(random), start(random)}};
  for (int i = 0; i < 12; ++i) {
    line.push_back({line.back().x + step(random), line.back().y + step(random)});
  }
  return line;
}

TEST(GdalReadsOurTiles, RoadsWithIdsAndTags) {
  std::mt19937 random(1);
  geo::LayerWriter layer("traffic");
  const std::uint32_t name = layer.Key("name"), level = layer.Key("level");
  for (std::uint32_t id = 1; id <= 500; ++id) {
    std::vector<geo::TileLine> parts;
    for (const auto& part : geo::ClipLine(RandomRoad(random), geo::BufferedTileBox(64))) {
      parts.push_back(geo::Simplify(part));
    }
    const geo::LayerWriter::Tag tags[] = {
        {name, layer.StringValue("Đường số " + std::to_string(id))},
        {level, layer.IntValue(id % 6)}};
    layer.AddFeature(geo::GeometryType::kLine, id, geo::EncodeLineGeometry(parts), tags);
  }
  std::string tile;
  layer.AppendTo(&tile);
  const auto ours = geo::DecodeTile(tile);
  ASSERT_TRUE(ours.ok()) << ours.status();

  const GdalTile gdal(tile);
  ASSERT_TRUE(gdal) << CPLGetLastErrorMsg();
  ASSERT_EQ(gdal->GetLayerCount(), 1);
  OGRLayer* read = gdal->GetLayer(0);
  EXPECT_STREQ(read->GetName(), "traffic");
  EXPECT_EQ(static_cast<std::size_t>(read->GetFeatureCount()), layer.feature_count());
  EXPECT_EQ(ours->at(0).features.size(), layer.feature_count());
  std::size_t i = 0;
  for (const auto& feature : *read) {
    const geo::DecodedFeature& f = ours->at(0).features[i++];
    EXPECT_EQ(static_cast<std::uint64_t>(feature->GetFieldAsInteger64("mvt_id")), *f.id);
    EXPECT_EQ(feature->GetFieldAsString("name"),
              std::get<std::string>(*ours->at(0).Find(f, "name")));
    EXPECT_EQ(feature->GetFieldAsInteger("level"),
              std::get<std::int64_t>(*ours->at(0).Find(f, "level")));
    const OGRGeometry* geometry = feature->GetGeometryRef();
    ASSERT_NE(geometry, nullptr);
    const bool single = wkbFlatten(geometry->getGeometryType()) == wkbLineString;
    EXPECT_EQ(single ? 1 : geometry->toMultiLineString()->getNumGeometries(),
              static_cast<int>(f.parts.size()));
  }
}

// Depths like those of a real flood: smooth hollows with noise.
geo::Grid<float> FloodLike(std::mt19937& random, int n) {
  std::uniform_real_distribution<float> place(0, static_cast<float>(n)), noise(-0.06f, 0.06f);
  geo::Grid<float> samples(n, n);
  for (int hollow = 0; hollow < 12; ++hollow) {
    const float x = place(random), y = place(random);
    for (int row = 0; row < n; ++row) {
      for (int column = 0; column < n; ++column) {
        const float r = std::hypot(static_cast<float>(column) - x, static_cast<float>(row) - y);
        samples.at(column, row) += 0.8f * std::exp(-r * r / 60);
      }
    }
  }
  for (float& depth : samples.cells()) depth = std::max(0.0f, depth - 0.1f + noise(random));
  return samples;
}

TEST(GdalReadsOurTiles, EveryDepthBandIsAValidPolygon) {
  std::mt19937 random(2);
  const geo::TileLattice lattice = geo::CornerLattice(128, 2);
  for (int round = 0; round < 12; ++round) {
    geo::Grid<float> samples = FloodLike(random, lattice.count);
    if (round % 3 == 2) {  // the worst case: only noise
      std::uniform_real_distribution<float> depth(0, 0.7f);
      for (float& cell : samples.cells()) cell = depth(random);
    }
    geo::LayerWriter layer("depth");
    const std::uint32_t key = layer.Key("class");
    std::size_t polygons = 0;
    double area = 0;
    for (const geo::DepthBand& band : geo::DepthBands(samples, lattice)) {
      const geo::LayerWriter::Tag tag{
          key, layer.IntValue(static_cast<std::int64_t>(band.threshold) + 1)};
      for (const geo::TilePolygon& polygon : band.polygons) {
        layer.AddFeature(geo::GeometryType::kPolygon, std::nullopt,
                         geo::EncodePolygonGeometry(polygon), {{tag}});
        for (const geo::TileLine& ring : polygon.rings) area += geo::SignedArea(ring);
        ++polygons;
      }
    }
    std::string tile;
    layer.AppendTo(&tile);
    ASSERT_TRUE(geo::DecodeTile(tile).ok()) << geo::DecodeTile(tile).status();

    const GdalTile gdal(tile);
    ASSERT_TRUE(gdal) << CPLGetLastErrorMsg();
    OGRLayer* read = gdal->GetLayer(0);
    EXPECT_EQ(static_cast<std::size_t>(read->GetFeatureCount()), polygons);
    EXPECT_GT(polygons, 20u);
    double gdal_area = 0;
    for (const auto& feature : *read) {
      const OGRGeometry* geometry = feature->GetGeometryRef();
      ASSERT_NE(geometry, nullptr);
      ASSERT_TRUE(geometry->IsValid()) << geometry->exportToWkt();
      const bool single = wkbFlatten(geometry->getGeometryType()) == wkbPolygon;
      gdal_area +=
          single ? geometry->toPolygon()->get_Area() : geometry->toMultiPolygon()->get_Area();
    }
    EXPECT_NEAR(gdal_area, area, 1e-6 * area);
  }
}

}  // namespace
}  // namespace citylayers
