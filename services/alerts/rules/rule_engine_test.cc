#include "services/alerts/rules/rule_engine.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/alerts/rules/rule_options.h"
#include "tests/support/alert_rules_fixture.h"

namespace citylayers::alerts {
namespace {

TEST(RuleEngineTest, ARestartRaisesNothingAgain) {
  City city;
  EXPECT_EQ(city.Stages({1.65, 1.65}), "- R3");
  EXPECT_EQ(city.StreetFor(15, 0.35), "10:R3");
  EXPECT_EQ(city.JamFor(15, 7, 400), "10:R2");
  city.Restart();
  EXPECT_EQ(city.Stages({1.65, 1.65, 1.65}), "- - -");
  EXPECT_EQ(city.StreetFor(30, 0.35), "");
  EXPECT_EQ(city.JamFor(30, 7, 400), "");
  // An alert whose condition ended while the service was down ends now, as the same alert.
  city.Restart();
  EXPECT_EQ(city.Stages({0.5, 0.5}), "- X0");
  EXPECT_EQ(city.last_[0].alert_id, 1u);
  EXPECT_EQ(city.StreetFor(30, 0), "20:X0");
  EXPECT_EQ(city.JamFor(30, 0, 0), "5:X0");
}

TEST(RuleEngineTest, WhatWasEndedByHandIsQuietWhileItLasts) {
  City city;
  city.Stages({1.55, 1.55});
  city.EndByHand("stage", "stations/phu-an");
  EXPECT_EQ(city.Stages({1.55, 1.56, 1.44, 1.44, 1.55, 1.55}), "- - - - - -");
  city.Restart();
  EXPECT_EQ(city.Stages({1.55, 1.55}), "- -");
  EXPECT_EQ(city.Stages({1.2, 1.2}), "- F0");
  EXPECT_EQ(city.Stages({1.55, 1.55}), "- R2");
}

TEST(RuleEngineTest, WhatWasEndedByHandIsRaisedWhenItGetsWorse) {
  City city;
  city.Stages({1.45, 1.45});
  city.EndByHand("stage", "stations/phu-an");
  EXPECT_EQ(city.Stages({1.45, 1.65, 1.65}), "- - R3");
}

TEST(RuleEngineTest, AFailedWriteIsProposedAgainUntilItSucceeds) {
  City city;
  city.write_fails_ = true;
  EXPECT_EQ(city.Stages({1.65, 1.65, 1.65}), "- R3 R3");
  city.write_fails_ = false;
  EXPECT_EQ(city.Stages({1.65, 1.65}), "R3 -");
}

// Two tides per day with a crest of 1.70 m, a reading every ten minutes, repeated on three days as
// a demo replays them: each tide is one alert that rises to level III, falls and ends. Only one
// reading is at the crest, and tier 4 needs two at 1.70 m.
TEST(RuleEngineTest, EachTideOf170IsExactlyOneAlert) {
  City city;
  std::string notes;
  for (int minute = 0; minute < 3 * 24 * 60; minute += 10, city.Advance(10)) {
    const double phase = (minute / 60.0 - 18) / 12 * 2 * 3.14159265358979;
    const std::string note = city.Stage(0.35 + 1.35 * std::cos(phase));
    if (note != "-") absl::StrAppend(&notes, note);
  }
  const std::string one_tide = "R1U2U3D2D1X0";
  EXPECT_EQ(notes, one_tide + one_tide + one_tide + one_tide + one_tide + one_tide);
}

// A slow and simple model of a stage rule with two readings, compared with the engine over many
// random walks.
TEST(RuleEngineTest, EqualsTheObviousModelOnRandomWalks) {
  uint64_t random = 42;
  for (int walk = 0; walk < 200; ++walk) {
    City city;
    std::vector<double> stages;
    std::vector<int> tiers;
    int announced = 0;
    double stage = 1.5;
    for (int i = 0; i < 100; ++i, city.Advance(10)) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      stage += (static_cast<double>(random >> 40) / (1 << 24) - 0.5) * 0.2;
      stage = std::round(stage * 1000) / 1000;
      stages.push_back(stage);
      // Model: the tier after each reading, from the last two only.
      int tier = tiers.empty() ? 0 : tiers.back();
      if (i > 0) {
        const double low = std::min(stages[i], stages[i - 1]);
        const double high = std::max(stages[i], stages[i - 1]);
        const double levels[] = {1.40, 1.50, 1.60, 1.70};
        int raised = 0;
        while (raised < 4 && low >= levels[raised] - 1e-6) ++raised;
        int kept = tier;
        while (kept > 0 && high <= levels[kept - 1] - 0.05 + 1e-6) --kept;
        tier = std::max(raised, kept);
      }
      tiers.push_back(tier);
      const std::string expected = tier == announced  ? "-"
                                   : announced == 0   ? absl::StrCat("R", tier)
                                   : tier == 0        ? "X0"
                                   : tier > announced ? absl::StrCat("U", tier)
                                                      : absl::StrCat("D", tier);
      announced = tier;
      ASSERT_EQ(city.Stage(stage), expected) << "walk " << walk << " reading " << i;
    }
  }
}

TEST(RuleEngineTest, AStateOfARuleThatDoesNotExistIsIgnored) {
  RuleEngine engine(MakeRules({}));
  const storage::RuleStateRecord state{
      .rule = "wind", .subject = "stations/x", .tier = 1, .alert_id = 7};
  engine.Restore({state});
  EXPECT_TRUE(engine.SilentSubjects().empty());
  EXPECT_EQ(engine.EndedByHand("wind", "stations/x").suppressed_tier, 0);
  const storage::RuleStateRecord cleared = engine.StateAfterClear(state, absl::UnixEpoch());
  EXPECT_EQ(cleared.subject, "stations/x");
  EXPECT_EQ(cleared.alert_id, 0u);
}

// What is stored for a gauge keeps its earlier readings from counting in the other mode.
TEST(RuleEngineTest, AfterClearOnlyGaugesKeepATime) {
  const RuleEngine engine(MakeRules({}));
  const absl::Time from = kStart;
  EXPECT_EQ(engine.StateAfterClear({.rule = kStageRule, .subject = "stations/x"}, from).read_time,
            from - absl::Microseconds(1));
  EXPECT_EQ(engine.StateAfterClear({.rule = kJamRule, .subject = "jams/7"}, from).read_time,
            absl::InfinitePast());
}

TEST(RuleOptionsTest, DefaultsAreGoodAndEachMistakeIsNamed) {
  EXPECT_TRUE(CheckRuleOptions({}).ok());
  RuleOptions options;
  options.street_depth.raise_m = {0.1, 0.3, 0.2, 0.5};
  EXPECT_THAT(std::string(CheckRuleOptions(options).message()), testing::HasSubstr("raise_m"));
  options = {};
  options.jam.queue_clear_kmh = 9;
  EXPECT_THAT(std::string(CheckRuleOptions(options).message()),
              testing::HasSubstr("queue_clear_kmh"));
  options = {};
  options.stage.readings = 0;
  EXPECT_EQ(CheckRuleOptions(options).code(), absl::StatusCode::kInvalidArgument);
  options = {};
  options.street_depth.keep = -absl::Seconds(1);
  EXPECT_EQ(CheckRuleOptions(options).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace citylayers::alerts
