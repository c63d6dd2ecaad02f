#include "services/tools/citypack/build_pack.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "geo/mvt/tile_decoder.h"
#include "geo/raster/raster_file.h"
#include "geo/tile/tile_id.h"
#include "services/tools/citypack/skeleton_part.h"
#include "storage/pack/city_pack.h"
#include "storage/pack/skeleton.h"
#include "tests/support/osm_file.h"
#include "tests/support/real_data.h"
#include "tests/support/small_city.h"

namespace citylayers::citypack {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

geo::TileId Tile(int z, int x, int y) { return *geo::TileId::Make(z, x, y); }

// The values of an attribute in a layer of a base tile.
std::set<std::string> Texts(const storage::CityPack& pack, geo::TileId tile, std::string_view layer,
                            std::string_view key) {
  std::set<std::string> texts;
  const auto bytes = pack.base_tiles().Find(tile.Key());
  if (!bytes) return texts;
  const auto layers = geo::DecodeTile(*bytes);
  EXPECT_TRUE(layers.ok()) << layers.status();
  for (const geo::DecodedLayer& l : *layers) {
    if (l.name != layer) continue;
    for (const geo::DecodedFeature& f : l.features) {
      const geo::DecodedValue* value = l.Find(f, key);
      if (value != nullptr) texts.insert(std::get<std::string>(*value));
    }
  }
  return texts;
}

// The names of the streets in a tile's skeleton.
std::set<std::string> SkeletonNames(const storage::CityPack& pack, geo::TileId tile) {
  std::set<std::string> names;
  const auto bytes = pack.skeletons().Find(tile.Key());
  if (!bytes) return names;
  const auto view = storage::SkeletonView::Decode(*bytes);
  EXPECT_TRUE(view.ok()) << view.status();
  for (std::size_t i = 0; i < view->name_count(); ++i) {
    names.insert(std::string(pack.segments().name_text(view->name(i))));
  }
  return names;
}

// Checks the invariants of every pack.
void CheckPack(const storage::CityPack& pack) {
  const storage::SegmentTable& roads = pack.segments();
  std::vector<int> seen(roads.size(), 0);
  for (std::size_t t = 0; t < pack.skeletons().size(); ++t) {
    const auto entry = pack.skeletons().entry(t);
    const geo::TileId tile = *geo::TileId::FromKey(entry.key);
    const auto view = storage::SkeletonView::Decode(entry.bytes);
    ASSERT_TRUE(view.ok()) << view.status();
    ASSERT_GT(view->size(), 0u);
    for (std::size_t i = 0; i < view->size(); ++i) {
      const storage::SegmentRecord& s = roads[view->segment(i)];
      ASSERT_EQ(view->road_class(i), s.road_class);
      ASSERT_LE(geo::RoadClassMinZoom(static_cast<geo::RoadClass>(s.road_class)), tile.z());
      if (tile.z() == 14) ++seen[view->segment(i)];
    }
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 0), 0) << "segments in no tile of zoom 14";
  for (std::size_t t = 0; t < pack.base_tiles().size(); ++t) {
    ASSERT_TRUE(geo::DecodeTile(pack.base_tiles().entry(t).bytes).ok());
  }
}

class EmbeddedPackTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new TempDir;
    PackOptions options;
    options.out = *dir_ / "pack";
    const auto built = BuildPack(options);
    ASSERT_TRUE(built.ok()) << built.status();
    auto pack = storage::CityPack::Open(options.out);
    ASSERT_TRUE(pack.ok()) << pack.status();
    pack_ = *pack;
  }
  static void TearDownTestSuite() {
    pack_.reset();
    delete dir_;
  }
  static TempDir* dir_;
  static std::shared_ptr<const storage::CityPack> pack_;
};
TempDir* EmbeddedPackTest::dir_ = nullptr;
std::shared_ptr<const storage::CityPack> EmbeddedPackTest::pack_;

