// Tests of SetViewport for streams of the gateway: GET /live and /live/{layer} with movable=1.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"
#include "services/runtime/rpc/grpc_status.h"
#include "services/runtime/rpc/stream_ends.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using runtime::TestClient;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kSetViewport = "/citylayers.layers.v1.LayerService/SetViewport";

layers::v1::WatchLayerResponse NamedSnapshot(std::string stream_id) {
  layers::v1::WatchLayerResponse response;
  response.set_stream_id(std::move(stream_id));
  response.mutable_snapshot()->set_pack_id("pack1");
  response.mutable_snapshot()->mutable_version()->set_epoch(7);
  response.mutable_snapshot()->mutable_version()->set_counter(5);
  return response;
}

class LiveMoveTest : public ::testing::Test {
 protected:
  LiveMoveTest() { city_.layers().SetScript({NamedSnapshot("upstream-1")}); }

  /// Opens a stream, reads up to its snapshot and returns its id.
  std::string Open(TestClient& client, std::string_view target) {
    client.Send(StrCat("GET ", target, " HTTP/1.1\r\nHost: a\r\n\r\n"));
    text_ = client.ReadUntil("\"counter\":\"5\"");
    constexpr std::string_view kBefore = "event: stream\ndata: {\"streamId\":\"";
    const std::size_t at = text_.find(kBefore);
    return at == std::string::npos ? "" : text_.substr(at + kBefore.size(), 32);
  }
  auto Move(const std::string& stream_id, std::string_view layer = "layers/traffic",
            std::string_view box = R"({"westDeg":106,"southDeg":10,"eastDeg":107,"northDeg":11})") {
    TestClient client(city_.http_port());
    return client.Request("POST", kSetViewport, "Content-Type: application/json\r\n",
                          StrCat(R"({"name":")", layer, R"(","streamId":")", stream_id,
                                 R"(","viewport":)", box, R"(,"zoom":14})"));
  }

  FakeCity city_;
  std::string text_;
};

TEST_F(LiveMoveTest, AMoveIsPassedOnToTheLayersServer) {
  TestClient client(city_.http_port());
  const std::string id = Open(client, "/live/traffic?bbox=1,2,3,4&movable=1");
  ASSERT_EQ(id.size(), 32u) << text_;
  EXPECT_THAT(text_, Not(HasSubstr("upstream-1"))) << "only the gateway can use that id";
  EXPECT_EQ(Move(id).status, 200);
  city_.layers().WaitForMoves(1);
  const layers::v1::SetViewportRequest move = city_.layers().counts().moves.at(0);
  EXPECT_EQ(move.name(), "layers/traffic");
  EXPECT_EQ(move.stream_id(), "upstream-1");
  EXPECT_EQ(move.viewport().east_deg(), 107);
  EXPECT_EQ(move.zoom(), 14u);
}

TEST_F(LiveMoveTest, AStreamOfSeveralLayersMovesAsAWhole) {
  TestClient client(city_.http_port());
  const std::string id = Open(client, "/live?layers=traffic,flood&bbox=1,2,3,4&movable=1");
  city_.layers().WaitForWatches(2);
  EXPECT_EQ(Move(id).status, 200);
  city_.layers().WaitForMoves(2);
}

TEST_F(LiveMoveTest, AfterABreakTheNextCallBeginsWithTheNewView) {
  TestClient client(city_.http_port());
  const std::string id = Open(client, "/live/traffic?bbox=1,2,3,4&zoom=9&movable=1");
  city_.StopBackends();
  client.ReadUntil("\"stale\":true");
  EXPECT_EQ(Move(id).status, 200);
  city_.StartBackends();
  city_.layers().WaitForWatches(2);
  const layers::v1::WatchLayerRequest watch = city_.layers().counts().watches.back();
  EXPECT_EQ(watch.viewport().east_deg(), 107);
  EXPECT_EQ(watch.resume().version().counter(), 5u);
  EXPECT_EQ(watch.resume().view().viewport().east_deg(), 3) << "the view of the client's state";
  EXPECT_EQ(watch.resume().view().zoom(), 9u);
}

// The servers of layers end each stream at its age: viewers do not see it.
TEST_F(LiveMoveTest, AnAgedCallIsMadeAgainWithoutAGap) {
  runtime::Metrics metrics;
  runtime::StreamEnds ends({}, metrics);
  for (const std::string_view target : {"/live/traffic", "/live?layers=traffic"}) {
    const std::size_t before = city_.layers().counts().watches.size();
    city_.layers().EndNext(runtime::ToGrpcStatus(ends.Aged()));
    TestClient client(city_.http_port());
    Open(client, target);
    city_.layers().WaitForWatches(before + 2);
    EXPECT_EQ(city_.layers().counts().watches.back().resume().version().counter(), 5u);
    text_ += client.ReadUntil("\"counter\":\"5\"");
    EXPECT_THAT(text_, Not(HasSubstr("\"stale\":true")));
    EXPECT_THAT(text_, Not(HasSubstr("\"lost\"")));
  }
}

TEST_F(LiveMoveTest, WithoutMovableAStreamHasNoId) {
  TestClient client(city_.http_port());
  EXPECT_EQ(Open(client, "/live/traffic"), "");
}

TEST_F(LiveMoveTest, RefusesWhatItCannotMove) {
  TestClient client(city_.http_port());
  const std::string id = Open(client, "/live/traffic?movable=1");
  EXPECT_EQ(Move("nonsense").status, 404) << "the layer's server does not know it either";
  EXPECT_EQ(Move(id, "layers/flood").status, 404);
  const auto bad = Move(id, "layers/traffic", R"({"westDeg":999})");
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.body, HasSubstr("viewport.west_deg"));
}

TEST_F(LiveMoveTest, AReadOnlyGatewayMovesStreams) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.rpc.writes = false;
  FakeCity city(std::move(options));
  TestClient client(city.http_port());
  const auto answer = client.Request("POST", kSetViewport, "Content-Type: application/json\r\n",
                                     R"({"name":"layers/traffic","streamId":"x"})");
  EXPECT_EQ(answer.status, 404) << "not 403";
}

}  // namespace
}  // namespace citylayers::gateway
