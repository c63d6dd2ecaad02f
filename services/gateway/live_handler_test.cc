#include "services/gateway/live_handler.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<layers::v1::WatchLayerRequest> Read(std::string_view target,
                                                   std::string_view last_event_id = "") {
  runtime::HttpRequest request;
  request.SetRequestLine("GET", target, 11);
  request.mutable_params().emplace_back("layer", "traffic");
  if (!last_event_id.empty()) request.AddHeader("Last-Event-ID", last_event_id);
  return ReadWatchRequest(request);
}

TEST(ReadWatchRequest, ReadsTheWholeQuery) {
  const auto watch = *Read(
      "/live/traffic?bbox=106.5,10.5,107,11&zoom=13.7&tick_ms=250&columns=level,speed_kmh"
      "&resume=pack%3A1:7:42");
  EXPECT_EQ(watch.name(), "layers/traffic");
  EXPECT_EQ(watch.viewport().east_deg(), 107);
  EXPECT_EQ(watch.zoom(), 13u);
  EXPECT_EQ(watch.tick_ms(), 250u);
  EXPECT_THAT(watch.columns(), ElementsAre("level", "speed_kmh"));
  EXPECT_EQ(watch.resume().pack_id(), "pack:1");
  EXPECT_EQ(watch.resume().version().epoch(), 7u);
  EXPECT_EQ(watch.resume().version().counter(), 42u);
}

TEST(ReadWatchRequest, WithoutAQueryAsksForEverything) {
  const auto watch = *Read("/live/traffic");
  EXPECT_FALSE(watch.has_viewport());
  EXPECT_FALSE(watch.has_resume());
}

TEST(ReadWatchRequest, TheBrowsersIdWinsOverTheAddress) {
  EXPECT_EQ(Read("/live/traffic?resume=p:1:1", "p:1:9")->resume().version().counter(), 9u);
  EXPECT_EQ(Read("/live/traffic?resume=p:1:1", "nonsense")->resume().version().counter(), 1u);
}

TEST(ReadWatchRequest, RefusesWhatItCannotRead) {
  for (const char* query : {"bbox=1,2,3", "bbox=a,b,c,d", "bbox=3,2,1,4", "bbox=nan,1,2,3",
                            "zoom=-1", "zoom=x", "tick_ms=soon", "resume=x", "resume=p:1:-1"}) {
    EXPECT_FALSE(Read(std::string("/live/traffic?") + query).ok()) << query;
  }
}

TEST(EventId, TellsTheViewOfAStreamThatHasMoved) {
  layers::v1::ResumeToken held;
  held.set_pack_id("p@1");
  held.mutable_version()->set_epoch(1);
  held.mutable_version()->set_counter(9);
  held.mutable_view()->set_zoom(7);
  EXPECT_EQ(EventId(held), "p@1:1:9@7");
  held.mutable_view()->mutable_viewport()->set_west_deg(106.70000000000002);
  held.mutable_view()->mutable_viewport()->set_north_deg(10.8);
  EXPECT_EQ(ReadEventId(EventId(held))->SerializeAsString(), held.SerializeAsString());
  EXPECT_FALSE(ReadEventId("p@1:1:9")->has_view()) << "an at sign of the pack's id";

  const auto watch = *Read("/live/traffic?bbox=1,2,3,4&zoom=12", EventId(held));
  EXPECT_EQ(watch.viewport().west_deg(), 106.70000000000002) << "the stream had moved";
  EXPECT_EQ(watch.zoom(), 7u);
  const auto opened = *Read("/live/traffic?bbox=1,2,3,4&resume=p:1:9@7");
  EXPECT_EQ(opened.viewport().west_deg(), 1) << "the page asks for another view";
  EXPECT_EQ(opened.resume().view().zoom(), 7u);
}

TEST(EventId, RoundTrips) {
  layers::v1::LayerVersion version;
  version.set_epoch(18446744073709551615u);
  version.set_counter(3);
  layers::v1::ResumeToken held;
  held.set_pack_id("a:b");
  *held.mutable_version() = version;
  const auto token = ReadEventId(EventId(held));
  EXPECT_EQ(token->pack_id(), "a:b");
  EXPECT_EQ(token->version().epoch(), version.epoch());
  for (const char* text : {"", ":", "1:2", "p::", "p:1:", "p:x:1"}) {
    EXPECT_FALSE(ReadEventId(text)) << text;
  }
}

// While nothing in view changes, only heartbeats advance the version of the stream; the next delta
// begins at the version of the last heartbeat.
TEST(Live, AHeartbeatMovesWhereTheStreamResumes) {
  layers::v1::WatchLayerResponse snapshot;
  snapshot.mutable_snapshot()->set_pack_id("pack1");
  snapshot.mutable_snapshot()->mutable_version()->set_epoch(7);
  snapshot.mutable_snapshot()->mutable_version()->set_counter(5);
  layers::v1::WatchLayerResponse heartbeat;
  heartbeat.mutable_heartbeat()->mutable_version()->set_epoch(7);
  heartbeat.mutable_heartbeat()->mutable_version()->set_counter(9);

  FakeCity city;
  city.layers().SetScript({snapshot, heartbeat});
  runtime::TestClient client(city.http_port());
  client.Send("GET /live/traffic HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string text = client.ReadUntil("event: heartbeat\ndata: {\"version\"");
  EXPECT_THAT(text, HasSubstr("id: pack1:7:5\nevent: snapshot"));
  EXPECT_THAT(text, HasSubstr("id: pack1:7:9\nevent: heartbeat")) << "the next Last-Event-ID";

  city.StopBackends();
  client.ReadUntil("\"stale\":true");
  city.layers().SetScript({});
  city.StartBackends();
  city.layers().WaitForWatches(2);
  EXPECT_EQ(city.layers().counts().watches.back().resume().version().counter(), 9u);
}

}  // namespace
}  // namespace citylayers::gateway