TEST_F(EmbeddedPackTest, IsACityAndSaysWhatIsMadeUp) {
  EXPECT_GE(pack_->segments().size(), 20'000u);
  EXPECT_THAT(pack_->manifest().notices, ElementsAre("synthetic_roads", "synthetic_terrain"));
  EXPECT_EQ(pack_->manifest().AbsentReason("boundaries"), "no --boundaries was given");
  EXPECT_EQ(pack_->manifest().datum, (storage::PackDatum{"hondau", 0}));
  for (const storage::PackSource& s : pack_->manifest().sources) EXPECT_TRUE(s.synthetic);
  CheckPack(*pack_);
}

TEST_F(EmbeddedPackTest, BenThanhHasItsStreets) {
  const geo::TileId tile = Tile(14, 13047, 7698);
  EXPECT_THAT(SkeletonNames(*pack_, tile), IsSupersetOf({"Lê Lợi", "Pasteur", "Nguyễn Du"}));
  EXPECT_THAT(Texts(*pack_, tile, "road", "name"), IsSupersetOf({"Lê Lợi", "Pasteur"}));
  EXPECT_THAT(Texts(*pack_, tile, "park", "name"), Contains("Công viên Tao Đàn"));
  EXPECT_FALSE(Texts(*pack_, Tile(10, 815, 481), "water", "kind").empty());
}

TEST_F(EmbeddedPackTest, OpensInNoTime) {
  const absl::Time start = absl::Now();
  EXPECT_TRUE(storage::CityPack::Open(*dir_ / "pack").ok());
  EXPECT_LT(absl::Now() - start, absl::Milliseconds(300));
}

TEST_F(EmbeddedPackTest, StreetsKnowTheirCells) {
  ASSERT_TRUE(pack_->has_terrain());
  const auto terrain = geo::ReadRaster(pack_->terrain_path());
  const auto connection = geo::ReadRaster(pack_->connection_path());
  const auto water = geo::ReadRaster(pack_->water_path());
  ASSERT_TRUE(terrain.ok() && connection.ok() && water.ok());
  const storage::SegmentCells& cells = *pack_->segment_cells();
  ASSERT_EQ(cells.columns(), static_cast<std::uint32_t>(terrain->geometry.columns));
  ASSERT_EQ(cells.rows(), static_cast<std::uint32_t>(terrain->geometry.rows));
  std::size_t with_cells = 0;
  for (std::uint32_t i = 0; i < pack_->segments().size(); ++i) {
    const storage::SegmentRecord& s = pack_->segments()[i];
    const auto here = cells.cells(i);
    with_cells += here.empty() ? 0 : 1;
    if (s.is_bridge() || s.is_tunnel()) {
      EXPECT_TRUE(here.empty());
    }
    if (s.has_twin()) {
      const auto there = cells.cells(s.twin);
      EXPECT_TRUE(std::equal(here.begin(), here.end(), there.rbegin(), there.rend()));
    }
    for (const std::uint32_t cell : here) {
      ASSERT_EQ(water->values[cell], 0);
      // No path can be lower than the ground at its end.
      const float level = connection->values[cell];
      if (!std::isnan(level)) {
        ASSERT_GE(level, terrain->values[cell]);
      }
    }
  }
  EXPECT_GT(with_cells, pack_->segments().size() * 9 / 10);
}

TEST_F(EmbeddedPackTest, PhuAnHasItsAlertLevels) {
  const auto& stations = pack_->stations();
  const auto it = std::find_if(stations.begin(), stations.end(),
                               [](const auto& s) { return s.id == "phu-an"; });
  ASSERT_NE(it, stations.end());
  ASSERT_EQ(it->measures.size(), 1u);
  ASSERT_EQ(it->measures[0].thresholds.size(), 3u);
  EXPECT_EQ(it->measures[0].thresholds[2].value, 1.6);
  EXPECT_EQ(it->measures[0].vertical_datum, "hondau");
}

class BuildPackTest : public ::testing::Test {
 protected:
  BuildPackTest() {
    WriteTinyOsm(dir_ / "tiny.osm.pbf", kBenThanh);
    WriteTinyOsm(dir_ / "danang.osm.pbf", kDaNang);
    options_.osm = dir_ / "tiny.osm.pbf";
    options_.out = dir_ / "pack";
  }
  std::shared_ptr<const storage::CityPack> BuildAndOpen() {
    const auto built = BuildPack(options_);
    EXPECT_TRUE(built.ok()) << built.status();
    if (!built.ok()) return nullptr;
    auto pack = storage::CityPack::Open(options_.out);
    EXPECT_TRUE(pack.ok()) << pack.status();
    return pack.ok() ? *pack : nullptr;
  }
  // 20 x 20 cells of 0.001 degrees around a place: the west half is sea at `sea_m`, the rest land.
  void WriteDem(LonLat centre, float sea_m) {
    geo::GridGeometry geometry;
    geometry.columns = geometry.rows = 20;
    geometry.affine = {centre.lon_deg - 0.01, 0.001, 0, centre.lat_deg + 0.01, 0, -0.001};
    geometry.crs_wkt = "EPSG:4326";
    geo::Grid<float> values(20, 20, 3.0f);
    for (int row = 0; row < 20; ++row) {
      for (int column = 0; column < 8; ++column) values.at(column, row) = sea_m;
    }
    const absl::Status written = geo::WriteGeoTiff(dir_ / "dem.tif", geometry, values);
    ASSERT_TRUE(written.ok()) << written;
    options_.dem = dir_ / "dem.tif";
  }
  void ExpectNothingLeft() {
    for (const std::string& name : FilesIn(dir_.path())) EXPECT_THAT(name, Not(HasSubstr("pack")));
  }

  TempDir dir_;
  PackOptions options_;
};

TEST_F(BuildPackTest, TakesTheRestFromTheEmbeddedCityWhereItCovers) {
  const auto pack = BuildAndOpen();
  ASSERT_NE(pack, nullptr);
  CheckPack(*pack);
  EXPECT_EQ(pack->segments().size(), 6u);
  EXPECT_EQ(pack->manifest().notices, std::vector<std::string>{"synthetic_terrain"});
  EXPECT_THAT(pack->manifest().attribution, HasSubstr("OpenStreetMap"));
  EXPECT_TRUE(pack->has_terrain());
  EXPECT_FALSE(pack->stations().empty());
  EXPECT_THAT(SkeletonNames(*pack, Tile(14, 13047, 7698)),
              UnorderedElementsAre("Lê Lợi", "Pasteur"));
}

TEST_F(BuildPackTest, ElsewhereItSaysWhatIsMissingAndWhy) {
  options_.osm = dir_ / "danang.osm.pbf";
  const auto pack = BuildAndOpen();
  ASSERT_NE(pack, nullptr);
  EXPECT_FALSE(pack->has_terrain());
  EXPECT_THAT(std::string(pack->manifest().AbsentReason("terrain")), HasSubstr("no --dem"));
  EXPECT_THAT(std::string(pack->manifest().AbsentReason("stations")), HasSubstr("no --stations"));
  EXPECT_FALSE(pack->manifest().datum.has_value());
  EXPECT_THAT(pack->stations(), IsEmpty());
  EXPECT_THAT(pack->manifest().notices, IsEmpty());
}

TEST_F(BuildPackTest, AFileNameOfAnotherEncodingStandsInTheManifestAsUtf8) {
  options_.osm = dir_ / "da nang caf\xe9.osm.pbf";
  WriteTinyOsm(options_.osm, kDaNang);
  const auto pack = BuildAndOpen();
  ASSERT_NE(pack, nullptr);
  EXPECT_THAT(pack->manifest().name_vi, AllOf(StartsWith("da nang caf"), EndsWith(".osm.pbf")));
  EXPECT_EQ(pack->manifest().name_vi, RepairUtf8(pack->manifest().name_vi));
}

TEST_F(BuildPackTest, WhatTheExtractLacksIsToldAndCounted) {
  test_support::WriteOsmFile(options_.osm,
                             "n1 x108.22 y16.07\nn2 x108.221 y16.07\nn5 x108.225 y16.07\n"
                             "n6 x108.226 y16.07\n"
                             "w1 Thighway=primary,name=Gap Nn1,n2,n3,n4,n5,n6\n"
                             "w2 Thighway=primary,name=Edge Nn1,n2,n7\n"
                             "w3 Thighway=primary,name=Lost Nn1,n8\n"
                             "w4 Thighway=primary,name=Closed,access=no Nn1,n2\n");
  const auto built = BuildPack(options_);
  ASSERT_TRUE(built.ok()) << built.status();
  EXPECT_THAT(built->warnings, ElementsAre(HasSubstr("1 roads are cut"), HasSubstr("end early"),
                                           HasSubstr("left out")));
  EXPECT_THAT(built->warnings[0], HasSubstr("way 1"));
  const auto pack = storage::CityPack::Open(options_.out);
  ASSERT_TRUE(pack.ok());
  std::map<std::string, std::uint64_t> counts = (*pack)->manifest().counts;
  EXPECT_EQ(counts["ways"], 2u);
  EXPECT_EQ(counts["ways_broken"], 1u);
  EXPECT_EQ(counts["ways_shortened"], 1u);
  EXPECT_EQ(counts["ways_lost"], 1u);
  EXPECT_EQ(counts["ways_closed"], 1u);
  EXPECT_EQ(counts["missing_nodes"], 4u);
  EXPECT_EQ((*pack)->segments().size(), 6u);  // n1-n2 twice, n5-n6 once, in both directions
}

TEST_F(BuildPackTest, SameInputsGiveTheSameBytes) {
  options_.created_time = absl::FromUnixSeconds(1);
  const auto first = BuildPack(options_);
  options_.out = dir_ / "again";
  options_.created_time = absl::FromUnixSeconds(2);
  const auto second = BuildPack(options_);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->pack_id, second->pack_id);
  for (const std::string& name : FilesIn(dir_ / "pack")) {
    if (name == "manifest.toml") continue;
    EXPECT_EQ(ReadFile(dir_ / ("pack/" + name)), ReadFile(dir_ / ("again/" + name))) << name;
  }
}

