#include "services/alerts/condition_follower.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/support/proto_time.h"
#include "tests/support/fake_city_services.h"

namespace citylayers::alerts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Time kTime = absl::FromUnixSeconds(1'762'425'000);

class SetClock final : public Clock {
 public:
  absl::Time Now() const override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }
  void Advance(absl::Duration by) {
    absl::MutexLock lock(&mutex_);
    now_ += by;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_) = kTime;
};

flood::v1::Stage Stage(const std::string& station, double stage_m, absl::Time time) {
  flood::v1::Stage stage;
  stage.set_station(station);
  stage.set_stage_m(stage_m);
  stage.mutable_period()->set_seconds(600);
  *stage.mutable_read_time() = ToProtoTime(time);
  return stage;
}

void AddReading(flood::v1::Stage& stage, absl::Time time, double stage_m) {
  flood::v1::StageReading* reading = stage.add_recent_readings();
  *reading->mutable_read_time() = ToProtoTime(time);
  reading->set_stage_m(stage_m);
}

flood::v1::FloodedStreet Street(const std::string& id, double depth_m) {
  flood::v1::FloodedStreet street;
  street.set_street_id(id);
  street.set_street(id);
  street.set_depth_m(depth_m);
  return street;
}

// The follower of a fake city whose streams the test feeds.
class ConditionFollowerTest : public testing::Test {
 protected:
  ConditionFollowerTest() { Follow({.lists = {.rows_max = 3}}); }
  ~ConditionFollowerTest() override {
    follower_.reset();
    city_.Stop();
  }

  void Follow(ConditionFollowerOptions options) {
    follower_.reset();
    follower_ = std::make_unique<ConditionFollower>(
        city_.channel(), city_.channel(), cut_offs_, options,
        [this] {
          absl::MutexLock lock(&mutex_);
          ++changes_;
        },
        machine_clock_);
  }
  // Sends the first, empty states.
  void Begin() {
    flood::v1::WatchStagesResponse stages;
    stages.set_snapshot(true);
    city_.flood.stages.Send(stages);
    flood::v1::WatchFloodedStreetsResponse streets;
    streets.set_snapshot(true);
    city_.flood.streets.Send(streets);
    traffic::v1::WatchJamsResponse jams;
    jams.set_snapshot(true);
    city_.traffic.jams.Send(jams);
    Await(3);
  }
  // Waits until lists have changed `count` times in all, so that every message sent was applied.
  void Await(int count) {
    absl::MutexLock lock(&mutex_);
    const auto arrived = [this, count]()
                             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return changes_ >= count; };
    ASSERT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&arrived), absl::Seconds(30)));
  }
  Conditions Read(absl::Time now = kTime) {
    const std::optional<Conditions> read = follower_->Read(now - absl::Hours(1), now);
    EXPECT_TRUE(read.has_value());
    return read.has_value() ? *read : Conditions{};
  }

  SetClock machine_clock_;
  runtime::Metrics metrics_;
  CutOffs cut_offs_{metrics_};
  FakeCityServices city_;
  absl::Mutex mutex_;
  int changes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<ConditionFollower> follower_;
};

TEST_F(ConditionFollowerTest, NothingIsKnownUntilEachStreamHasBroughtItsFirstState) {
  EXPECT_FALSE(follower_->Read(kTime, kTime).has_value());
  flood::v1::WatchStagesResponse stages;
  stages.set_snapshot(true);
  city_.flood.stages.Send(stages);
  Await(1);
  EXPECT_FALSE(follower_->Read(kTime, kTime).has_value());
  machine_clock_.Advance(absl::Seconds(11));
  const Conditions conditions = Read();
  ASSERT_THAT(conditions.failures, SizeIs(3)) << "a server that does not answer in time";
  EXPECT_THAT(conditions.failures[1].why, HasSubstr("no message for 10s"));
  EXPECT_TRUE(follower_->Read(kTime, kTime).has_value())
      << "the other lists are evaluated meanwhile";
}

