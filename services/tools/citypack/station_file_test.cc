#include "services/tools/citypack/station_file.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace citylayers::citypack {
namespace {

using storage::PackMeasure;
using ::testing::HasSubstr;

TEST(StationFile, ReadsCsv) {
  const auto s = ParseStationText(
      "\xEF\xBB\xBFstation_id,name,kind,lat,lon,location\r\n"
      "MN_phu_an,Phú An,water_level,10.7786,106.7078,\"Quận 2, \"\"TP\"\"\"\r\n"
      "\r\n"
      "MUA_an_phu,An Phú,rain,11.1,106.5,\"two\nlines\"\n",
      "x.csv");
  ASSERT_TRUE(s.ok()) << s.status();
  ASSERT_EQ(s->size(), 2u);
  EXPECT_EQ((*s)[0].id, "mn-phu-an");
  EXPECT_EQ((*s)[0].name_vi, "Phú An");
  EXPECT_EQ((*s)[0].location, (LonLat{106.7078, 10.7786}));
  EXPECT_EQ((*s)[0].measures[0].unit, "m");
  EXPECT_EQ((*s)[0].measures[0].decimals, 3);
  EXPECT_EQ((*s)[1].measures[0].kind, "rainfall");
}

TEST(StationFile, ReadsGeoJson) {
  const auto s = ParseStationText(R"({"type": "FeatureCollection", "features": [
      {"type": "Feature", "geometry": {"type": "Point", "coordinates": [106.7, 10.7]},
       "properties": {"id": 7, "name": "Bảy", "kind": "water_level", "alert_1": 1.4, "alert_2": 1.5}},
      {"type": "Feature", "geometry": {"type": "Point", "coordinates": [106.7, 10.7]},
       "properties": {"id": 7, "name": "Bảy", "kind": "rainfall", "name_en": null}}]})",
                                  "x.geojson");
  ASSERT_TRUE(s.ok()) << s.status();
  ASSERT_EQ(s->size(), 1u);
  ASSERT_EQ((*s)[0].measures.size(), 2u);
  ASSERT_EQ((*s)[0].measures[0].thresholds.size(), 2u);
  EXPECT_EQ((*s)[0].measures[0].thresholds[1].name_vi, "báo động II");
  EXPECT_EQ((*s)[0].measures[0].thresholds[1].value, 1.5);
}

TEST(StationFile, BadRowsAreNamedByLine) {
  const std::string header = "id,name,kind,lat,lon,alert_1,alert_2\n";
  const auto error = [&](const std::string& row) {
    const auto s = ParseStationText(header + "a,A,rain,10,106,,\n" + row, "x.csv");
    EXPECT_TRUE(absl::IsInvalidArgument(s.status())) << row;
    EXPECT_THAT(s.status().message(), HasSubstr("x.csv, line 3"));
    return std::string(s.status().message());
  };
  EXPECT_THAT(error("b,B,rain,10\n"), HasSubstr("fields"));
  EXPECT_THAT(error(",B,rain,10,106,,\n"), HasSubstr("`id`"));
  EXPECT_THAT(error(std::string(64, 'b') + ",B,rain,10,106,,\n"), HasSubstr("63 characters"));
  EXPECT_THAT(error("b," + std::string(257, 'B') + ",rain,10,106,,\n"), HasSubstr("256 bytes"));
  EXPECT_THAT(error("b,,rain,10,106,,\n"), HasSubstr("`name`"));
  EXPECT_THAT(error("b,B,snow,10,106,,\n"), HasSubstr("snow"));
  EXPECT_THAT(error("b,B,rain,106,10,,\n"), HasSubstr("not a place"));
  EXPECT_THAT(error("b,B,rain,x,10,,\n"), HasSubstr("not a place"));
  EXPECT_THAT(error("b,B,rain,nan,10,,\n"), HasSubstr("not a place"));
  EXPECT_THAT(error("a,A,rain,10,106,,\n"), HasSubstr("twice"));
  EXPECT_THAT(error("b,B,level,10,106,1.5,1.4\n"), HasSubstr("must rise"));
  EXPECT_THAT(error("b,B,level,10,106,high,\n"), HasSubstr("not a number"));
  EXPECT_THAT(error("b,\"B,rain,10,106,,\n"), HasSubstr("quote"));
}