TEST_F(BuildPackTest, DemNeedsADatum) {
  WriteDem(kBenThanh, -2);
  const auto built = BuildPack(options_);
  EXPECT_TRUE(absl::IsInvalidArgument(built.status()));
  EXPECT_THAT(built.status().message(), HasSubstr("--dem-datum"));
  EXPECT_THAT(built.status().message(), HasSubstr("egm2008"));
  options_.dem_datum = "egm20008";
  EXPECT_THAT(BuildPack(options_).status().message(), HasSubstr("egm2008"));
  options_.dem_datum = "local";
  EXPECT_TRUE(absl::IsInvalidArgument(BuildPack(options_).status()));
  ExpectNothingLeft();
}

TEST_F(BuildPackTest, OffsetIsAppliedOnceAndRecorded) {
  options_.osm = dir_ / "danang.osm.pbf";
  WriteDem(kDaNang, -2);
  options_.dem_datum = "EGM2008";
  const auto pack = BuildAndOpen();
  ASSERT_NE(pack, nullptr);
  EXPECT_EQ(pack->manifest().datum, (storage::PackDatum{"egm2008", -0.86}));
  EXPECT_THAT(pack->manifest().notices, IsEmpty());
  const auto terrain = geo::ReadRaster(pack->terrain_path());
  const auto connection = geo::ReadRaster(pack->connection_path());
  const auto water = geo::ReadRaster(pack->water_path());
  ASSERT_TRUE(terrain.ok() && connection.ok() && water.ok());
  EXPECT_FLOAT_EQ(terrain->values.at(12, 5), 3 - 0.86f);
  EXPECT_FLOAT_EQ(connection->values.at(12, 5), 3 - 0.86f);
  EXPECT_EQ(water->values.at(3, 5), 1);
  EXPECT_EQ(water->values.at(8, 5), 0);
}

