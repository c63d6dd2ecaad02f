#include "services/alerts/evaluator.h"

#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/support/proto_time.h"
#include "tests/support/alert_manager_fixture.h"

namespace citylayers::alerts {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class StillClock final : public Clock {
 public:
  absl::Time Now() const override { return kTestStart; }
};

// An evaluator between inputs that the test sets and a real manager. Each evaluation has its own
// reading, ten minutes after the previous one.
class EvaluatorTest : public AlertManagerTest {
 protected:
  EvaluatorTest() {
    inputs_.emplace();
    inputs_->streets.emplace();
    inputs_->jams.emplace();
  }

  void EvaluateAt(double stage_m) {
    time_.city += absl::Minutes(10);
    if (inputs_.has_value() && !gauges_fail_) inputs_->stages = {PhuAn(stage_m)};
    Evaluate(evaluator_);
  }
  void Evaluate(Evaluator& evaluator) {
    if (inputs_.has_value()) {
      if (inputs_->streets.has_value()) inputs_->streets->data_time = time_.city;
      if (inputs_->jams.has_value()) inputs_->jams->data_time = time_.city;
    }
    common::v1::CityClock state;
    state.set_mode(mode_);
    *state.mutable_city_time() = ToProtoTime(time_.city);
    *state.mutable_hold_time() = ToProtoTime(time_.city);
    state.set_scenario("saigon-king-tide");
    clock_.Set(state);
    evaluator.Evaluate();
  }
  void Fail(const char* input, const std::string& why) {
    inputs_->failures.push_back({input, why});
    if (input == std::string(kStagesInput)) inputs_->stages.reset();
    if (input == std::string(kStreetsInput)) inputs_->streets.reset();
    gauges_fail_ = !inputs_->stages.has_value();
  }
  void Recover() {
    inputs_->failures.clear();
    if (!inputs_->streets.has_value()) inputs_->streets.emplace();
    gauges_fail_ = false;
  }
  Evaluator::ReadInputs ReadInputs() {
    return [this](absl::Time since, absl::Time now) {
      EXPECT_EQ(now, time_.city);
      EXPECT_LT(since, now);
      return inputs_;
    };
  }

  StillClock machine_;
  common::v1::ClockMode mode_ = common::v1::CLOCK_MODE_WALL;
  runtime::CityClock clock_{machine_};
  runtime::Metrics metrics_;
  std::optional<Conditions> inputs_;
  bool gauges_fail_ = false;
  Evaluator evaluator_{*manager_, ReadInputs(), clock_, metrics_};
};

TEST_F(EvaluatorTest, TheInputsReachTheManager) {
  EvaluateAt(1.66);
  EvaluateAt(1.66);
  ASSERT_EQ(All().size(), 1u);
  EXPECT_FALSE(All()[0].exercise);
  EXPECT_EQ(All()[0].create_time, time_.city);
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_alerts_active 1"));
}

TEST_F(EvaluatorTest, NothingIsEvaluatedBeforeTheClockIsKnown) {
  mode_ = common::v1::CLOCK_MODE_UNSPECIFIED;
  EvaluateAt(1.66);
  EvaluateAt(1.66);
  EXPECT_THAT(All(), IsEmpty());
}

TEST_F(EvaluatorTest, NothingIsEvaluatedBeforeTheInputsAreKnown) {
  inputs_.reset();
  EvaluateAt(1.66);
  EXPECT_TRUE(evaluator_.Ready().ok());
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_alerts_evaluation_seconds_count 0"));
}

TEST_F(EvaluatorTest, AlertsOfAReplayAreAnExerciseWithItsName) {
  mode_ = common::v1::CLOCK_MODE_REPLAY;
  EvaluateAt(1.66);
  EvaluateAt(1.66);
  ASSERT_EQ(All().size(), 1u);
  EXPECT_TRUE(All()[0].exercise);
  EXPECT_THAT(manager_->book().GetCap(All()[0].cap_ids[0])->xml, HasSubstr("saigon-king-tide"));
}

TEST_F(EvaluatorTest, SubjectsWithoutDataAreCountedUntilDataArrive) {
  EvaluateAt(1.66);
  EvaluateAt(1.66);
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_alerts_silent 0"));
  Fail(kStagesInput, "down");
  EvaluateAt(0.2);
  EvaluateAt(0.2);
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_alerts_silent 1"));
  EXPECT_EQ(All("state = OPEN AND kind = STAGE").size(), 1u);
  Recover();
  EvaluateAt(1.66);
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_alerts_silent 0"));
}

TEST_F(EvaluatorTest, AListThatCannotBeReadShowsInMetricsAndReadiness) {
  EvaluateAt(0.2);
  EXPECT_TRUE(evaluator_.Ready().ok());
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_alerts_data_gaps 0"));
  Fail(kStreetsInput, "string field contains invalid UTF-8");
  EvaluateAt(0.2);
  EXPECT_EQ(evaluator_.Ready().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(evaluator_.Ready().message(), HasSubstr("inputs/streets"));
  EXPECT_THAT(evaluator_.Ready().message(), HasSubstr("invalid UTF-8"));
  const std::string metrics = metrics_.Serialize();
  EXPECT_THAT(metrics, HasSubstr("citylayers_alerts_data_gaps 1"));
  EXPECT_THAT(metrics, HasSubstr("citylayers_alerts_input_down{input=\"inputs/streets\"} 1"));
  EXPECT_THAT(metrics, HasSubstr("citylayers_alerts_input_down{input=\"inputs/stages\"} 0"));
  EvaluateAt(1.66);
  EvaluateAt(1.66);
  EXPECT_EQ(All("kind = STAGE").size(), 1u) << "gauges are evaluated all the same";
  Recover();
  EvaluateAt(0.2);
  EXPECT_TRUE(evaluator_.Ready().ok());
}

TEST_F(EvaluatorTest, AnEvaluationThatCouldNotBeStoredIsCounted) {
  // A second street is one alert too many.
  options_.active_max = 1;
  Restart();
  Evaluator evaluator(*manager_, ReadInputs(), clock_, metrics_);
  inputs_->stages.emplace();
  for (const char* street : {"Calmette", "Lê Lợi"}) {
    inputs_->streets->items.push_back({.street = street, .depth_m = 0.4});
  }
  for (const int minute : {0, 20}) {
    time_.city = kTestStart + absl::Minutes(minute);
    Evaluate(evaluator);
  }
  EXPECT_EQ(All().size(), 1u);
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_alerts_failed_evaluations_total 1"));
}

}  // namespace
}  // namespace citylayers::alerts
