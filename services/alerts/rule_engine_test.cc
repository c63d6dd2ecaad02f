#include "services/alerts/rule_engine.h"

#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/alerts/rule_options.h"

namespace citylayers::alerts {
namespace {

using storage::RuleStateRecord;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr absl::Time kStart = absl::FromUnixSeconds(1'762'425'000);

// A city of one gauge, one street and one jam, that commits whatever the rules propose, as a
// working store would. Each step advances city time and notes what changed: R raise, U escalate,
// D ease, X resolve, F forget, with the tier after it.
class City {
 public:
  explicit City(RuleOptions options = {}) : engine_(options) {}

  std::string Stage(double stage_m, Quality quality = Quality::kGood, bool stale = false,
                    absl::Duration ahead = absl::ZeroDuration()) {
    const StageObservation phu_an{.station = "stations/phu-an",
                                  .place = {"Phú An", "Phú An"},
                                  .location = {106.7062, 10.7699},
                                  .stage_m = stage_m,
                                  .read_time = now_ + ahead,
                                  .quality = quality,
                                  .levels_m = {1.40, 1.50, 1.60},
                                  .stale = stale};
    return Note(engine_.ObserveStages({phu_an}, now_, max_age_min_));
  }
  std::string Stages(std::initializer_list<double> stages) {
    std::vector<std::string> notes;
    for (const double stage : stages) {
      notes.push_back(Stage(stage));
      Advance(10);
    }
    return absl::StrJoin(notes, " ");
  }
  // A depth a minute.
  std::string Street(double depth_m, absl::Duration data_age = absl::ZeroDuration()) {
    Complete<StreetDepthObservation> streets{.data_time = now_ - data_age};
    if (depth_m > 0) streets.items.push_back({.street = "Calmette", .depth_m = depth_m});
    return Note(engine_.ObserveStreets(streets, now_));
  }
  std::string StreetFor(int minutes, double depth_m) {
    std::string notes;
    for (int i = 0; i < minutes; ++i, Advance(1)) {
      if (const std::string note = Street(depth_m); note != "-") {
        absl::StrAppend(&notes, notes.empty() ? "" : " ", i, ":", note);
      }
    }
    return notes;
  }
  std::string JamFor(int minutes, double speed_kmh, double length_m, double live_share = 1) {
    std::string notes;
    for (int i = 0; i < minutes; ++i, Advance(1)) {
      Complete<JamObservation> jams{.data_time = now_};
      if (length_m > 0) {
        jams.items.push_back({.jam = "jams/7",
                              .street = "Cộng Hòa",
                              .length_m = length_m,
                              .speed_kmh = speed_kmh,
                              .since = jam_since_,
                              .live_share = live_share});
      }
      if (const std::string note = Note(engine_.ObserveJams(jams, now_)); note != "-") {
        absl::StrAppend(&notes, notes.empty() ? "" : " ", i, ":", note);
      }
    }
    return notes;
  }
  void EndByHand(const std::string& rule, const std::string& subject) {
    const RuleStateRecord state = engine_.EndedByHand(rule, subject);
    states_[{rule, subject}] = state;
    engine_.CommitEndedByHand(state);
  }
  void Restart() {
    engine_.Clear();
    std::vector<RuleStateRecord> states;
    for (const auto& [key, state] : states_) {
      if (state.tier != 0 || state.suppressed_tier != 0 || state.alert_id != 0) {
        states.push_back(state);
      }
    }
    engine_.Restore(states);
  }
  void Advance(int minutes) { now_ += absl::Minutes(minutes); }

  absl::Time now_ = kStart;
  absl::Duration max_age_min_ = absl::ZeroDuration();
  std::optional<absl::Time> jam_since_;  // As the traffic service tells.
  RuleEngine engine_;
  bool write_fails_ = false;
  std::vector<Transition> last_;

 private:
  std::string Note(std::vector<Transition> transitions) {
    std::string notes;
    for (const Transition& t : transitions) {
      absl::StrAppend(&notes, std::string(1, "RUDXF"[static_cast<int>(t.type)]), t.tier);
      if (write_fails_) continue;
      const uint64_t id = t.type == Transition::Type::kRaise ? next_id_++ : t.alert_id;
      RuleStateRecord state = t.state;
      state.alert_id = t.tier == 0 ? 0 : id;
      states_[{state.rule, state.subject}] = state;
      engine_.Commit(t, id);
    }
    last_ = std::move(transitions);
    return notes.empty() ? "-" : notes;
  }

  uint64_t next_id_ = 1;
  std::map<std::pair<std::string, std::string>, RuleStateRecord> states_;
};

struct StageTimeline {
  const char* what;
  std::vector<double> stages;
  std::string notes;
};

TEST(StageRuleTest, Timelines) {
  const std::vector<StageTimeline> timelines = {
      {"low water raises nothing", {-1.2, 0.3, 1.39, 1.39, 1.39}, "- - - - -"},
      {"two readings at the level raise", {1.40, 1.40}, "- R1"},
      {"one reading does not", {1.40, 1.30, 1.40, 1.30}, "- - - -"},
      {"it ends 5 cm under, in two readings", {1.4, 1.4, 1.36, 1.36, 1.35, 1.35}, "- R1 - - - X0"},
      {"a reading between the values ends no alert",
       {1.4, 1.4, 1.35, 1.38, 1.35, 1.35},
       "- R1 - - - X0"},
      {"it climbs and falls level by level, as one alert",
       {1.42, 1.43, 1.52, 1.55, 1.61, 1.63, 1.70, 1.70, 1.64, 1.64, 1.53, 1.53, 1.44, 1.44, 1.2,
        1.2},
       "- R1 - U2 - U3 - U4 - D3 - D2 - D1 - X0"},
      {"it may begin at level III at once", {0.2, 1.65, 1.66}, "- - R3"},
      {"and end at once", {1.65, 1.65, 0.9, 0.9}, "- R3 - X0"},
      {"a second tide is a second alert", {1.5, 1.5, 0, 0, 1.5, 1.5}, "- R2 - X0 - R2"},
      {"nonsense is passed over", {std::numeric_limits<double>::quiet_NaN(), 1.5, 1.5}, "- - R2"},
  };
  for (const StageTimeline& timeline : timelines) {
    City city;
    std::vector<std::string> notes;
    for (const double stage : timeline.stages) {
      notes.push_back(city.Stage(stage));
      city.Advance(10);
    }
    EXPECT_EQ(absl::StrJoin(notes, " "), timeline.notes) << timeline.what;
  }
}

TEST(StageRuleTest, TheSameReadingSeenOftenCountsOnce) {
  City city;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(city.Stage(1.65), "-");
  city.Advance(10);
  EXPECT_EQ(city.Stage(1.65), "R3");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(city.Stage(1.65), "-");
}

TEST(StageRuleTest, ProfileAndSuspectReadingsNeitherRaiseNorClear) {
  for (const Quality quality : {Quality::kProfile, Quality::kSuspect}) {
    City city;
    for (int i = 0; i < 5; ++i, city.Advance(10)) EXPECT_EQ(city.Stage(1.7, quality), "-");
    EXPECT_EQ(city.Stages({1.7, 1.7}), "- R4");
    for (int i = 0; i < 5; ++i, city.Advance(10)) EXPECT_EQ(city.Stage(0.1, quality), "-");
  }
  City city;
  city.Stage(1.7, Quality::kEstimated);
  city.Advance(10);
  EXPECT_EQ(city.Stage(1.7, Quality::kEstimated), "R4");
}

TEST(StageRuleTest, SilenceIsNotCalm) {
  City city;
  EXPECT_EQ(city.Stages({1.65, 1.65}), "- R3");
  for (int i = 0; i < 5; ++i, city.Advance(60)) {
    EXPECT_EQ(city.Stage(0.1, Quality::kGood, /*stale=*/true), "-");
    EXPECT_THAT(city.engine_.SilentSubjects(), ElementsAre("stations/phu-an"));
    EXPECT_THAT(city.engine_.ObserveStages({}, city.now_), IsEmpty());
    EXPECT_THAT(city.engine_.SilentSubjects(), ElementsAre("stations/phu-an"));
  }
  EXPECT_EQ(city.Stage(1.65), "-");
  EXPECT_THAT(city.engine_.SilentSubjects(), IsEmpty());
  city.Advance(10);
  EXPECT_EQ(city.Stages({0.1, 0.1}), "- X0");
}

TEST(StageRuleTest, AGapBetweenTwoReadingsBreaksTheRow) {
  City city;
  EXPECT_EQ(city.Stage(1.65), "-");
  city.Advance(10);
  city.Stage(1.65, Quality::kGood, /*stale=*/true);
  city.Advance(10);
  EXPECT_EQ(city.Stage(1.65), "-");
}

TEST(StageRuleTest, AGaugeWithoutLevelsRaisesNothing) {
  RuleEngine engine({});
  for (int i = 0; i < 3; ++i) {
    const StageObservation gauge{
        .station = "stations/x", .stage_m = 9, .read_time = kStart + absl::Minutes(i)};
    EXPECT_THAT(engine.ObserveStages({gauge}, gauge.read_time), IsEmpty());
  }
}

TEST(StageRuleTest, ACityThatWentBackInTimeIsHeardAgain) {
  City city;
  city.Stages({0.1, 0.1});
  city.now_ = kStart - absl::Hours(1000);
  EXPECT_EQ(city.Stages({1.5, 1.5}), "- R2");
}

// Ingest takes readings up to five minutes ahead of the clock: a gauge's own clock may be fast.
TEST(StageRuleTest, AReadingAheadOfTheClockCountsOnce) {
  City city;
  const absl::Time reading = city.now_ + absl::Minutes(1);
  for (int i = 0; i < 50; ++i, city.now_ += absl::Seconds(1)) {
    EXPECT_EQ(city.Stage(1.65, Quality::kGood, /*stale=*/false, reading - city.now_), "-") << i;
  }
  city.Advance(10);
  EXPECT_EQ(city.Stage(1.65, Quality::kGood, /*stale=*/false, absl::Minutes(1)), "R3");
}

// The clock's owner restarts and resumes a moment earlier: that is no other time of the city.
TEST(StageRuleTest, AClockThatSlipsBackALittleCountsNoReadingTwice) {
  City city;
  city.max_age_min_ = absl::Seconds(5);
  EXPECT_EQ(city.Stage(1.65), "-");
  city.now_ -= absl::Seconds(3);
  EXPECT_EQ(city.Stage(1.65, Quality::kGood, /*stale=*/false, absl::Seconds(3)), "-");
  // And a leap back makes it the first reading of its row.
  city.now_ -= absl::Seconds(30);
  EXPECT_EQ(city.Stage(1.65, Quality::kGood, /*stale=*/false, absl::Seconds(33)), "-");
  city.Advance(10);
  EXPECT_EQ(city.Stage(1.65), "R3");
}

TEST(StageRuleTest, ACityThatWentBackWhileWeWereAwayIsHeardAgain) {
  City city;
  city.Stages({1.5, 1.5});
  city.now_ = kStart - absl::Hours(1000);
  city.Restart();
  EXPECT_EQ(city.Stages({0.1, 0.1}), "- X0");
}

TEST(StageRuleTest, TheProposalNamesValueThresholdAndPlace) {
  City city;
  city.Stages({1.62, 1.62});
  ASSERT_EQ(city.last_.size(), 1u);
  const Finding& finding = city.last_[0].finding;
  EXPECT_EQ(finding.place.vi, "Phú An");
  EXPECT_EQ(finding.subject, "stations/phu-an");
  EXPECT_EQ(finding.value, 1.62);
  EXPECT_EQ(finding.threshold, 1.60);
  ASSERT_EQ(city.engine_.LiveValues().size(), 1u);
  EXPECT_EQ(city.engine_.LiveValues()[0].alert_id, 1u);
}

// Depths hold 10 minutes and keep 20; tier 2 (0.20 m) is the first that raises.
TEST(StreetRuleTest, RaisesAfterTenMinutesFromTheSecondTierOn) {
  City city;
  EXPECT_EQ(city.StreetFor(60, 0.15), "");
  EXPECT_EQ(city.StreetFor(60, 0.20), "10:R2");
  EXPECT_EQ(city.StreetFor(60, 0.30), "10:U3");
  EXPECT_EQ(city.StreetFor(60, 0.55), "10:U4");
}

TEST(StreetRuleTest, EndsTwentyMinutesAfterItIsFiveCentimetresUnder) {
  City city;
  city.StreetFor(15, 0.32);
  EXPECT_EQ(city.StreetFor(60, 0.26), "");
  EXPECT_EQ(city.StreetFor(60, 0.25), "20:D2");
  EXPECT_EQ(city.StreetFor(60, 0.16), "");
  EXPECT_EQ(city.StreetFor(60, 0.15), "20:X0");
}

TEST(StreetRuleTest, AWaveShorterThanTheHoldRaisesNothing) {
  City city;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(city.StreetFor(9, 0.40), "");
    EXPECT_EQ(city.StreetFor(1, 0.10), "");
  }
}

TEST(StreetRuleTest, AStreetThatLeavesTheListIsDry) {
  City city;
  EXPECT_EQ(city.StreetFor(15, 0.6), "10:R4");
  EXPECT_EQ(city.StreetFor(60, 0), "20:X0");
}

TEST(StreetRuleTest, OldDataAreNoDryStreet) {
  City city;
  city.StreetFor(15, 0.6);
  for (int i = 0; i < 120; ++i, city.Advance(1)) {
    EXPECT_EQ(city.Street(0, absl::Hours(1)), "-");
  }
  EXPECT_EQ(city.StreetFor(60, 0), "20:X0");
}

TEST(StreetRuleTest, AFastReplayWidensWhatIsFresh) {
  RuleEngine engine({});
  Complete<StreetDepthObservation> streets;
  streets.items.push_back({.street = "Calmette", .depth_m = 0.4});
  streets.data_time = kStart;
  engine.ObserveStreets(streets, kStart + absl::Hours(2), absl::Hours(3));
  EXPECT_EQ(engine.ObserveStreets(streets, kStart + absl::Hours(3), absl::Hours(3)).size(), 1u);
}

TEST(StreetRuleTest, AStreetWithoutANameRaisesNothing) {
  RuleEngine engine({});
  for (int i = 0; i < 30; ++i) {
    const absl::Time now = kStart + absl::Minutes(i);
    EXPECT_THAT(
        engine.ObserveStreets({.items = {{.street = "", .depth_m = 1}}, .data_time = now}, now),
        IsEmpty());
  }
}

TEST(StreetRuleTest, TheFirstTierRaisesWhenAsked) {
  RuleOptions options;
  options.street_depth.min_tier = 1;
  City city(options);
  EXPECT_EQ(city.StreetFor(60, 0.15), "10:R1");
}

TEST(JamRuleTest, QueueAfterTenMinutesOfficialAfterThirty) {
  City city;
  EXPECT_EQ(city.JamFor(60, 4, 300), "10:R2 30:U3");
  EXPECT_EQ(city.JamFor(60, 8, 300), "");  // Not above 8 km/h.
  EXPECT_EQ(city.JamFor(60, 8.5, 300), "5:D2");
  EXPECT_EQ(city.JamFor(60, 13, 300), "");  // Not above 13 km/h.
  EXPECT_EQ(city.JamFor(60, 13.5, 300), "5:X0");
}

TEST(JamRuleTest, ShortJamsAndSlowTrafficRaiseNothing) {
  City city;
  EXPECT_EQ(city.JamFor(120, 3, 199), "");
  EXPECT_EQ(city.JamFor(120, 10, 500), "");
}

TEST(JamRuleTest, AJamThatGrowsStartsItsTimeWhenItIsLongEnough) {
  City city;
  EXPECT_EQ(city.JamFor(20, 7, 150), "");
  EXPECT_EQ(city.JamFor(20, 7, 200), "10:R2");
}

TEST(JamRuleTest, AJamThatDissolvesIsOverAfterFiveMinutes) {
  City city;
  EXPECT_EQ(city.JamFor(15, 7, 400), "10:R2");
  EXPECT_EQ(city.JamFor(30, 0, 0), "5:X0");
}

TEST(JamRuleTest, AJamFromProfileRaisesNothing) {
  City city;
  EXPECT_EQ(city.JamFor(60, 3, 900, /*live_share=*/0.49), "");
  EXPECT_EQ(city.JamFor(60, 3, 900, /*live_share=*/0.5), "10:R2 30:U3");
}

// Traffic goes on while we are away, and tells since when a jam stands.
TEST(JamRuleTest, AJamThatStoodBeforeWeLookedCountsFromItsStart) {
  City city;
  city.jam_since_ = kStart - absl::Minutes(25);
  EXPECT_EQ(city.JamFor(60, 4, 300), "0:R2 5:U3");
}

TEST(JamRuleTest, TheTimeOfAJamGoesOnThroughARestartAndAnOutage) {
  City city;
  city.jam_since_ = kStart;
  EXPECT_EQ(city.JamFor(20, 4, 300), "10:R2");
  city.Restart();
  EXPECT_EQ(city.JamFor(5, 4, 300), "");
  city.engine_.Pause(kJamRule);
  EXPECT_EQ(city.JamFor(20, 4, 300), "5:U3");
}

TEST(JamRuleTest, WhatWeSawOurselvesGoesBeforeTheStartOfTheJam) {
  City city;
  city.jam_since_ = kStart - absl::Hours(2);
  EXPECT_EQ(city.JamFor(20, 15, 300), "") << "slow, but no queue";
  EXPECT_EQ(city.JamFor(5, 4, 300), "");
  city.engine_.Pause(kJamRule);
  city.Advance(3);
  // It was no queue 8 minutes ago, so that it may have been one for 8 minutes, not for two hours.
  EXPECT_EQ(city.JamFor(60, 4, 300), "1:R2 21:U3");
}

// The start of a jam is that of its oldest street: a jam that forms under our eyes is as old as we
// know it.
TEST(JamRuleTest, AJamThatFormsWhileWeLookCountsFromThen) {
  City city;
  EXPECT_EQ(city.JamFor(1, 0, 0), "");
  city.jam_since_ = kStart - absl::Hours(2);
  EXPECT_EQ(city.JamFor(60, 4, 300), "10:R2 30:U3");
}

TEST(JamRuleTest, TimeOfProfileDataDoesNotCount) {
  City city;
  city.jam_since_ = kStart - absl::Hours(2);
  EXPECT_EQ(city.JamFor(60, 4, 300, /*live_share=*/0.4), "");
  city.engine_.Pause(kJamRule);
  EXPECT_EQ(city.JamFor(60, 4, 300), "9:R2 29:U3") << "from the last look that had a profile only";
}

TEST(RuleEngineTest, ARestartRaisesNothingAgain) {
  City city;
  EXPECT_EQ(city.Stages({1.65, 1.65}), "- R3");
  EXPECT_EQ(city.StreetFor(15, 0.35), "10:R3");
  EXPECT_EQ(city.JamFor(15, 7, 400), "10:R2");
  city.Restart();
  EXPECT_EQ(city.Stages({1.65, 1.65, 1.65}), "- - -");
  EXPECT_EQ(city.StreetFor(30, 0.35), "");
  EXPECT_EQ(city.JamFor(30, 7, 400), "");
  // And what ended while we were away ends now, as the alert it was.
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

// Two tides a day with a crest of 1.70 m, a reading every ten minutes, three days in a row as a
// demo loops them: each tide is one alert that climbs to level III, falls and ends. The crest
// itself is one reading, which is no two at 1.70 m.
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

// A slow, obvious model of a stage rule with two readings against the engine, over many random
// walks.
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