TEST_F(BuildPackTest, DemWithoutOpenWaterOrElsewhereIsRefused) {
  options_.osm = dir_ / "danang.osm.pbf";
  options_.dem_datum = "hondau";
  WriteDem(kDaNang, 1);
  EXPECT_THAT(BuildPack(options_).status().message(), HasSubstr("no open water"));
  WriteDem(kBenThanh, -1);
  EXPECT_THAT(BuildPack(options_).status().message(), HasSubstr("no road lies on the terrain"));
  options_.dem = dir_ / "nowhere.tif";
  EXPECT_TRUE(absl::IsNotFound(BuildPack(options_).status()));
  ExpectNothingLeft();
}

// The tiny city's streets reach 400 m from the middle; the DEM ends 1 km east of the west end.
TEST_F(BuildPackTest, RoadsBeyondTheTerrainAreOfUnknownDepth) {
  options_.osm = dir_ / "danang.osm.pbf";
  WriteDem({kDaNang.lon_deg - 0.0095, kDaNang.lat_deg}, -2);
  options_.dem_datum = "hondau";
  const auto built = BuildPack(options_);
  ASSERT_TRUE(built.ok()) << built.status();
  const auto pack = storage::CityPack::Open(options_.out);
  ASSERT_TRUE(pack.ok());
  std::uint64_t unknown = 0;
  for (std::uint32_t i = 0; i < (*pack)->segments().size(); ++i) {
    const storage::SegmentRecord& s = (*pack)->segments()[i];
    const bool is_west = s.north_east.ToLonLat().lon_deg < kDaNang.lon_deg + 0.0005;
    EXPECT_EQ((*pack)->segment_cells()->is_known(i), is_west) << i;
    unknown += is_west ? 0 : 1;
  }
  EXPECT_GT(unknown, 0u);
  EXPECT_EQ((*pack)->manifest().counts.at("segments_of_unknown_depth"), unknown);
  ASSERT_EQ(built->warnings.size(), 1u);
  EXPECT_THAT(built->warnings[0], HasSubstr("does not cover"));
}

