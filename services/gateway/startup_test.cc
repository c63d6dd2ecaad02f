// Tests of a gateway that starts before its backends, and of calls with very long deadlines.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "services/gateway/rpc_codec.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"
#include "tests/support/rpc_post.h"

namespace citylayers::gateway {
namespace {

using runtime::TestClient;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;

TEST(Startup, BeforeItsBackendsAGatewaySaysLaterInsteadOfNever) {
  FakeCity city(FakeCity::SmallOptions(), nullptr, /*backends_up=*/false);
  TestClient client(city.http_port());
  for (const char* path : {"/tiles/traffic.json", "/tiles/traffic/14/13048/7700.mvt", "/readyz"}) {
    const auto response = client.Get(path);
    EXPECT_EQ(response.status, 503) << path;
    if (std::string_view(path) != "/readyz") {
      EXPECT_EQ(response.Header("retry-after"), "1") << path;
    }
  }
  const auto layer = Post(city, "/citylayers.layers.v1.LayerService/GetLayer", kJson,
                          R"({"name":"layers/traffic"})");
  EXPECT_EQ(layer.status, 503);
  EXPECT_EQ(Json::parse(layer.body)["code"], "unavailable");
  EXPECT_EQ(Post(city, "/citylayers.layers.v1.LayerService/ListLayers", kJson, "{}").status, 503);
  const auto stub = layers::v1::LayerService::NewStub(city.FrontChannel());
  grpc::ClientContext context;
  layers::v1::GetLayerRequest request;
  request.set_name("layers/traffic");
  layers::v1::GetLayerResponse response;
  const grpc::Status status = stub->GetLayer(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_details(), HasSubstr("STARTING"));
  city.StartBackends();
  city.WaitUntilSeen("traffic");
  EXPECT_EQ(client.Get("/tiles/traffic.json").status, 200);
  EXPECT_EQ(client.Get("/tiles/none.json").status, 404);
}

TEST(Startup, LiveStreamsOpenStaleAndGoOn) {
  FakeCity city(FakeCity::SmallOptions(), nullptr, /*backends_up=*/false);
  layers::v1::WatchLayerResponse snapshot;
  snapshot.mutable_snapshot()->mutable_version()->set_counter(5);
  city.layers().SetScript({snapshot});
  TestClient live(city.http_port());
  live.Send("GET /live/traffic HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string head = live.ReadUntil(R"({"stale":true})");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200"));
  TestClient none(city.http_port());
  none.Send("GET /live/none HTTP/1.1\r\nHost: a\r\n\r\n");
  city.StartBackends();
  EXPECT_THAT(live.ReadUntil("event: snapshot"), HasSubstr("event: snapshot"));
  EXPECT_THAT(none.ReadUntil("no live layer"), HasSubstr("no live layer"));
}

TEST(Deadlines, VeryLongOnesAreNone) {
  FakeCity city;
  for (const char* timeout : {"99999999H", "2562047H", "99999999M", "99999999S", "1H"}) {
    const auto response =
        Post(city, kExport,
             StrCat("Content-Type: application/grpc-web\r\ngrpc-timeout: ", timeout, "\r\n"),
             Frame(0, ""));
    EXPECT_THAT(response.body, HasSubstr("grpc-status: 0")) << timeout;
  }
  const auto connect = Post(city, kGetAlert, StrCat(kJson, "Connect-Timeout-Ms: 9999999999\r\n"),
                            R"({"name":"alerts/1"})");
  EXPECT_EQ(connect.status, 200);
}

}  // namespace
}  // namespace citylayers::gateway
