// Tests of the lists of GET /live: stages and jams.
#include "services/gateway/live_boards.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using runtime::TestClient;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kCityTimeS = 1'700'000'100;  // of a FakeCity

void Open(TestClient& client, std::string_view query) {
  client.Send(StrCat("GET /live?", query, " HTTP/1.1\r\nHost: a\r\n\r\n"));
}

// The data of the next event of a name.
std::string Next(TestClient& client, std::string_view event) {
  client.ReadUntil(StrCat("event: ", event, "\ndata: "));
  return client.ReadUntil("\n\n");
}

traffic::v1::WatchJamsResponse Jams(
    std::initializer_list<std::pair<const char*, double>> delays_s) {
  traffic::v1::WatchJamsResponse response;
  for (const auto& [id, delay_s] : delays_s) {
    traffic::v1::Jam* jam = response.add_jams();
    jam->set_name(StrCat("jams/", id));
    jam->set_delay_s(delay_s);
  }
  return response;
}

flood::v1::WatchStagesResponse OneStage(std::int64_t read_time_s) {
  flood::v1::WatchStagesResponse response;
  flood::v1::Stage* stage = response.add_stages();
  stage->set_station("stations/phu-an");
  stage->set_stage_m(1.5);
  stage->mutable_period()->set_seconds(600);
  stage->mutable_read_time()->set_seconds(read_time_s);
  stage->add_recent_readings()->set_stage_m(1.5);
  return response;
}

TEST(Stages, AReadingOlderThanThreePeriodsIsStale) {
  FakeCity city;
  TestClient client(city.http_port());
  Open(client, "stages=1");
  EXPECT_THAT(Next(client, "stages"), HasSubstr("\"stale\":true")) << "no reading yet";
  city.flood().stages.Send(OneStage(kCityTimeS - 1800));
  const std::string fresh = Next(client, "stages");
  EXPECT_THAT(fresh, HasSubstr("\"stageM\":1.5"));
  EXPECT_THAT(fresh, Not(HasSubstr("stale")));
  EXPECT_THAT(fresh, Not(HasSubstr("recentReadings"))) << "they are for alerts";
  city.AdvanceClock(absl::Seconds(1));
  city.flood().stages.Send({});  // a heartbeat
  EXPECT_THAT(Next(client, "stages"), HasSubstr("\"stale\":true"));
}

TEST(Stages, AListOfSeveralMessagesIsSentWhole) {
  FakeCity city;
  TestClient client(city.http_port());
  Open(client, "stages=1");
  Next(client, "stages");
  flood::v1::WatchStagesResponse part = OneStage(kCityTimeS);
  part.set_more(true);
  city.flood().stages.Send(part);
  EXPECT_THAT(client.ReadUntil("event: heartbeat"), Not(HasSubstr("event: stages")));
  flood::v1::WatchStagesResponse rest;
  rest.add_stages()->set_station("stations/nha-be");
  city.flood().stages.Send(rest);
  const std::string whole = Next(client, "stages");
  EXPECT_THAT(whole, HasSubstr("nha-be\",\"stale\":true},{\"station\":\"stations/phu-an\""))
      << "by station";
}

TEST(Jams, TheLongestDelaysComeFirst) {
  FakeCity city;
  TestClient client(city.http_port());
  Open(client, "jams=2");
  Next(client, "jams");
  traffic::v1::WatchJamsResponse change = Jams({{"a", 10}, {"b", 30}, {"c", 10}, {"d", 20}});
  change.add_removed("jams/one");
  city.traffic().jams.Send(change);
  const std::string first = Next(client, "jams");
  EXPECT_THAT(first, HasSubstr("\"name\":\"jams/b\",\"delayS\":30},{\"name\":\"jams/d\""));
  EXPECT_THAT(first, Not(HasSubstr("jams/a")));
  EXPECT_THAT(first, HasSubstr("dataTime"));
  change = Jams({});
  change.add_removed("jams/b");
  city.traffic().jams.Send(change);
  EXPECT_THAT(Next(client, "jams"), HasSubstr("jams/d\",\"delayS\":20},{\"name\":\"jams/a\""));
}

TEST(Jams, ViewersOfDifferentNumbersShareOneCall) {
  FakeCity city;
  TestClient one(city.http_port());
  TestClient five(city.http_port());
  Open(one, "jams=1");
  Open(five, "jams=5");
  Next(one, "jams");
  Next(five, "jams");
  city.traffic().jams.Send(Jams({{"a", 10}}));
  const std::string all = Next(five, "jams");
  EXPECT_THAT(all, HasSubstr("jams/a"));
  EXPECT_THAT(all, HasSubstr("jams/one"));
  EXPECT_THAT(Next(one, "jams"), Not(HasSubstr("jams/one")));
  EXPECT_EQ(city.traffic().jams.opened(), 1);
}

TEST(Jams, AStreamWithoutHeartbeatsIsLostAndOpenedAgain) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.live.silence_max = absl::Milliseconds(500);
  FakeCity city(options);
  TestClient client(city.http_port());
  Open(client, "jams=1");
  Next(client, "jams");
  EXPECT_THAT(client.ReadUntil("has stopped sending"), HasSubstr("\"feed\":\"jams\""));
  client.ReadUntil("event: heartbeat\ndata: {\"serverTime\":");
  while (client.ReadUntil("\n\n").find("lost") != std::string::npos) {
  }
  EXPECT_GE(city.traffic().jams.opened(), 2);
}

TEST(Jams, ACityWithoutThemHasLostNothing) {
  FakeCity city;
  TestClient client(city.http_port());
  Open(client, "jams=1");
  Next(client, "jams");
  city.traffic().jams.End({grpc::StatusCode::FAILED_PRECONDITION, "the pack has no roads"});
  while (city.traffic().jams.opened() < 2) {
    EXPECT_THAT(client.ReadUntil("event: heartbeat"), Not(HasSubstr("lost")));
  }
}

}  // namespace
}  // namespace citylayers::gateway