TEST_F(BuildPackTest, CanBeStoppedAtEveryStep) {
  options_.osm = dir_ / "danang.osm.pbf";
  WriteDem(kDaNang, -2);
  options_.dem_datum = "hondau";
  int steps = 0;
  ASSERT_TRUE(BuildPack(options_, [&](std::string_view, double) { return ++steps > 0; }).ok());
  std::filesystem::remove_all(options_.out);
  ASSERT_GT(steps, 8);
  // The last report comes when the pack is complete.
  for (int stop = 1; stop < steps; ++stop) {
    int left = stop;
    const auto built = BuildPack(options_, [&](std::string_view, double) { return --left > 0; });
    EXPECT_TRUE(absl::IsCancelled(built.status())) << stop << built.status();
    ExpectNothingLeft();
  }
}

TEST_F(BuildPackTest, KilledBuildLeavesTheOldPackAndTheNextOneCleansUp) {
  const auto before = BuildAndOpen();
  ASSERT_NE(before, nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    // The embedded roads: a forked child has no threads to read an extract.
    options_.osm.clear();
    (void)BuildPack(options_, [](std::string_view step, double) {
      if (step == "writing") ::raise(SIGKILL);
      return true;
    });
    ::_exit(0);
  }
  int how = 0;
  ASSERT_EQ(::waitpid(child, &how, 0), child);
  ASSERT_TRUE(WIFSIGNALED(how));
  const auto after = storage::CityPack::Open(options_.out);
  ASSERT_TRUE(after.ok());
  EXPECT_EQ((*after)->pack_id(), before->pack_id());
  EXPECT_THAT(FilesIn(dir_.path()), Contains(absl::StrCat("pack.building-", child)));
  ASSERT_NE(BuildAndOpen(), nullptr);
  EXPECT_THAT(FilesIn(dir_.path()), Not(Contains(absl::StrCat("pack.building-", child))));
}

TEST_F(BuildPackTest, BadInputsNameTheFileAndLeaveNothing) {
  const auto error = [&](std::string PackOptions::*field, const std::string& name,
                         std::string_view content) {
    PackOptions options = options_;
    SaveFile(dir_ / name, content);
    options.*field = dir_ / name;
    const auto built = BuildPack(options);
    EXPECT_FALSE(built.ok()) << name;
    EXPECT_THAT(built.status().message(), HasSubstr(name));
  };
  error(&PackOptions::osm, "bad.osm.pbf", "not an extract");
  error(&PackOptions::osm, "cut.osm.pbf", ReadFile(options_.osm).substr(0, 200));
  error(&PackOptions::stations, "bad.csv", "id,name\n1,2\n");
  error(&PackOptions::boundaries, "bad.geojson", "{}");
  ExpectNothingLeft();
}

TEST_F(BuildPackTest, ReplacesNothingButAPack) {
  std::filesystem::create_directory(options_.out);
  SaveFile(options_.out + "/dear.txt", "dear");
  EXPECT_TRUE(absl::IsFailedPrecondition(BuildPack(options_).status()));
  EXPECT_EQ(ReadFile(options_.out + "/dear.txt"), "dear");
}

TEST_F(BuildPackTest, TheRealCityInHalfAMinute) {
  CITYLAYERS_REAL_DATA_OR_SKIP(osm, "roads/hcmc.osm.pbf");
  CITYLAYERS_REAL_DATA_OR_SKIP(wards, "admin/hcmc_2025_wards.geojson.gz");
  CITYLAYERS_REAL_DATA_OR_SKIP(stations, "flood/hcmc_hydromet_stations.csv");
  options_.osm = osm.string();
  options_.boundaries = wards.string();
  options_.stations = stations.string();
  const absl::Time start = absl::Now();
  const auto built = BuildPack(options_);
  ASSERT_TRUE(built.ok()) << built.status();
  // The sanitizers take several times as long.
  if (!kSanitized) {
    EXPECT_LT(absl::Now() - start, absl::Seconds(30));
  }
  EXPECT_THAT(built->warnings, UnorderedElementsAre(HasSubstr("Thanh An"), HasSubstr("Tây Nam"),
                                                    HasSubstr("terrain does not cover")));
  const auto pack = storage::CityPack::Open(options_.out);
  ASSERT_TRUE(pack.ok()) << pack.status();
  CheckPack(**pack);
  const geo::TileId tile = Tile(14, 13047, 7698);
  EXPECT_THAT(SkeletonNames(**pack, tile), IsSupersetOf({"Lê Lợi", "Pasteur", "Hàm Nghi"}));
  EXPECT_THAT(Texts(**pack, tile, "road", "name"), Contains("Lê Lợi"));
  EXPECT_THAT(Texts(**pack, tile, "boundary", "kind"), Contains("ward"));
  EXPECT_EQ((*pack)->stations().size(), 16u);
}

}  // namespace
}  // namespace citylayers::citypack
