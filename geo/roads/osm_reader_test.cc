#include "geo/roads/osm_reader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <osmium/builder/attr.hpp>
#include <osmium/io/pbf_output.hpp>
#include <unistd.h>

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

// A .osm.pbf with nodes 1..9 along the equator, 0.001 degrees apart, and the ways given.
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
  const auto ways = ReadOsmWays(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(ways.ok()) << ways.status();
  ASSERT_EQ(ways->size(), 2u);
  const Way& a = (*ways)[0];
  EXPECT_EQ(a.id, 100);
  EXPECT_EQ(a.name, "Lê Lợi");
  EXPECT_EQ(a.road_class, RoadClass::kPrimary);
  EXPECT_EQ(a.oneway, Oneway::kBackward);
  EXPECT_EQ(a.lanes, 3);
  EXPECT_EQ(a.max_speed_kmh, 0);
  EXPECT_TRUE(a.bridge);
  EXPECT_THAT(a.nodes, ElementsAre(1, 2, 3));  // the node twice in a row is one
  EXPECT_NEAR(a.points[2].lon_deg, 106.703, 1e-7);
  EXPECT_THAT((*ways)[1].nodes, ElementsAre(3, 4));  // node 999 is not in the extract
  EXPECT_EQ((*ways)[1].max_speed_kmh, 40);
}

TEST(OsmReader, NoRoadIsAnError) {
  const std::string path = WritePbf("none.osm.pbf", {{{1, 2}, {{"building", "yes"}}}});
  const auto ways = ReadOsmWays(path);
  std::filesystem::remove(path);
  EXPECT_TRUE(absl::IsInvalidArgument(ways.status()));
  EXPECT_THAT(ways.status().message(), HasSubstr("no ways"));
}

TEST(OsmReader, AbsentAndForeignFilesAreErrors) {
  EXPECT_TRUE(absl::IsNotFound(ReadOsmWays("/nowhere/x.osm.pbf").status()));
  EXPECT_FALSE(ReadOsmWays(std::filesystem::temp_directory_path().string()).ok());
  const std::string path = TempPath("not.osm.pbf");
  for (const std::string& content : {std::string(), std::string("<osm></osm>"),
                                     std::string(5000, '\x7f'), std::string("\0\0\0\x0d", 4)}) {
    std::ofstream(path, std::ios::trunc) << content;
    EXPECT_TRUE(absl::IsInvalidArgument(ReadOsmWays(path).status())) << content.size();
  }
  std::filesystem::remove(path);
}

TEST(OsmReader, ProgressMayStop) {
  const std::string path = WritePbf("stop.osm.pbf", {{{1, 2}, {{"highway", "primary"}}}});
  OsmReadOptions options;
  options.progress = [](double) { return false; };
  EXPECT_TRUE(absl::IsCancelled(ReadOsmWays(path, options).status()));
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
  const auto ways = ReadOsmWays(pbf.string(), options);
  ASSERT_TRUE(ways.ok()) << ways.status();
  EXPECT_LE(last, 1);
  EXPECT_GT(ways->size(), 8000u);
  EXPECT_TRUE(std::any_of(ways->begin(), ways->end(),
                          [](const Way& w) { return w.name.find("Lê Lợi") != std::string::npos; }));

  std::ifstream in(pbf, std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const std::string path = TempPath("cut.osm.pbf");
  for (const double share : {0.001, 0.3, 0.7, 0.95, 0.9999}) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        << all.substr(0, static_cast<std::size_t>(share * static_cast<double>(all.size())));
    EXPECT_TRUE(absl::IsInvalidArgument(ReadOsmWays(path).status())) << share;
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace citylayers::geo
