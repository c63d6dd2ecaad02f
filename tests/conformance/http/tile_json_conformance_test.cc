// Conformance to TileJSON 3.0.0, and tests of the additional keys.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <nlohmann/json.hpp>

#include "services/gateway/tile_json.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using Json = nlohmann::json;
using runtime::TestClient;
using ::testing::MatchesRegex;

Json TrafficJson(FakeCity& city, std::string_view headers = "") {
  return Json::parse(TestClient(city.http_port()).Get("/tiles/traffic.json", headers).body);
}

TEST(TileJson, HasWhatTheSpecificationRequires) {
  FakeCity city;
  const Json json = TrafficJson(city);
  EXPECT_EQ(json["tilejson"], "3.0.0");
  ASSERT_EQ(json["tiles"].size(), 1u);
  EXPECT_EQ(json["tiles"][0], "http://test/tiles/traffic/{z}/{x}/{y}.mvt");
  EXPECT_EQ(json["vector_layers"][0]["id"], "traffic");
  EXPECT_TRUE(json["vector_layers"][0]["fields"].is_object());
  EXPECT_EQ(json["vector_layers"][0]["fields"]["level"], "Level: 1 free");
  EXPECT_EQ(json["vector_layers"][0]["fields"]["name"], "name of the street");
  EXPECT_EQ(json["bounds"], Json::array({106.5, 10.5, 107.0, 11.0}));
  EXPECT_EQ(json["minzoom"], 8);
  EXPECT_EQ(json["maxzoom"], 14);
  EXPECT_EQ(json["scheme"], "xyz");
  EXPECT_EQ(json["attribution"], "© OpenStreetMap contributors");
  EXPECT_THAT(json["version"].get<std::string>(), MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  const auto& center = json["center"];
  EXPECT_TRUE(center[2] >= json["minzoom"] && center[2] <= json["maxzoom"]);
}

TEST(TileJson, HasOurKeys) {
  FakeCity city;
  const Json json = TrafficJson(city);
  EXPECT_EQ(json["kind"], "live");
  EXPECT_EQ(json["pack_id"], "pack1");
  EXPECT_EQ(json["data_version"], "7:1");
  EXPECT_EQ(json["data_time"], "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(json["city_time"], "2023-11-14T22:15:00.000Z");
  EXPECT_EQ(json["notices"], Json::array({"profile_speeds"}));
  EXPECT_EQ(json["stale"], false);
  EXPECT_EQ(json["stream"], "http://test/live/traffic");
}

TEST(TileJson, AStaticLayerHasNoStream) {
  FakeCity city;
  const Json json = Json::parse(TestClient(city.http_port()).Get("/tiles/base.json").body);
  EXPECT_EQ(json["kind"], "static");
  EXPECT_FALSE(json.contains("stream"));
}

TEST(TileJson, ALayerWithBothFormatsNamesBoth) {
  FakeCity city;
  const Json json = Json::parse(TestClient(city.http_port()).Get("/tiles/flood.json").body);
  EXPECT_EQ(json["tiles"][0], "http://test/tiles/flood/{z}/{x}/{y}.mvt");
  EXPECT_EQ(json["tiles_png"][0], "http://test/tiles/flood/{z}/{x}/{y}.png");
}

TEST(TileJson, AddressesAreThoseTheClientUsed) {
  FakeCity city;
  EXPECT_EQ(TrafficJson(city, "X-Forwarded-Proto: https\r\n")["tiles"][0],
            "https://test/tiles/traffic/{z}/{x}/{y}.mvt");
  EXPECT_EQ(TrafficJson(city, "X-Forwarded-Proto: javascript\r\n")["tiles"][0],
            "http://test/tiles/traffic/{z}/{x}/{y}.mvt");
  TestClient client(city.http_port());
  client.Send("GET /tiles/traffic.json HTTP/1.1\r\nHost: \"><script>\r\n\r\n");
  EXPECT_EQ(Json::parse(client.Read().body)["tiles"][0], "/tiles/traffic/{z}/{x}/{y}.mvt")
      << "a host that cannot be one is not repeated";
}

TEST(TileJson, IsConditionalToo) {
  FakeCity city;
  TestClient client(city.http_port());
  const auto full = client.Get("/tiles/traffic.json");
  const auto again =
      client.Get("/tiles/traffic.json", "If-None-Match: " + full.Header("etag") + "\r\n");
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.Header("etag"), full.Header("etag"));
}

TEST(TileJson, TextThatIsNotUtf8DoesNotBreakIt) {
  layers::v1::Layer layer = FakeCity::TrafficLayer();
  layer.set_attribution("\xff");
  EXPECT_TRUE(Json::accept(TileJsonOf(layer, "", absl::UnixEpoch())));
}

}  // namespace
}  // namespace citylayers::gateway