TEST_F(ConditionFollowerTest, ChangesOfAListThatHasNotBegunAreNoList) {
  Begin();
  city_.flood.streets.End(grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone"));
  Await(4);
  // The next stream begins with a change.
  flood::v1::WatchFloodedStreetsResponse message;
  *message.add_streets() = Street("Calmette", 0.4);
  city_.flood.streets.Send(message);
  city_.flood.streets.End(grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone again"));
  Await(5);
  const Conditions conditions = Read();
  EXPECT_FALSE(conditions.streets.has_value());
  ASSERT_THAT(conditions.failures, SizeIs(1));
  EXPECT_EQ(conditions.failures[0].why, "gone again");
}

TEST_F(ConditionFollowerTest, StagesHaveLevelsTimeQualityAndAllReadings) {
  Begin();
  flood::v1::WatchStagesResponse message;
  flood::v1::Stage phu_an = Stage("stations/phu-an", 1.62, kTime);
  phu_an.mutable_display_name()->set_vi("Phú An");
  for (const double level : {1.4, 1.5, 1.6}) phu_an.add_alert_levels_m(level);
  phu_an.set_quality(readings::v1::QUALITY_SUSPECT);
  AddReading(phu_an, kTime - absl::Minutes(70), 1.5);
  AddReading(phu_an, kTime - absl::Minutes(20), 1.6);
  AddReading(phu_an, kTime, 1.62);
  *message.add_stages() = phu_an;
  message.add_stages()->set_station("stations/never-read");
  city_.flood.stages.Send(message);
  Await(4);

  const Conditions conditions = Read();
  ASSERT_TRUE(conditions.stages.has_value());
  ASSERT_THAT(*conditions.stages, SizeIs(2));
  EXPECT_TRUE(conditions.stages->at(0).stale) << "stations/never-read";
  const StageObservation& stage = conditions.stages->at(1);
  EXPECT_EQ(stage.place.vi, "Phú An");
  EXPECT_EQ(stage.place.en, "Phú An");
  EXPECT_EQ(stage.read_time, kTime);
  EXPECT_EQ(stage.quality, Quality::kSuspect);
  EXPECT_THAT(stage.levels_m, ElementsAre(1.4, 1.5, 1.6));
  EXPECT_FALSE(stage.stale);
  ASSERT_THAT(stage.recent, SizeIs(2)) << "the first one is older than an hour";
  EXPECT_TRUE(Read(kTime + absl::Minutes(31)).stages->at(1).stale) << "three periods later";

  // A late reading comes alone, between those that are held.
  message.Clear();
  flood::v1::Stage again = Stage("stations/phu-an", 1.62, kTime);
  AddReading(again, kTime - absl::Minutes(10), 1.7);
  *message.add_stages() = again;
  city_.flood.stages.Send(message);
  Await(5);
  const std::vector<StageReading> recent = Read().stages->at(1).recent;
  ASSERT_THAT(recent, SizeIs(3));
  EXPECT_EQ(recent[1].stage_m, 1.7);
}

TEST_F(ConditionFollowerTest, StreetsChangeAndDryWithoutAnyCall) {
  Begin();
  flood::v1::WatchFloodedStreetsResponse message;
  *message.add_streets() = Street("Calmette", 0.4);
  message.mutable_streets(0)->set_radius_m(9000);
  *message.add_streets() = Street("Lê Lợi", 0.3);
  *message.mutable_data_time() = ToProtoTime(kTime);
  city_.flood.streets.Send(message);
  Await(4);
  Conditions conditions = Read();
  ASSERT_THAT(conditions.streets->items, SizeIs(2));
  EXPECT_EQ(conditions.streets->items[0].depth_m, 0.4);
  EXPECT_EQ(conditions.streets->items[0].radius_m, 2000) << "a long street is bounded";
  EXPECT_EQ(conditions.streets->data_time, kTime);

  message.Clear();
  message.add_removed("Calmette");
  city_.flood.streets.Send(message);
  Await(5);
  conditions = Read();
  ASSERT_THAT(conditions.streets->items, SizeIs(1));
  EXPECT_EQ(conditions.streets->items[0].street, "Lê Lợi");
  EXPECT_EQ(conditions.streets->data_time, kTime) << "an unset time changes nothing";
  EXPECT_EQ(city_.flood.streets.opened(), 1);
  EXPECT_THAT(city_.flood.road_classes(), ElementsAre(common::v1::ROAD_CLASS_TERTIARY));
}

TEST_F(ConditionFollowerTest, AStateOfSeveralMessagesIsSeenWhole) {
  Begin();
  flood::v1::WatchFloodedStreetsResponse message;
  *message.add_streets() = Street("Calmette", 0.4);
  message.set_more(true);
  city_.flood.streets.Send(message);
  // A message of another stream shows when the first part has been applied at the latest.
  message = {};
  *message.add_streets() = Street("Lê Lợi", 0.3);
  message.set_more(true);
  city_.flood.streets.Send(message);
  EXPECT_THAT(Read().streets->items, IsEmpty());
  message = {};
  *message.add_streets() = Street("Pasteur", 0.3);
  city_.flood.streets.Send(message);
  Await(4);
  EXPECT_THAT(Read().streets->items, SizeIs(3));
}

TEST_F(ConditionFollowerTest, JamsWithoutAShareCountAsMeasured) {
  Begin();
  traffic::v1::WatchJamsResponse message;
  traffic::v1::Jam* jam = message.add_jams();
  jam->set_name("jams/7");
  jam->set_speed_kmh(4);
  jam = message.add_jams();
  jam->set_name("jams/8");
  jam->set_live_share(0);
  *jam->mutable_since_time() = ToProtoTime(kTime);
  city_.traffic.jams.Send(message);
  Await(4);
  const Conditions conditions = Read();
  ASSERT_TRUE(conditions.jams.has_value());
  EXPECT_EQ(conditions.jams->items[0].live_share, 1);
  EXPECT_EQ(conditions.jams->items[1].live_share, 0);
  EXPECT_EQ(conditions.jams->items[0].since, std::nullopt);
  EXPECT_EQ(conditions.jams->items[1].since, kTime);
  EXPECT_EQ(conditions.jams->data_time, absl::InfinitePast());
}

TEST_F(ConditionFollowerTest, AListThatIsTooLongIsUnavailableAndCounted) {
  Begin();
  flood::v1::WatchFloodedStreetsResponse message;
  for (const char* street : {"1", "2", "3", "4"}) *message.add_streets() = Street(street, 0.4);
  city_.flood.streets.Send(message);
  Await(4);
  const Conditions conditions = Read();
  EXPECT_FALSE(conditions.streets.has_value());
  ASSERT_THAT(conditions.failures, SizeIs(1));
  EXPECT_EQ(conditions.failures[0].input, kStreetsInput);
  EXPECT_THAT(conditions.failures[0].why, HasSubstr("more than 3 rows"));
  EXPECT_EQ(cut_offs_.input_rows_max.Value(), 1);
  EXPECT_TRUE(conditions.stages.has_value());
}

TEST_F(ConditionFollowerTest, ABrokenStreamIsMissingNotEmptyAndIsOpenedAgain) {
  Begin();
  city_.flood.streets.End(
      grpc::Status(grpc::StatusCode::INTERNAL, "string field contains invalid UTF-8"));
  Await(4);
  Conditions conditions = Read();
  EXPECT_FALSE(conditions.streets.has_value());
  ASSERT_THAT(conditions.failures, SizeIs(1));
  EXPECT_THAT(conditions.failures[0].why, HasSubstr("invalid UTF-8"));
  EXPECT_TRUE(conditions.stages.has_value());
  EXPECT_TRUE(conditions.jams.has_value());

  flood::v1::WatchFloodedStreetsResponse message;
  message.set_snapshot(true);
  city_.flood.streets.Send(message);
  Await(5);
  EXPECT_TRUE(Read().streets.has_value());
  EXPECT_EQ(city_.flood.streets.opened(), 2);
}

TEST_F(ConditionFollowerTest, ACityWithoutTerrainHasNoStreetsAndNoFailure) {
  Begin();
  flood::v1::WatchFloodedStreetsResponse message;
  message.set_no_terrain(true);
  city_.flood.streets.Send(message);
  Await(4);
  const Conditions conditions = Read();
  EXPECT_FALSE(conditions.streets.has_value());
  EXPECT_THAT(conditions.failures, IsEmpty());
}

TEST_F(ConditionFollowerTest, AStreamWithoutHeartbeatsIsBroken) {
  Begin();
  machine_clock_.Advance(absl::Seconds(9));
  EXPECT_THAT(Read().failures, IsEmpty());
  machine_clock_.Advance(absl::Seconds(2));
  EXPECT_THAT(Read().failures, SizeIs(3));
}

}  // namespace
}  // namespace citylayers::alerts
