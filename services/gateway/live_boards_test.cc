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

// A stream of GET /live.
class Events {
 public:
  Events(const FakeCity& city, std::string_view query) : client_(city.http_port()) {
    client_.Send(StrCat("GET /live?", query, " HTTP/1.1\r\nHost: a\r\n\r\n"));
  }
  // The data of the next event of a name; "" when the stream has ended.
  std::string Next(std::string_view event) {
    const std::string head = StrCat("event: ", event, "\ndata: ");
    for (;;) {
      const std::size_t begin = unread_.find(head);
      const std::size_t end =
          begin == std::string::npos ? std::string::npos : unread_.find("\n\n", begin);
      if (end != std::string::npos) {
        skipped_ = unread_.substr(0, begin);
        std::string data = unread_.substr(begin + head.size(), end - begin - head.size());
        unread_.erase(0, end);
        return data;
      }
      const std::string more = client_.ReadUntil("\n\n");
      if (more.empty()) return "";
      unread_ += more;
    }
  }
  // What was sent before the last event that Next returned.
  const std::string& skipped() const { return skipped_; }

 private:
  TestClient client_;
  std::string unread_, skipped_;
};

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
  Events events(city, "stages=1");
  EXPECT_THAT(events.Next("stages"), HasSubstr("\"stale\":true")) << "no reading yet";
  city.flood().stages.Send(OneStage(kCityTimeS - 1800));
  const std::string fresh = events.Next("stages");
  EXPECT_THAT(fresh, HasSubstr("\"stageM\":1.5"));
  EXPECT_THAT(fresh, Not(HasSubstr("stale")));
  EXPECT_THAT(fresh, Not(HasSubstr("recentReadings"))) << "they are for alerts";
  city.AdvanceClock(absl::Seconds(1));
  city.flood().stages.Send({});  // a heartbeat
  EXPECT_THAT(events.Next("stages"), HasSubstr("\"stale\":true"));
}

TEST(Stages, AListOfSeveralMessagesIsSentWhole) {
  FakeCity city;
  Events events(city, "stages=1");
  events.Next("stages");
  flood::v1::WatchStagesResponse part = OneStage(kCityTimeS);
  part.set_more(true);
  city.flood().stages.Send(part);
  for (int i = 0; i < 2; ++i) {  // 30 ms each; lists: 10 ms
    events.Next("heartbeat");
    EXPECT_THAT(events.skipped(), Not(HasSubstr("event: stages")));
  }
  flood::v1::WatchStagesResponse rest;
  rest.add_stages()->set_station("stations/nha-be");
  city.flood().stages.Send(rest);
  EXPECT_THAT(events.Next("stages"),
              HasSubstr("nha-be\",\"stale\":true},{\"station\":\"stations/phu-an\""))
      << "by station";
}

TEST(Jams, TheLongestDelaysComeFirst) {
  FakeCity city;
  Events events(city, "jams=2");
  events.Next("jams");
  traffic::v1::WatchJamsResponse change = Jams({{"a", 10}, {"b", 30}, {"c", 10}, {"d", 20}});
  change.add_removed("jams/one");
  city.traffic().jams.Send(change);
  const std::string first = events.Next("jams");
  EXPECT_THAT(first, HasSubstr("\"name\":\"jams/b\",\"delayS\":30},{\"name\":\"jams/d\""));
  EXPECT_THAT(first, Not(HasSubstr("jams/a")));
  EXPECT_THAT(first, HasSubstr("dataTime"));
  change = Jams({});
  change.add_removed("jams/b");
  city.traffic().jams.Send(change);
  EXPECT_THAT(events.Next("jams"), HasSubstr("jams/d\",\"delayS\":20},{\"name\":\"jams/a\""));
}

TEST(Jams, ViewersOfDifferentNumbersShareOneCall) {
  FakeCity city;
  Events one(city, "jams=1");
  Events five(city, "jams=5");
  one.Next("jams");
  five.Next("jams");
  city.traffic().jams.Send(Jams({{"a", 10}}));
  const std::string all = five.Next("jams");
  EXPECT_THAT(all, HasSubstr("jams/a"));
  EXPECT_THAT(all, HasSubstr("jams/one"));
  EXPECT_THAT(one.Next("jams"), Not(HasSubstr("jams/one")));
  EXPECT_EQ(city.traffic().jams.opened(), 1);
}

TEST(Jams, AStreamWithoutHeartbeatsIsLostAndOpenedAgain) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.live.silence_max = absl::Milliseconds(500);
  FakeCity city(options);
  Events events(city, "jams=1");
  events.Next("jams");
  std::string heartbeat;
  do {
    heartbeat = events.Next("heartbeat");
    ASSERT_FALSE(heartbeat.empty());
  } while (heartbeat.find("lost") == std::string::npos);
  EXPECT_THAT(heartbeat, HasSubstr("\"feed\":\"jams\",\"reason\":\"its server has stopped"));
  while (heartbeat.find("lost") != std::string::npos) heartbeat = events.Next("heartbeat");
  EXPECT_GE(city.traffic().jams.opened(), 2);
}

TEST(Jams, ACityWithoutThemHasLostNothing) {
  FakeCity city;
  Events events(city, "jams=1");
  events.Next("jams");
  city.traffic().jams.End({grpc::StatusCode::FAILED_PRECONDITION, "the pack has no roads"});
  while (city.traffic().jams.opened() < 2) {
    const std::string heartbeat = events.Next("heartbeat");
    ASSERT_FALSE(heartbeat.empty());
    EXPECT_THAT(heartbeat, Not(HasSubstr("lost")));
  }
}

}  // namespace
}  // namespace citylayers::gateway