const PackMeasure& OnlyMeasure(const absl::StatusOr<std::vector<storage::PackStation>>& stations) {
  static const PackMeasure none;
  EXPECT_TRUE(stations.ok()) << stations.status();
  return stations.ok() ? stations->at(0).measures.at(0) : none;
}

absl::StatusOr<std::vector<storage::PackStation>> River(const std::string& columns,
                                                        const std::string& values) {
  return ParseStationText(
      StrCat("id,name,kind,lat,lon,", columns, "\na,A,level,10,106,", values, "\n"), "x.csv");
}

TEST(StationFile, AsManyLevelsAsAreGivenFromTheFirstOn) {
  const auto two = River("alert_1,alert_2,alert_3", "1.4,1.5,");
  ASSERT_EQ(OnlyMeasure(two).thresholds.size(), 2u);
  EXPECT_EQ(OnlyMeasure(two).thresholds[1].name_vi, "báo động II");
  EXPECT_TRUE(OnlyMeasure(River("alert_1,alert_2,alert_3", ",,")).thresholds.empty());
  EXPECT_THAT(River("alert_1,alert_2,alert_3", ",1.5,1.6").status().message(),
              HasSubstr("alert_2 is given, but not alert_1"));
  EXPECT_THAT(River("alert_1,alert_2,alert_3", "1.4,,1.6").status().message(),
              HasSubstr("alert_3 is given, but not alert_2"));
}

TEST(StationFile, LevelsLieInTheRangeOfTheirMeasure) {
  EXPECT_THAT(River("alert_1,alert_2,alert_3", "140,150,160").status().message(),
              HasSubstr("alert_1 140 is outside the range of water_level, -4 to 30 m"));
  EXPECT_THAT(River("alert_1,max_value", "1.4,1.2").status().message(), HasSubstr("-4 to 1.2 m"));
  EXPECT_THAT(River("alert_1", "-9").status().message(), HasSubstr("outside the range"));
  EXPECT_EQ(OnlyMeasure(River("alert_1", "1.4")).max_value, 5);
}

TEST(StationFile, AHigherRiverHasAHigherRange) {
  const auto red_river = River("alert_1,alert_2,alert_3", "9.5,10.5,11.5");
  EXPECT_EQ(OnlyMeasure(red_river).max_value, 14.5);
  EXPECT_EQ(OnlyMeasure(red_river).min_value, -4);
  const auto upstream = River("alert_1,min_value,max_value", "80,70,95");
  EXPECT_EQ(OnlyMeasure(upstream).min_value, 70);
  EXPECT_EQ(OnlyMeasure(upstream).max_value, 95);
  EXPECT_THAT(River("min_value,max_value", "3,2").status().message(), HasSubstr("not under"));
  EXPECT_THAT(River("max_value", "high").status().message(), HasSubstr("not a number"));
}

TEST(StationFile, FilesOfOtherProgramsAreReadOrToldApart) {
  const auto marked = ParseStationText(
      "\xEF\xBB\xBF{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
      "\"geometry\":"
      "{\"type\":\"Point\",\"coordinates\":[105.736,10.03]},\"properties\":{\"id\":\"song\","
      "\"name\":\"Sông\",\"kind\":\"water_level\"}}]}",
      "x.geojson");
  ASSERT_TRUE(marked.ok()) << marked.status();
  EXPECT_EQ(marked->at(0).id, "song");
  EXPECT_THAT(ParseStationText("\xFF\xFEi", "x").status().message(), HasSubstr("UTF-16"));
  EXPECT_THAT(
      ParseStationText("id,name,lon,lat,lat,kind\na,A,106,10,20,rain\n", "x").status().message(),
      HasSubstr("\"lat\" occurs twice"));
  EXPECT_THAT(
      ParseStationText("id,name,lon,lat,kind\na,S\xF4ng,106,10,rain\n", "x").status().message(),
      HasSubstr("not UTF-8"));
}

