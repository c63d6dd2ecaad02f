#include "services/alerts/looker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/support/proto_time.h"
#include "tests/support/alert_desk_fixture.h"
#include "tests/support/fake_city_services.h"

namespace citylayers::alerts {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class StillClock final : public Clock {
 public:
  absl::Time Now() const override { return kTestStart; }
};

// A looker between services that the test controls and a real desk. Each evaluation has its own
// reading, ten minutes after the previous one.
class LookerTest : public DeskTest {
 protected:
  LookerTest() {
    flood::v1::Stage* stage = city_.flood.stages.add_stages();
    stage->set_station("stations/phu-an");
    stage->mutable_display_name()->set_vi("Phú An");
    for (const double level : {1.4, 1.5, 1.6}) stage->add_alert_levels_m(level);
  }

  void LookAt(double stage_m) {
    moment_.city += absl::Minutes(10);
    flood::v1::Stage* stage = city_.flood.stages.mutable_stages(0);
    stage->set_stage_m(stage_m);
    *stage->mutable_read_time() = ToProtoTime(moment_.city);
    city_.flood.data_time = moment_.city;
    *city_.traffic.jams.mutable_data_time() = ToProtoTime(moment_.city);
    common::v1::CityClock state;
    state.set_mode(mode_);
    *state.mutable_city_time() = ToProtoTime(moment_.city);
    *state.mutable_hold_time() = ToProtoTime(moment_.city);
    state.set_scenario("saigon-king-tide");
    clock_.Set(state);
    looker_.LookOnce();
  }

  StillClock machine_;
  common::v1::ClockMode mode_ = common::v1::CLOCK_MODE_WALL;
  runtime::CityClock clock_{machine_};
  runtime::Metrics metrics_;
  CutOffs cut_offs_{metrics_};
  FakeCityServices city_;
  InputClient inputs_{city_.channel(), city_.channel(), cut_offs_};
  Looker looker_{*desk_, inputs_, clock_, metrics_};
};

TEST_F(LookerTest, ALookBringsTheCityToTheDesk) {
  LookAt(1.66);
  LookAt(1.66);
  ASSERT_EQ(All().size(), 1u);
  EXPECT_FALSE(All()[0].exercise);
  EXPECT_EQ(All()[0].create_time, moment_.city);
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_alerts_active 1"));
}

TEST_F(LookerTest, BeforeTheClockHasSpokenNobodyLooks) {
  mode_ = common::v1::CLOCK_MODE_UNSPECIFIED;
  LookAt(1.66);
  LookAt(1.66);
  EXPECT_THAT(All(), IsEmpty());
}

TEST_F(LookerTest, AReplaysLooksAreAnExerciseWithItsName) {
  mode_ = common::v1::CLOCK_MODE_REPLAY;
  LookAt(1.66);
  LookAt(1.66);
  ASSERT_EQ(All().size(), 1u);
  EXPECT_TRUE(All()[0].exercise);
  EXPECT_THAT(desk_->GetCap(All()[0].cap_ids[0])->xml, HasSubstr("saigon-king-tide"));
}

TEST_F(LookerTest, SilenceIsCountedUntilTheSubjectIsHeardAgain) {
  LookAt(1.66);
  LookAt(1.66);
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_alerts_silent 0"));
  city_.flood.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "down");
  LookAt(0.2);
  LookAt(0.2);
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_alerts_silent 1"));
  EXPECT_EQ(All("state = OPEN AND kind = STAGE").size(), 1u);
  city_.flood.status = grpc::Status::OK;
  LookAt(1.66);
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_alerts_silent 0"));
}

TEST_F(LookerTest, AListThatCannotBeReadShowsInMetricsAndReadiness) {
  LookAt(0.2);
  EXPECT_TRUE(looker_.Ready().ok());
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_alerts_data_gaps 0"));
  city_.flood.segments_status =
      grpc::Status(grpc::StatusCode::INTERNAL, "string field contains invalid UTF-8");
  LookAt(0.2);
  EXPECT_EQ(looker_.Ready().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(looker_.Ready().message(), HasSubstr("inputs/streets"));
  EXPECT_THAT(looker_.Ready().message(), HasSubstr("invalid UTF-8"));
  const std::string metrics = metrics_.Serialize();
  EXPECT_THAT(metrics, HasSubstr("citylayers_alerts_data_gaps 1"));
  EXPECT_THAT(metrics, HasSubstr("citylayers_alerts_input_down{input=\"inputs/streets\"} 1"));
  EXPECT_THAT(metrics, HasSubstr("citylayers_alerts_input_down{input=\"inputs/stages\"} 0"));
  LookAt(1.66);
  LookAt(1.66);
  EXPECT_EQ(All("kind = STAGE").size(), 1u) << "gauges are evaluated all the same";
  city_.flood.segments_status = grpc::Status::OK;
  LookAt(0.2);
  EXPECT_TRUE(looker_.Ready().ok());
}

TEST_F(LookerTest, ALookThatCouldNotBeStoredIsCounted) {
  // A second street is one alert too many.
  options_.active_max = 1;
  Restart();
  Looker looker(*desk_, inputs_, clock_, metrics_);
  for (const char* street : {"Calmette", "Lê Lợi"}) {
    flood::v1::FloodedSegment segment;
    segment.set_street(street);
    segment.set_depth_m(0.4);
    city_.flood.segments.push_back(segment);
  }
  common::v1::CityClock state;
  state.set_mode(common::v1::CLOCK_MODE_WALL);
  for (const int minute : {0, 20}) {
    city_.flood.data_time = kTestStart + absl::Minutes(minute);
    *city_.traffic.jams.mutable_data_time() = ToProtoTime(city_.flood.data_time);
    city_.flood.stages.clear_stages();
    *state.mutable_city_time() = ToProtoTime(city_.flood.data_time);
    clock_.Set(state);
    looker.LookOnce();
  }
  EXPECT_EQ(All().size(), 1u);
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_alerts_failed_looks_total 1"));
}

}  // namespace
}  // namespace citylayers::alerts
