#include "geo/roads/osm_reader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <osmium/builder/attr.hpp>
#include <osmium/io/pbf_output.hpp>
#include <unistd.h>

#include "tests/support/osm_file.h"
#include "tests/support/real_data.h"

namespace citylayers::geo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string TempPath(const std::string& name) {
  return (std::filesystem::temp_directory_path() /
          ("citylayers-osm-" + std::to_string(::getpid()) + "-" + name))
      .string();
}

using Tags = std::vector<std::pair<const char*, const char*>>;

// An .osm.pbf with nodes 1..9 along the equator, 0.001 degrees apart, and the given ways.
std::string WritePbf(const std::string& name,
                     const std::vector<std::pair<std::vector<std::int64_t>, Tags>>& ways) {
  using namespace osmium::builder::attr;  // NOLINT: the library's way to write builders
  osmium::memory::Buffer buffer(1 << 16, osmium::memory::Buffer::auto_grow::yes);
  for (int i = 1; i <= 9; ++i) {
    osmium::builder::add_node(buffer, _id(i), _location(osmium::Location(106.7 + i * 1e-3, 10.77)));
  }
  int id = 100;
  for (const auto& [nodes, tags] : ways) {
    std::vector<osmium::NodeRef> refs;
    for (const std::int64_t node : nodes) refs.emplace_back(node);
    osmium::builder::add_way(buffer, _id(id++), _nodes(refs), _tags(tags));
  }
  const std::string path = TempPath(name);
  osmium::io::Writer writer(osmium::io::File(path, "pbf"), osmium::io::overwrite::allow);
  writer(std::move(buffer));
  writer.close();
  return path;
}