TEST(StationFile, NamesAreOneSpelling) {
  const auto s =
      ParseStationText("id,name,lon,lat,kind\na,Phu\u0301  An \uFFFE,106,10,rain\n", "x");
  ASSERT_TRUE(s.ok()) << s.status();
  EXPECT_EQ(s->at(0).name_vi, "Phú An");
  EXPECT_THAT(
      ParseStationText("id,name,lon,lat,kind\na,\uFEFF,106,10,rain\n", "x").status().message(),
      HasSubstr("no `name`"));
}

TEST(StationFile, ForeignContentIsRefused) {
  for (const char* text :
       {"", "\n", "id\n", "{", "{}", "{\"features\": 3}", "{\"features\": [3]}",
        R"({"features": [{"geometry": {"type": "Point", "coordinates": ["a", 1]}}]})"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseStationText(text, "x").status())) << text;
  }
  EXPECT_TRUE(absl::IsNotFound(ReadStations("/nowhere.csv").status()));
}

TEST(StationFile, KnownStationsLendIdAndAlertLevels) {
  const auto known = ParseStationText(
      "id,name,name_en,kind,lat,lon,alert_1\nphu-an,Phú An,Phu An,level,10.7786,106.7078,1.4\n",
      "k");
  auto stations = ParseStationText(
      "id,name,kind,lat,lon\nMN_phu_an,Phú An,level,10.779,106.708\nrain,Phú "
      "An,rain,10.779,106.708\n"
      "far,Phú An,level,10.9,106.7\n",
      "s");
  ASSERT_TRUE(known.ok() && stations.ok());
  CompleteFrom(*known, &*stations);
  ASSERT_EQ(stations->size(), 3u);
  EXPECT_EQ((*stations)[0].id, "far");
  EXPECT_TRUE((*stations)[0].measures[0].thresholds.empty());
  EXPECT_EQ((*stations)[1].id, "phu-an");
  EXPECT_EQ((*stations)[1].name_en, "Phu An");
  EXPECT_EQ((*stations)[1].measures[0].thresholds.size(), 1u);
  EXPECT_EQ((*stations)[2].id, "rain");
}

// Two gauges of the same name, both near the known one: the nearer one gets its id.
TEST(StationFile, AKnownStationIsAtMostOneOfTheFile) {
  const auto known = ParseStationText(
      "id,name,kind,lat,lon,alert_1\nphu-an,Phú An,level,10.7786,106.7078,1.4\n", "k");
  ASSERT_TRUE(known.ok());
  for (const char* rows : {"a,Phú An,level,10.790,106.708\nb,Phú An,level,10.779,106.708\n",
                           "b,Phú An,level,10.779,106.708\nc,Phú An,level,10.790,106.708\n"}) {
    auto stations = ParseStationText(StrCat("id,name,kind,lat,lon\n", rows), "s");
    ASSERT_TRUE(stations.ok());
    CompleteFrom(*known, &*stations);
    ASSERT_EQ(stations->size(), 2u);
    EXPECT_NE((*stations)[0].id, (*stations)[1].id);
    EXPECT_EQ((*stations)[1].id, "phu-an");
    EXPECT_DOUBLE_EQ((*stations)[1].location.lat_deg, 10.779);
    EXPECT_TRUE((*stations)[0].measures[0].thresholds.empty());
  }
}

TEST(StationFile, AnIdThatTheFileHasAlreadyIsNotGivenAgain) {
  const auto known =
      ParseStationText("id,name,kind,lat,lon\nphu-an,Phú An,level,10.7786,106.7078\n", "k");
  auto stations = ParseStationText(
      "id,name,kind,lat,lon\nphu-an,Other,level,10.9,106.7\nx,Phú An,level,10.779,106.708\n", "s");
  ASSERT_TRUE(known.ok() && stations.ok());
  CompleteFrom(*known, &*stations);
  EXPECT_EQ((*stations)[0].id, "phu-an");
  EXPECT_EQ((*stations)[1].id, "x");
}

}  // namespace
}  // namespace citylayers::citypack
