// Tests of tiles and TileJSON with small backends, some of which go down.
#include "services/gateway/tile_handler.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "services/gateway/representation.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using runtime::TestClient;
using ::testing::StartsWith;
using Json = nlohmann::json;

constexpr std::string_view kGetAlert = "/citylayers.alerts.v1.AlertService/GetAlert";
constexpr std::string_view kJson = "Content-Type: application/json\r\n";

TEST(Tiles, WhoJoinsAQuestionOfAClientThatHoldsTheTileStillGetsTheTile) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.http.threads = 1;  // one thread: requests are read in the order in which they are sent
  FakeCity city(options);
  city.layers().SetTile("traffic/14/1/2.mvt", "roads");
  city.WaitUntilSeen("traffic");
  const std::string tag = TagOf("roads").substr(0, 8);
  constexpr std::string_view kTile = "/tiles/traffic/14/1/2.mvt";
  // The first client has an old version of the tile, which the gateway does not have.
  city.layers().HoldConfirmations(true);
  TestClient first(city.http_port());
  first.Send(
      StrCat("GET ", kTile, " HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"", tag, "-id\"\r\n\r\n"));
  city.layers().WaitForHeld(1);
  // Meanwhile the tile is cached, and becomes outdated.
  EXPECT_EQ(TestClient(city.http_port()).Get(kTile).body, "roads");
  city.layers().Bump("traffic");
  city.WaitUntilSeen("traffic");
  // The second request has the cached tile's tag, which is the request under way.
  TestClient second(city.http_port());
  second.Send(StrCat("GET ", kTile, " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  for (int i = 0; i < 2; ++i)
    TestClient(city.http_port()).Get("/healthz");  // after this it has been read
  city.layers().HoldConfirmations(false);
  EXPECT_THAT(first.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 304"));
  const std::string head = second.ReadUntil("\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(city.layers().counts().not_modified, 1) << "one request for both clients";
}

TEST(Tiles, PagesOfOtherOriginsCanReadThatThereAreTooManyTiles) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.tiles.fills_max = 0;
  FakeCity city(options);
  city.WaitUntilSeen("traffic");
  const auto response = TestClient(city.http_port()).Get("/tiles/traffic/14/1/2.mvt");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.Header("retry-after"), "1");
  EXPECT_EQ(response.Header("access-control-allow-origin"), "*");
}

TEST(Tiles, WithTooManyBeingMadeTheCachedOneIsServedAsStale) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.tiles.fills_max = 1;
  FakeCity city(options);
  constexpr std::string_view kFirst = "/tiles/traffic/14/1/2.mvt",
                             kSecond = "/tiles/traffic/14/1/3.mvt";
  city.layers().SetTile("traffic/14/1/2.mvt", "first");
  city.layers().SetTile("traffic/14/1/3.mvt", "second");
  city.WaitUntilSeen("traffic");
  TestClient client(city.http_port());
  EXPECT_EQ(client.Get(kFirst).body, "first");
  EXPECT_EQ(client.Get(kSecond).body, "second");
  city.layers().Bump("traffic");
  city.WaitUntilSeen("traffic");
  city.layers().HoldConfirmations(true);
  TestClient waiting(city.http_port());
  waiting.Send(StrCat("GET ", kFirst, " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  city.layers().WaitForHeld(1);
  const auto stale = client.Get(kSecond);
  EXPECT_EQ(stale.status, 200);
  EXPECT_EQ(stale.body, "second");
  EXPECT_EQ(stale.Header("x-citylayers-stale"), "1");
  EXPECT_EQ(client.Get("/tiles/traffic/14/1/4.mvt").status, 503) << "this tile is not cached";
  city.layers().HoldConfirmations(false);
  EXPECT_THAT(waiting.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST(Tiles, AnEmptyImageIsATransparentOneAndAnEmptyVectorTileIsNone) {
  FakeCity city;
  city.WaitUntilSeen("flood");
  TestClient client(city.http_port());
  for (int i = 0; i < 2; ++i) {  // made, then cached
    const auto png = client.Get("/tiles/flood/14/1/2.png");
    EXPECT_EQ(png.status, 200);
    EXPECT_EQ(png.Header("content-type"), "image/png");
    EXPECT_THAT(png.body, StartsWith("\x89PNG\r\n"));
    EXPECT_LT(png.body.size(), 300u);
    EXPECT_EQ(
        client.Get("/tiles/flood/14/1/2.png", StrCat("If-None-Match: ", png.Header("etag"), "\r\n"))
            .status,
        304);
    EXPECT_EQ(client.Get("/tiles/flood/14/1/2.mvt").status, 204);
  }
}

TEST(TileJson, IsNotSentAgainWhenOnlyTheClockMoved) {
  FakeCity city;
  city.WaitUntilSeen("traffic");
  TestClient client(city.http_port());
  const auto first = client.Get("/tiles/traffic.json");
  const std::string etag = first.Header("etag");
  EXPECT_THAT(etag, StartsWith("W/\"")) << "its city_time differs from one to the next";
  city.AdvanceClock(absl::Seconds(5));
  const auto second = client.Get("/tiles/traffic.json");
  EXPECT_NE(second.body, first.body);
  EXPECT_EQ(second.Header("etag"), etag);
  const std::string held = StrCat("If-None-Match: ", etag, "\r\n");
  EXPECT_EQ(client.Get("/tiles/traffic.json", held).status, 304);
  EXPECT_EQ(
      client.Get("/tiles/traffic.json", StrCat("If-None-Match: ", etag.substr(2), "\r\n")).status,
      304);
  city.layers().Bump("traffic");
  city.WaitUntilSeen("traffic");
  EXPECT_EQ(client.Get("/tiles/traffic.json", held).status, 200);
}

TEST(BackendDown, TilesAreServedStaleAndLayersStayListed) {
  FakeCity city;
  city.layers().SetTile("traffic/14/1/2.mvt", "roads");
  city.WaitUntilSeen("traffic");
  TestClient client(city.http_port());
  EXPECT_EQ(client.Get("/tiles/traffic/14/1/2.mvt").body, "roads");
  EXPECT_EQ(client.Get("/readyz").status, 200);
  city.StopBackends();
  city.WaitUntilSeen("traffic", false);
  const auto stale = client.Get("/tiles/traffic/14/1/2.mvt");
  EXPECT_EQ(stale.status, 200);
  EXPECT_EQ(stale.body, "roads");
  EXPECT_EQ(stale.Header("x-citylayers-stale"), "1");
  EXPECT_EQ(stale.Header("warning"), "110 - \"Response is Stale\"");
  EXPECT_EQ(client.Get("/tiles/traffic/14/9/9.mvt").status, 503) << "never seen before";
  EXPECT_EQ(Json::parse(client.Get("/tiles/traffic.json").body)["stale"], true);
  EXPECT_EQ(client.Get("/readyz").status, 503);
  EXPECT_EQ(client.Get("/healthz").status, 200);
  const auto list =
      client.Request("POST", "/citylayers.layers.v1.LayerService/ListLayers", kJson, "{}");
  EXPECT_EQ(Json::parse(list.body)["layers"][0]["stale"], true);
  EXPECT_EQ(client.Request("POST", kGetAlert, kJson, R"({"name":"alerts/1"})").status, 503);

  city.StartBackends();
  city.WaitUntilSeen("traffic");
  const auto fresh = client.Get("/tiles/traffic/14/1/2.mvt");
  EXPECT_EQ(fresh.Header("x-citylayers-stale"), "");
  EXPECT_EQ(client.Get("/readyz").status, 200);
}

}  // namespace
}  // namespace citylayers::gateway