TEST(OsmReader, TakesRoadsWithTheirTags) {
  const std::string path =
      WritePbf("tags.osm.pbf", {{{1, 2, 2, 3},
                                 {{"highway", "primary"},
                                  {"name", "Lê Lợi"},
                                  {"oneway", "-1"},
                                  {"lanes", "3"},
                                  {"maxspeed", "RU:urban"},
                                  {"bridge", "yes"}}},
                                {{1, 2}, {{"highway", "footway"}}},
                                {{1, 2}, {{"building", "yes"}}},
                                {{3, 999, 4}, {{"highway", "residential"}, {"maxspeed", "40"}}},
                                {{998, 5}, {{"highway", "residential"}}}});
  const auto roads = ReadOsmRoads(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(roads.ok()) << roads.status();
  const std::vector<Way>& ways = roads->ways;
  ASSERT_EQ(ways.size(), 1u);
  const Way& a = ways[0];
  EXPECT_EQ(a.id, 100);
  EXPECT_EQ(a.name, "Lê Lợi");
  EXPECT_EQ(a.road_class, RoadClass::kPrimary);
  EXPECT_EQ(a.oneway, Oneway::kBackward);
  EXPECT_EQ(a.lanes, 3);
  EXPECT_EQ(a.max_speed_kmh, 0);
  EXPECT_TRUE(a.bridge);
  EXPECT_THAT(a.nodes, ElementsAre(1, 2, 3));  // the node twice in a row is one
  EXPECT_NEAR(a.points[2].lon_deg, 106.703, 1e-7);
  EXPECT_EQ(roads->missing_nodes, 2u);
  EXPECT_EQ(roads->lost.ways, 2u);  // node 999 is not in the extract, so nothing joins 3 and 4
  EXPECT_EQ(roads->lost.example, 103);
}

// Way 10 ends at a crossing at node 4, where way 11 starts; nodes 2, 3 and 5 have no tag.
constexpr char kBend[] =
    "n1 x106.700 y10.770 Thighway=traffic_signals\n"
    "n2 x106.701 y10.772\n"
    "n3 x106.703 y10.772\n"
    "n4 x106.704 y10.770 Thighway=crossing\n"
    "n5 x106.706 y10.770\n"
    "n6 x106.708 y10.770\n"
    "w10 Thighway=primary,name=Cung Nn1,n2,n3,n4\n"
    "w11 Thighway=primary,name=Thang Nn4,n5,n6\n";

// Reads an extract made from an OPL text, and removes it.
absl::StatusOr<OsmRoads> Read(const std::string& opl, const std::string& format = "pbf") {
  const std::string path = TempPath("drawn.osm.pbf");
  test_support::WriteOsmFile(path, opl, format);
  auto roads = ReadOsmRoads(path);
  std::filesystem::remove(path);
  return roads;
}

std::string Lines(const OsmRoads& roads) {
  std::string text;
  for (const Way& way : roads.ways) {
    absl::StrAppend(&text, way.id, ":");
    for (std::size_t i = 0; i < way.nodes.size(); ++i) {
      const bool gap = std::find(way.gaps.begin(), way.gaps.end(), i) != way.gaps.end();
      absl::StrAppend(&text, gap ? " |" : "", " ", way.nodes[i]);
    }
    text += "\n";
  }
  return text;
}

TEST(OsmReader, PlacesInTheWaysAreTakenFromThere) {
  const auto plain = Read(kBend);
  const auto placed = Read(kBend, "pbf,locations_on_ways=true");
  ASSERT_TRUE(plain.ok() && placed.ok()) << plain.status() << placed.status();
  EXPECT_EQ(Lines(*plain), "10: 1 2 3 4\n11: 4 5 6\n");
  // As written by `osmium add-locations-to-ways`: without the nodes that have no tag.
  const std::string path = TempPath("placed.osm.pbf");
  test_support::WriteOsmFile(path, kBend, "pbf,locations_on_ways=true", {1, 4});
  const auto thinned = ReadOsmRoads(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(thinned.ok()) << thinned.status();
  for (const auto* other : {&*placed, &*thinned}) {
    EXPECT_EQ(Lines(*other), Lines(*plain));
    EXPECT_EQ(other->missing_nodes, 0u);
    for (std::size_t i = 0; i < plain->ways.size(); ++i) {
      EXPECT_EQ(other->ways[i].points, plain->ways[i].points);
    }
  }
}

TEST(OsmReader, AMissingMiddleIsAGapAndNoStraightLine) {
  const auto roads = Read(
      "n1 x106.700 y10.77\nn2 x106.705 y10.77\nn5 x106.715 y10.77\nn6 x106.720 y10.77\n"
      "w10 Thighway=primary Nn1,n2,n3,n4,n5,n6\n"    // the middle
      "w11 Thighway=primary Nn8,n1,n2,n9\n"          // both ends
      "w12 Thighway=primary Nn1,n3,n5,n4,n6\n"       // no two that are joined
      "w13 Thighway=primary Nn1,n2,n3,n5\n"          // one node after the gap
      "w14 Thighway=primary Nn3,n1,n2,n4,n2,n5\n");  // the same node on both sides
  ASSERT_TRUE(roads.ok()) << roads.status();
  EXPECT_EQ(Lines(*roads), "10: 1 2 | 5 6\n11: 1 2\n13: 1 2 | 5\n14: 1 2 | 2 5\n");
  EXPECT_EQ(roads->broken.ways, 3u);
  EXPECT_EQ(roads->broken.example, 10);
  EXPECT_EQ(roads->shortened.ways, 1u);
  EXPECT_EQ(roads->lost.ways, 1u);
  EXPECT_EQ(roads->missing_nodes, 2u + 2 + 2 + 1 + 2);
}

TEST(OsmReader, NegativeIdsAreRoadsToo) {
  const auto roads = Read(
      "n-6 x106.704 y10.77\nn-5 x106.706 y10.77\nn-4 x106.708 y10.77\n"
      "n1 x106.700 y10.77\nn2 x106.702 y10.77\n"
      "w-10 Thighway=primary,name=Moi Nn-6,n-5,n-4\n"
      "w11 Thighway=primary,name=Noi Nn1,n2,n-6,n-5\n");
  ASSERT_TRUE(roads.ok()) << roads.status();
  EXPECT_EQ(Lines(*roads),
            absl::StrCat((std::int64_t{1} << 40) - 10, ": -6 -5 -4\n", "11: 1 2 -6 -5\n"));
  EXPECT_EQ(roads->missing_nodes, 0u);
  EXPECT_TRUE(
      absl::IsInvalidArgument(Read("n1 x1 y1\nn2 x2 y2\nw0 Thighway=primary Nn1,n2\n").status()));
}

TEST(OsmReader, AHistoryIsRefused) {
  constexpr char kHistory[] =
      "n1 v1 dV x105.740 y10.03\nn1 v2 dV x105.750 y10.03\nn2 v1 dV x105.742 y10.03\n"
      "w11 v1 dV Thighway=primary Nn1,n2\nw11 v2 dD\n";
  for (const char* format : {"osh.pbf", "pbf"}) {  // with its mark in the header, and without
    const auto roads = Read(kHistory, format);
    EXPECT_TRUE(absl::IsInvalidArgument(roads.status())) << format;
    EXPECT_THAT(roads.status().message(), HasSubstr("osmium time-filter")) << format;
  }
}

TEST(OsmReader, NodesAfterTheirWaysAreRefusedUnlessTheWaysHavePlaces) {
  constexpr char kTurned[] =
      "w10 Thighway=primary Nn1,n2\nn1 x106.700 y10.77\nn2 x106.701 y10.77\n";
  EXPECT_THAT(Read(kTurned).status().message(), HasSubstr("osmium sort"));
  EXPECT_TRUE(Read("n2 x106.7 y10.8\nn1 x106.8 y10.7\nw1 Thighway=primary Nn1,n2\n").ok())
      << "the order of nodes is irrelevant";
}

TEST(OsmReader, NamesAreOneSpelling) {
  const std::string path = WritePbf(
      "names.osm.pbf",
      {{{1, 2}, {{"highway", "primary"}, {"name", "Phạm Văn Đồng"}}},
       {{2, 3}, {{"highway", "primary"}, {"name", "Pha\u0323m Va\u0306n \u0110o\u0302\u0300ng"}}},
       {{3, 4}, {{"highway", "primary"}, {"name", "Phạm Văn Ðồng\uFFFE"}}},
       {{4, 5}, {{"highway", "primary"}, {"name", "Ph\xF4 Ba\xEC\xD2"}}}});
  const auto roads = ReadOsmRoads(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(roads.ok()) << roads.status();
  for (int i : {0, 1, 2}) EXPECT_EQ(roads->ways[i].name, "Phạm Văn Đồng") << i;
  EXPECT_EQ(roads->ways[3].name, "Ph\uFFFD Ba\uFFFD\uFFFD");
  EXPECT_EQ(roads->not_utf8.ways, 1u);
  EXPECT_EQ(roads->not_utf8.example, 103);
}

TEST(OsmReader, RoadsClosedToVehiclesAreLeftOutAndCounted) {
  const auto roads = Read(
      "n1 x106.700 y10.77\nn2 x106.701 y10.77\n"
      "w1 Thighway=primary,access=no Nn1,n2\n"
      "w2 Thighway=residential,motor_vehicle=no,motorcycle=yes Nn1,n2\n"
      "w3 Thighway=primary,disused=yes Nn1,n2\n"
      "w4 Thighway=primary,tunnel=building_passage,bridge=low_water_crossing Nn1,n2\n"
      "w5 Thighway=primary,tunnel=yes,bridge=viaduct Nn1,n2\n");
  ASSERT_TRUE(roads.ok()) << roads.status();
  EXPECT_EQ(Lines(*roads), "2: 1 2\n4: 1 2\n5: 1 2\n");
  EXPECT_EQ(roads->closed.ways, 2u);
  EXPECT_FALSE(roads->ways[1].bridge || roads->ways[1].tunnel);
  EXPECT_TRUE(roads->ways[2].bridge && roads->ways[2].tunnel);
}

TEST(OsmReader, AnExtractWithoutItsNodesSaysSo) {
  const auto roads = Read("n1 x106.7 y10.77\nw10 Thighway=primary Nn2,n3\n");
  EXPECT_TRUE(absl::IsInvalidArgument(roads.status()));
  EXPECT_THAT(roads.status().message(), HasSubstr("way 10"));
  EXPECT_THAT(roads.status().message(), HasSubstr("complete_ways"));
}

TEST(OsmReader, NoRoadIsAnError) {
  const std::string path = WritePbf("none.osm.pbf", {{{1, 2}, {{"building", "yes"}}}});
  const auto ways = ReadOsmRoads(path);
  std::filesystem::remove(path);
  EXPECT_TRUE(absl::IsInvalidArgument(ways.status()));
  EXPECT_THAT(ways.status().message(), HasSubstr("no ways"));
}

TEST(OsmReader, AbsentAndForeignFilesAreErrors) {
  EXPECT_TRUE(absl::IsNotFound(ReadOsmRoads("/nowhere/x.osm.pbf").status()));
  EXPECT_FALSE(ReadOsmRoads(std::filesystem::temp_directory_path().string()).ok());
  const std::string path = TempPath("not.osm.pbf");
  for (const std::string& content : {std::string(), std::string("<osm></osm>"),
                                     std::string(5000, '\x7f'), std::string("\0\0\0\x0d", 4)}) {
    std::ofstream(path, std::ios::trunc) << content;
    EXPECT_TRUE(absl::IsInvalidArgument(ReadOsmRoads(path).status())) << content.size();
  }
  std::filesystem::remove(path);
}

TEST(OsmReader, ProgressMayStop) {
  const std::string path = WritePbf("stop.osm.pbf", {{{1, 2}, {{"highway", "primary"}}}});
  OsmReadOptions options;
  options.progress = [](double) { return false; };
  EXPECT_TRUE(absl::IsCancelled(ReadOsmRoads(path, options).status()));
  std::filesystem::remove(path);
}

TEST(OsmReader, ReadsTheCityAndNoPieceOfIt) {
  CITYLAYERS_REAL_DATA_OR_SKIP(pbf, "roads/hcmc.osm.pbf");
  double last = 0;
  OsmReadOptions options;
  options.progress = [&](double share) {
    EXPECT_GE(share, last);
    last = share;
    return true;
  };
  const auto roads = ReadOsmRoads(pbf.string(), options);
  ASSERT_TRUE(roads.ok()) << roads.status();
  EXPECT_LE(last, 1);
  const std::vector<Way>& ways = roads->ways;
  EXPECT_GT(ways.size(), 8000u);
  EXPECT_EQ(roads->missing_nodes, 0u);
  EXPECT_TRUE(std::any_of(ways.begin(), ways.end(),
                          [](const Way& w) { return w.name.find("Lê Lợi") != std::string::npos; }));

  std::ifstream in(pbf, std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const std::string path = TempPath("cut.osm.pbf");
  for (const double share : {0.001, 0.3, 0.7, 0.95, 0.9999}) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        << all.substr(0, static_cast<std::size_t>(share * static_cast<double>(all.size())));
    EXPECT_TRUE(absl::IsInvalidArgument(ReadOsmRoads(path).status())) << share;
  }
  std::filesystem::remove(path);
}

TEST(OsmReader, TheCityWithPlacesInItsWaysIsTheSameCity) {
  CITYLAYERS_REAL_DATA_OR_SKIP(pbf, "roads/hcmc.osm.pbf");
  const std::string path = TempPath("city.osm.pbf");
  test_support::AddPlacesToWays(pbf.string(), path);
  const auto plain = ReadOsmRoads(pbf.string()), placed = ReadOsmRoads(path);
  EXPECT_LT(test_support::CountNodes(path), test_support::CountNodes(pbf.string()) / 2);
  std::filesystem::remove(path);
  ASSERT_TRUE(plain.ok() && placed.ok()) << plain.status() << placed.status();
  ASSERT_EQ(placed->ways.size(), plain->ways.size());
  for (std::size_t i = 0; i < plain->ways.size(); ++i) {
    ASSERT_EQ(placed->ways[i].nodes, plain->ways[i].nodes) << plain->ways[i].id;
    ASSERT_EQ(placed->ways[i].points, plain->ways[i].points) << plain->ways[i].id;
  }
}

}  // namespace
}  // namespace citylayers::geo
