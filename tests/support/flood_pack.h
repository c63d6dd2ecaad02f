// A small city pack that can be flooded, for the tests of this folder.
#ifndef CITYLAYERS_TESTS_SUPPORT_FLOOD_PACK_H_
#define CITYLAYERS_TESTS_SUPPORT_FLOOD_PACK_H_

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "geo/flood/connection_level.h"
#include "geo/raster/raster_file.h"
#include "geo/tile/tile_id.h"
#include "storage/pack/city_pack.h"
#include "tests/support/small_pack.h"

namespace citylayers::flood {

// A river in the north, with a gauge at either end; ground that rises southwards by a decimetre per
// row; behind it a wall and, within, a hollow that only rain can fill. A cell is 0.001 degrees.
//   ~ river   1..8 ground in decimetres   # nine metres
// Segments 0 and 1 (Lê Lợi, two ways) run over the letters a, at 0.3 m; segment 2 over b, 0.5 m.
using TestCity = std::array<std::string_view, 12>;
inline constexpr TestCity kTestCity = {"W~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~E",
                                       "111111111111111111111111111111111111111111111111",
                                       "222222222222222222222222222222222222222222222222",
                                       "33333333aa33333333333333333333333333333333333333",
                                       "444444444444444444444444444444444444444444444444",
                                       "5555555555bb555555555555555555555555555555555555",
                                       "666666666666666666666666666666666666666666666666",
                                       "777777777777777777777777777777777777777777777777",
                                       "888888888888888888888888888888888888888888888888",
                                       "################################################",
                                       "########################################33######",
                                       "################################################"};
inline constexpr int kTestColumns = 48, kTestRows = 12;

// The same ground, cut into six polders by dikes.
inline constexpr TestCity kDikedCity = {"W~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~E",
                                        "1111111#1111111#1111111#1111111#1111111#11111111",
                                        "2222222#2222222#2222222#2222222#2222222#22222222",
                                        "3333333#aa33333#3333333#3333333#3333333#33333333",
                                        "4444444#4444444#4444444#4444444#4444444#44444444",
                                        "5555555#55bb555#5555555#5555555#5555555#55555555",
                                        "6666666#6666666#6666666#6666666#6666666#66666666",
                                        "7777777#7777777#7777777#7777777#7777777#77777777",
                                        "8888888#8888888#8888888#8888888#8888888#88888888",
                                        "################################################",
                                        "########################################33######",
                                        "################################################"};

/// The middle of a cell.
inline LonLat TestPlace(int column, int row) {
  return {106.690 + 0.001 * (column + 0.5), 10.780 - 0.001 * (row + 0.5)};
}

/// The tile with the streets, and a tile with water only.
inline geo::TileId StreetTile() { return geo::TileId::FromLonLat(TestPlace(8, 3), 14).value(); }
inline geo::TileId QuietTile() { return geo::TileId::FromLonLat(TestPlace(38, 3), 14).value(); }

/// Writes a city to `out` and opens it. Without terrain its manifest gives the reason.
inline std::shared_ptr<const storage::CityPack> FloodTestPack(
    const std::string& out, bool terrain = true, const TestCity& city = kTestCity,
    std::string_view street_name = "Lê Lợi", const std::vector<std::uint8_t>& unknown = {}) {
  auto writer = *storage::PackWriter::Create(out);
  const auto write = [&writer](std::string_view name, const std::string& bytes) {
    EXPECT_TRUE(writer->WriteFile(name, bytes).ok()) << name;
  };
  storage::RoadColumns roads = storage::TestRoads();
  roads.names[1] = street_name;
  write("roads.bin", storage::EncodeRoads(roads));
  const std::string skeleton = storage::EncodeSkeleton({{0, 1, 3, 0, "abc"}, {2, 0, 3, 0, "de"}});
  write("skeletons.bin", storage::EncodeTileArchive({{StreetTile().Key(), skeleton}}));
  write("base.bin", storage::EncodeTileArchive({{5, "five"}}));
  storage::PackMeasure level{"water_level", "m", 3, absl::Minutes(10), "hondau", -4, 4, {}};
  level.thresholds = {{"báo động I", "alert level I", 0.6}, {"báo động II", "alert level II", 0.9}};
  const storage::PackMeasure rain{"rainfall", "mm", 1, absl::Minutes(10), "", 0, 500, {}};
  write("stations.toml",
        storage::FormatStations({{"east", "Đông", "East", TestPlace(47, 0), {level}},
                                 {"rain", "Mưa", "Rain", TestPlace(24, 6), {rain}},
                                 {"west", "Tây", "West", TestPlace(0, 0), {level}}}));
  storage::Manifest manifest = storage::TestManifest();
  if (!terrain) {
    manifest.absent = {{"terrain", "no --terrain was given"}};
    EXPECT_TRUE(writer->Commit(manifest).ok());
    return storage::CityPack::Open(out).value();
  }
  geo::Grid<float> ground_m(kTestColumns, kTestRows);
  geo::Grid<std::uint8_t> water(kTestColumns, kTestRows);
  std::array<std::vector<std::uint32_t>, 2> streets;
  for (int row = 0; row < kTestRows; ++row) {
    for (int column = 0; column < kTestColumns; ++column) {
      const char mark = city[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
      const auto cell = static_cast<std::uint32_t>(ground_m.IndexOf(column, row));
      if (mark == 'a') streets[0].push_back(cell);
      if (mark == 'b') streets[1].push_back(cell);
      water.at(column, row) = row == 0 ? 1 : 0;
      ground_m.at(column, row) = mark == '#' ? 9.0F : static_cast<float>(row) / 10.0F;
      if (row == 0) ground_m.at(column, row) = -3.0F;
      if (row > 8 && mark == '3') ground_m.at(column, row) = 0.3F;
    }
  }
  const geo::GridGeometry geometry{.columns = kTestColumns,
                                   .rows = kTestRows,
                                   .affine = {106.690, 0.001, 0, 10.780, 0, -0.001},
                                   .crs_wkt = "EPSG:4326"};
  const auto raster = [&](const char* name, const auto& grid) {
    EXPECT_TRUE(geo::WriteGeoTiff(writer->PathOf(name), geometry, grid).ok()) << name;
    EXPECT_TRUE(writer->AdoptFile(name).ok()) << name;
  };
  raster("terrain.tif", ground_m);
  raster("connection.tif", geo::ConnectionLevel(ground_m, water).value());
  raster("water.tif", water);
  std::vector<std::uint32_t> begins = {0}, cells;
  for (int street : {0, 0, 1}) {
    const auto& on = streets[static_cast<std::size_t>(street)];
    cells.insert(cells.end(), on.begin(), on.end());
    begins.push_back(static_cast<std::uint32_t>(cells.size()));
  }
  write("cells.bin",
        storage::EncodeSegmentCells({kTestColumns, kTestRows, begins, cells, unknown}));
  EXPECT_TRUE(writer->Commit(manifest).ok());
  return storage::CityPack::Open(out).value();
}

}  // namespace citylayers::flood

#endif  // CITYLAYERS_TESTS_SUPPORT_FLOOD_PACK_H_
