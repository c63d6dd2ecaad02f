#include "services/programs/citylayers/resource_list.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "citylayers/flood/v1/flood_service.pb.h"

namespace citylayers::cli {
namespace {

using Json = nlohmann::json;

flood::v1::Stage PhuAn() {
  flood::v1::Stage stage;
  stage.set_station("stations/phu-an");
  stage.mutable_display_name()->set_vi("Phú An");
  stage.mutable_location()->set_lon_deg(106.7078);
  stage.mutable_location()->set_lat_deg(10.7786);
  stage.set_stage_m(0);
  stage.set_quality(readings::v1::QUALITY_ESTIMATED);
  return stage;
}

ResourceList TwoStages(OutputFormat format) {
  ResourceList list(format, false, {{.header = "STATION"}});
  list.Add(PhuAn(), {PhuAn().station()}, PlaceOf(PhuAn().location()));
  list.Add(flood::v1::Stage(), {std::string("nowhere")});
  return list;
}

TEST(ResourceList, JsonIsAnArrayOfResourcesInTheProtoMapping) {
  const Json json = Json::parse(TwoStages(OutputFormat::kJson).Render(""));
  ASSERT_TRUE(json.is_array());
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[0]["station"], "stations/phu-an");
  EXPECT_EQ(json[0]["displayName"]["vi"], "Phú An");
  EXPECT_EQ(json[0]["quality"], "QUALITY_ESTIMATED");
  EXPECT_EQ(json[0]["stageM"], 0) << "a stage of zero is not left out";
}

TEST(ResourceList, AnEmptyListIsAnEmptyArrayNotAMessage) {
  const ResourceList json(OutputFormat::kJson, false, {{.header = "X"}});
  EXPECT_EQ(json.Render("nothing here"), "[]\n");
  const ResourceList table(OutputFormat::kTable, false, {{.header = "X"}});
  EXPECT_EQ(table.Render("nothing here"), "nothing here\n");
}

TEST(ResourceList, NdjsonIsOneObjectALine) {
  const std::string text = TwoStages(OutputFormat::kNdjson).Render("");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_EQ(Json::parse(text.substr(0, text.find('\n')))["station"], "stations/phu-an");
}

TEST(ResourceList, GeoJsonHasLongitudeFirstAndNullForNowhere) {
  const Json json = Json::parse(TwoStages(OutputFormat::kGeoJson).Render(""));
  EXPECT_EQ(json["type"], "FeatureCollection");
  const Json& feature = json["features"][0];
  EXPECT_EQ(feature["geometry"]["type"], "Point");
  EXPECT_EQ(feature["geometry"]["coordinates"], Json({106.7078, 10.7786}));
  EXPECT_EQ(feature["properties"]["station"], "stations/phu-an");
  EXPECT_TRUE(json["features"][1]["geometry"].is_null());
}

TEST(ResourceList, LinesBecomeLineStrings) {
  const Json feature = Json::parse(ToFeature(PhuAn(), {{106.7, 10.7}, {106.8, 10.8}}));
  EXPECT_EQ(feature["geometry"]["type"], "LineString");
  EXPECT_EQ(feature["geometry"]["coordinates"][1], Json({106.8, 10.8}));
}

TEST(RenderOneResource, ATableIsNamesAndValuesWithoutEmptyOnes) {
  EXPECT_EQ(RenderOneResource(OutputFormat::kTable, PhuAn(),
                              {{"station", "Phú An"}, {"note", ""}, {"stage", "1.70 m"}}),
            "station  Phú An\n"
            "stage    1.70 m\n");
  EXPECT_EQ(Json::parse(RenderOneResource(OutputFormat::kJson, PhuAn(), {}))["station"],
            "stations/phu-an");
}

}  // namespace
}  // namespace citylayers::cli
