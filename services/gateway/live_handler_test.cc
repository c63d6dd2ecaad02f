#include "services/gateway/live_handler.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::gateway {
namespace {

using ::testing::ElementsAre;

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

TEST(EventId, RoundTrips) {
  layers::v1::LayerVersion version;
  version.set_epoch(18446744073709551615u);
  version.set_counter(3);
  const auto token = ReadEventId(EventId("a:b", version));
  EXPECT_EQ(token->pack_id(), "a:b");
  EXPECT_EQ(token->version().epoch(), version.epoch());
  for (const char* text : {"", ":", "1:2", "p::", "p:1:", "p:x:1"}) {
    EXPECT_FALSE(ReadEventId(text)) << text;
  }
}

}  // namespace
}  // namespace citylayers::gateway
