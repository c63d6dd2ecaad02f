#include "services/alerts/alert_manager.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/alert_manager_fixture.h"
#include "tests/support/failing_alert_store.h"

namespace citylayers::alerts {
namespace {

using storage::AlertRecord;
using storage::AlertSeverity;
using storage::AlertState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(AlertManagerTest, LowWaterRaisesNothing) {
  Steps(6, 0.4);
  EXPECT_THAT(All(), IsEmpty());
}

TEST_F(AlertManagerTest, ATideIsOneAlertThatClimbsAndEndsWithItsTrailAndMessages) {
  for (const double stage : {1.0, 1.42, 1.44, 1.55, 1.56, 1.66, 1.70, 1.70, 1.70}) {
    ASSERT_TRUE(Step(stage).ok());
  }
  ASSERT_EQ(All().size(), 1u);
  AlertRecord alert = All()[0];
  EXPECT_EQ(alert.level, 3);
  EXPECT_EQ(alert.severity, AlertSeverity::kSevere);
  EXPECT_EQ(alert.state, AlertState::kOpen);
  EXPECT_EQ(alert.peak_value, 1.70);
  EXPECT_EQ(alert.create_time, kTestStart + absl::Minutes(30));
  EXPECT_EQ(alert.headline.vi, "Mực nước tại Phú An vượt xa báo động III");

  Steps(2, 0.9);
  alert = All()[0];
  EXPECT_EQ(All().size(), 1u);
  EXPECT_EQ(alert.state, AlertState::kResolved);
  EXPECT_EQ(alert.resolve_time, time_.city);
  EXPECT_EQ(alert.peak_value, 1.70);
  EXPECT_EQ(alert.level, 3);  // What it was, for the history.
  EXPECT_EQ(Trail(alert.id),
            "raised:system escalated:system escalated:system escalated:system resolved:system");
  EXPECT_TRUE(store_->VerifyTrail({alert.id})->is_intact());
  ASSERT_EQ(alert.cap_ids.size(), 5u);
  EXPECT_THAT(manager_->book().GetCap(alert.cap_ids[0])->xml, HasSubstr("<msgType>Alert<"));
  EXPECT_THAT(manager_->book().GetCap(alert.cap_ids[3])->xml, HasSubstr("<urgency>Immediate<"));
  const std::string cancel = manager_->book().GetCap(alert.cap_ids[4])->xml;
  EXPECT_THAT(cancel, HasSubstr("<msgType>Cancel<"));
  EXPECT_THAT(cancel, HasSubstr(absl::StrCat(alert.cap_ids[0], ",")));
}

TEST_F(AlertManagerTest, StreetsAndJamsAreRaisedToo) {
  Steps(4, 0, 0.35, 4);
  const auto alerts = All("state = OPEN");
  ASSERT_EQ(alerts.size(), 2u);
  EXPECT_EQ(All("kind = STREET_DEPTH")[0].subject, "streets/Calmette");
  EXPECT_EQ(All("kind = STREET_DEPTH")[0].unit, "m");
  EXPECT_EQ(All("kind = JAM")[0].subject, "jams/7");
  EXPECT_EQ(All("kind = JAM")[0].unit, "km/h");
  EXPECT_EQ(All("kind = JAM")[0].severity, AlertSeverity::kSevere);
  Steps(4, 0);
  EXPECT_THAT(All("state != RESOLVED"), IsEmpty());
}

TEST_F(AlertManagerTest, TheWorstOfAJamIsItsLowestSpeed) {
  Steps(3, 0, 0, 7);
  Steps(1, 0, 0, 5.5);
  Steps(1, 0, 0, 9);
  EXPECT_EQ(All("kind = JAM")[0].value, 9);
  EXPECT_EQ(All("kind = JAM")[0].peak_value, 5.5);
}

TEST_F(AlertManagerTest, ARestartRaisesNothingAgainAndKeepsThePeak) {
  Steps(4, 1.66);
  Steps(1, 1.69);
  Steps(1, 1.66);
  Restart();
  EXPECT_EQ(All()[0].peak_value, 1.69);
  Steps(4, 1.66);
  ASSERT_EQ(All().size(), 1u);
  EXPECT_EQ(Trail(1), "raised:system");
  Restart();
  Steps(2, 0.2);
  EXPECT_EQ(Trail(1), "raised:system resolved:system");
}

TEST_F(AlertManagerTest, WhatEndedWhileWeWereAwayEndsInTheWordsOfItsKind) {
  Steps(4, 0, 0.35, 7);
  const uint64_t jam = All("kind = JAM")[0].id;
  const uint64_t street = All("kind = STREET_DEPTH")[0].id;
  Restart();
  Steps(4, 0);
  EXPECT_EQ(manager_->book().ListEvents(jam)->back().comment,
            "the jam has dissolved or moves again");
  EXPECT_EQ(manager_->book().ListEvents(street)->back().comment,
            "0.00 m, the condition has cleared");
  EXPECT_EQ(All("kind = JAM")[0].headline.vi, "Đường Cộng Hòa ùn ứ, dài khoảng 900 m");
}

TEST_F(AlertManagerTest, AcknowledgingTellsWhoAndWhenAndIsIdempotentForTheSameActor) {
  Steps(2, 1.66);
  const auto alert = manager_->Acknowledge(1, "Lan", "đang theo dõi", time_);
  ASSERT_TRUE(alert.ok()) << alert.status();
  EXPECT_EQ(alert->state, AlertState::kAcknowledged);
  EXPECT_EQ(alert->acknowledged_by, "Lan");
  time_.city += absl::Minutes(1);
  EXPECT_EQ(manager_->Acknowledge(1, "Lan", "", time_)->update_time, alert->update_time);
  EXPECT_EQ(Trail(1), "raised:system acknowledged:Lan");
  const auto events = *manager_->book().ListEvents(1);
  EXPECT_EQ(events[1].event_time, alert->update_time);
  EXPECT_EQ(events[1].write_time, time_.wall);
  EXPECT_EQ(events[1].comment, "đang theo dõi");
  // Another operator takes it over.
  EXPECT_EQ(manager_->Acknowledge(1, "Minh", "", time_)->acknowledged_by, "Minh");
  Restart();
  EXPECT_EQ(Trail(1), "raised:system acknowledged:Lan acknowledged:Minh");
  EXPECT_EQ(All()[0].state, AlertState::kAcknowledged);
}

TEST_F(AlertManagerTest, EndingByHandIsQuietWhileTheWaterStandsAndAfterARestart) {
  Steps(2, 1.66);
  const auto alert = manager_->Resolve(1, "Lan", "trạm đo hỏng", time_);
  ASSERT_TRUE(alert.ok()) << alert.status();
  EXPECT_EQ(alert->state, AlertState::kResolved);
  EXPECT_THAT(manager_->book().GetCap(alert->cap_ids.back())->headline.vi,
              HasSubstr("Kết thúc cảnh báo"));
  Steps(4, 1.66);
  Restart();
  Steps(4, 1.66);
  EXPECT_EQ(All().size(), 1u);
  Steps(2, 1.0);
  Steps(2, 1.66);
  EXPECT_EQ(All().size(), 2u);
}

TEST_F(AlertManagerTest, WhatCannotBeDoneIsRefusedWithTheRightCode) {
  Steps(2, 1.66);
  EXPECT_EQ(manager_->Acknowledge(9, "Lan", "", time_).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(manager_->Acknowledge(1, " ", "", time_).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(manager_->Acknowledge(1, std::string(401, 'x'), "", time_).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(manager_->Resolve(1, "Lan", "", time_).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(manager_->Resolve(1, "Lan", std::string(8001, 'x'), time_).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Trail(1), "raised:system");
  ASSERT_TRUE(manager_->Resolve(1, "Lan", "xong", time_).ok());
  EXPECT_EQ(manager_->Resolve(1, "Lan", "xong", time_).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(manager_->Acknowledge(1, "Lan", "", time_).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(AlertManagerTest, AReplaysAlertsAreExercisesAndEndWithIt) {
  time_.exercise = true;
  time_.scenario = "saigon-king-tide";
  Steps(2, 1.66);
  ASSERT_EQ(All().size(), 1u);
  EXPECT_TRUE(All()[0].exercise);
  EXPECT_THAT(manager_->book().GetCap(All()[0].cap_ids[0])->xml, HasSubstr("<status>Exercise<"));
  EXPECT_THAT(manager_->book().GetCap(All()[0].cap_ids[0])->xml, HasSubstr("saigon-king-tide"));
  Restart();
  time_.exercise = false;
  time_.scenario = "";
  Steps(1, 1.66);
  EXPECT_EQ(Trail(1), "raised:system resolved:system");
  EXPECT_THAT(manager_->book().ListEvents(1)->back().comment,
              HasSubstr("gave the city clock back"));
  EXPECT_THAT(manager_->book().GetCap(All()[0].cap_ids[1])->xml, HasSubstr("<status>Exercise<"));
  Steps(1, 1.66);  // The real water is over the level too: that is another alert.
  ASSERT_EQ(All().size(), 2u);
  EXPECT_FALSE(All()[0].exercise);
}

TEST_F(AlertManagerTest, WhatWasEndedByHandInAnExerciseIsRaisedInTheRealCity) {
  time_.exercise = true;
  Steps(2, 1.66);
  ASSERT_TRUE(manager_->Resolve(1, "Lan", "diễn tập", time_).ok());
  Restart();
  Steps(4, 1.66);  // The exercise goes on: what was ended stays so.
  EXPECT_EQ(All().size(), 1u);
  Restart();
  time_.exercise = false;
  Steps(2, 1.66);
  ASSERT_EQ(All().size(), 2u);
  EXPECT_FALSE(All()[0].exercise);
}

// Rule states that were stored before their mode was: one that belongs to an alert takes the
// alert's mode, the others are void.
TEST_F(AlertManagerTest, ARuleStateOfAnUnknownModeIsVoidUnlessAnAlertStandsForIt) {
  Steps(4, 1.66, 0.35);
  ASSERT_EQ(All().size(), 2u);
  const uint64_t tide = All("kind = STAGE")[0].id;
  ASSERT_TRUE(manager_->Resolve(tide, "Lan", "trạm đo hỏng", time_).ok());
  std::vector<storage::AlertChange> changes;
  const std::vector<storage::RuleStateRecord> states = *store_->ListRuleStates();
  for (storage::RuleStateRecord state : states) {
    state.mode = storage::CityMode::kUnknown;
    changes.push_back({.rule_state = state});
  }
  ASSERT_EQ(changes.size(), 2u);
  ASSERT_TRUE(store_->Apply(changes).ok());
  Restart();
  Steps(2, 1.66, 0.35);
  EXPECT_EQ(All("kind = STREET_DEPTH").size(), 1u);
  EXPECT_EQ(All("kind = STAGE").size(), 2u);
}

// The replay's driver writes a batch as it sets the clock, and the manager evaluates some time
// after.
TEST_F(AlertManagerTest, WhatAReplayWritesBeforeTheFirstLookAtItCounts) {
  Steps(1, 0.5);
  time_.exercise = true;
  time_.speed = 60;
  time_.city += absl::Hours(24 * 30);
  const absl::Time begin = time_.city;
  Conditions conditions;
  conditions.stages = {PhuAn(1.66)};
  conditions.stages->front().recent = {{begin - absl::Minutes(2), 0.5},  // of the time before
                                       {begin, 1.66}};
  time_.city += absl::Seconds(50);
  time_.wall += absl::Seconds(1);
  ASSERT_TRUE(manager_->Evaluate(conditions, time_).ok());
  Steps(1, 1.66);
  ASSERT_EQ(All().size(), 1);
  EXPECT_EQ(All()[0].level, 3);
}

TEST_F(AlertManagerTest, AReplayThatIsStartedAnewAtAnEarlierDayIsHeard) {
  Steps(1, 0.5);
  time_.exercise = true;
  time_.city += absl::Hours(24 * 30);
  Steps(1, 0.5);
  time_.city -= absl::Hours(24 * 20);
  Steps(2, 1.66);
  ASSERT_EQ(All().size(), 1);
}

TEST_F(AlertManagerTest, AnActualAlertIsCancelledAsActualAtWallTimeWhenAReplayTakesOver) {
  Steps(2, 1.66);
  time_.exercise = true;
  Steps(1, 0);
  const auto cap = *manager_->book().GetCap(All()[0].cap_ids.back());
  EXPECT_THAT(cap.xml, HasSubstr("<status>Actual<"));
  EXPECT_EQ(cap.sent_time, time_.wall);
  const auto states = *store_->ListRuleStates();
  ASSERT_EQ(states.size(), 1u) << "all that is kept is which readings are of the other city";
  EXPECT_EQ(states[0].tier, 0);
  EXPECT_EQ(states[0].alert_id, 0u);
  EXPECT_EQ(states[0].mode, storage::CityMode::kExercise);
}

TEST_F(AlertManagerTest, AServiceThatIsDownChangesNothing) {
  Steps(2, 1.66, 0.35, 4);
  Steps(2, 1.66, 0.35, 4);
  const size_t open = All("state = OPEN").size();
  EXPECT_EQ(open, 3u);
  for (int i = 0; i < 30; ++i) {
    time_.city += absl::Minutes(10);
    ASSERT_TRUE(manager_->Evaluate({}, time_).ok());
  }
  EXPECT_EQ(All("state = OPEN").size(), open);
  EXPECT_EQ(manager_->book().silent_subjects().size(), open);
  Steps(1, 1.66, 0.35, 4);
  EXPECT_THAT(manager_->book().silent_subjects(), IsEmpty());
}

TEST_F(AlertManagerTest, MessagesAreRenewedBeforeTheyExpire) {
  options_.cap.stage_valid = absl::Hours(4);
  Restart();
  Steps(2, 1.66);
  EXPECT_EQ(All()[0].cap_ids.size(), 1u);
  Steps(17, 1.66);
  EXPECT_EQ(All()[0].cap_ids.size(), 1u);
  Steps(1, 1.66);  // Three hours after the first message.
  ASSERT_EQ(All()[0].cap_ids.size(), 2u);
  const auto cap = *manager_->book().GetCap(All()[0].cap_ids[1]);
  EXPECT_EQ(cap.message_type, "Update");
  EXPECT_EQ(cap.headline.vi, All()[0].headline.vi);
  Restart();
  Steps(17, 1.66);
  EXPECT_EQ(All()[0].cap_ids.size(), 2u);
  EXPECT_EQ(Trail(1), "raised:system");
}

TEST_F(AlertManagerTest, TheFeedHasWhatLastsAndWhatEndedWithinADay) {
  Steps(2, 1.66);
  Steps(2, 0.2);
  Steps(2, 0.2, 0.35);
  Steps(2, 0.2, 0.35);
  const auto caps = manager_->book().ListCaps(100, time_)->caps;
  ASSERT_EQ(caps.size(), 3u);  // Street; end of the tide; tide.
  EXPECT_EQ(caps[1].message_type, "Cancel");
  EXPECT_EQ(manager_->book().ListCaps(1, time_)->caps.size(), 1u);
  time_.city += absl::Hours(25);
  EXPECT_EQ(manager_->book().ListCaps(100, time_)->caps.size(), 1u);
}

TEST_F(AlertManagerTest, TheFeedHasMessagesOfThePresentModeOnly) {
  const auto feed = [this] {
    std::vector<std::string> feed_entries;
    const CapList list = *manager_->book().ListCaps(100, time_);
    for (const storage::CapRecord& cap : list.caps) {
      feed_entries.push_back(
          absl::StrCat(cap.exercise ? "exercise " : "actual ", cap.message_type));
    }
    return feed_entries;
  };
  Steps(2, 1.66);
  EXPECT_THAT(feed(), ElementsAre("actual Alert"));
  time_.exercise = true;
  EXPECT_THAT(feed(), IsEmpty());
  Steps(3, 1.66);
  EXPECT_THAT(feed(), ElementsAre("exercise Alert"));
  time_.exercise = false;
  EXPECT_THAT(feed(), ElementsAre("actual Cancel", "actual Alert")) << "before the manager looks";
  Steps(1, 0.2);
  EXPECT_THAT(feed(), ElementsAre("actual Cancel", "actual Alert")) << "and after it";
}

TEST_F(AlertManagerTest, AListOfMessagesThatIsCutOffSaysSo) {
  Steps(2, 1.66, 0.35);
  Steps(2, 1.66, 0.35);
  EXPECT_FALSE(manager_->book().ListCaps(2, time_)->has_more);
  EXPECT_TRUE(manager_->book().ListCaps(1, time_)->has_more);
  options_.caps_scanned_max = 1;
  Restart();
  const CapList list = *manager_->book().ListCaps(2, time_);
  EXPECT_EQ(list.caps.size(), 1u);
  EXPECT_TRUE(list.is_scan_ended);
}

TEST_F(AlertManagerTest, PagesFollowEachOtherWithoutGapOrRepeat) {
  for (int i = 0; i < 5; ++i) {
    Steps(2, 1.66);
    Steps(2, 0.2);
  }
  const Filter all;
  std::vector<uint64_t> ids;
  uint64_t before = storage::AlertStore::kNewest;
  int pages = 0;
  do {
    const AlertPage page = *manager_->book().List(all, before, 2);
    for (const AlertRecord& alert : page.alerts) ids.push_back(alert.id);
    before = page.next_before_id;
    ++pages;
  } while (before != 0);
  EXPECT_THAT(ids, ElementsAre(5, 4, 3, 2, 1));
  EXPECT_EQ(pages, 3);
  // Exactly one page: its end is reported at once.
  EXPECT_EQ(manager_->book().List(all, storage::AlertStore::kNewest, 5)->next_before_id, 0u);
}

TEST_F(AlertManagerTest, MoreThanTheMostAlertsIsToldAndTheRestIsDone) {
  options_.active_max = 1;
  Restart();
  Steps(1, 1.66, 0.35);
  EXPECT_TRUE(Step(1.66, 0.35).code() == absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(All().size(), 1u);
  EXPECT_FALSE(Step(0.2, 0.35).ok());  // The tide still counts until its second low reading.
}

TEST_F(AlertManagerTest, AFullDiskChangesNothingAndIsMadeUpForLater) {
  FailingStore store(*store_);
  manager_ = *AlertManager::Open(store, {});
  store.fails = true;
  Steps(1, 1.66);
  EXPECT_EQ(Step(1.66).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(All(), IsEmpty());
  const WatchHub::Changes none = *manager_->hub().ChangesSince(manager_->hub().version());
  EXPECT_THAT(none.alerts, IsEmpty());
  store.fails = false;
  Steps(1, 1.66);
  ASSERT_EQ(All().size(), 1u);
  store.fails = true;
  EXPECT_FALSE(manager_->Acknowledge(1, "Lan", "", time_).ok());
  EXPECT_FALSE(manager_->Resolve(1, "Lan", "x", time_).ok());
  EXPECT_EQ(All()[0].state, AlertState::kOpen);
  EXPECT_EQ(Trail(1), "raised:system");
  store.fails = false;
  EXPECT_TRUE(manager_->Acknowledge(1, "Lan", "", time_).ok());
  manager_.reset();
}

TEST_F(AlertManagerTest, APeakThatCouldNotBeWrittenIsToldAndWrittenLater) {
  FailingStore store(*store_);
  manager_ = *AlertManager::Open(store, {});
  Steps(2, 1.66);
  const uint64_t seen = manager_->hub().version();
  store.fails_values = true;
  EXPECT_EQ(Step(1.69).code(), absl::StatusCode::kResourceExhausted);
  const WatchHub::Changes changes = *manager_->hub().ChangesSince(seen);
  ASSERT_EQ(changes.alerts.size(), 1u);
  EXPECT_EQ(changes.alerts[0].peak_value, 1.69);
  store.fails_values = false;
  Steps(1, 1.66);  // Lower, so that there is no peak to write.
  Restart();
  EXPECT_EQ(All()[0].peak_value, 1.69);
}

TEST_F(AlertManagerTest, APeakIsSeenThoughTheDiskIsFullOfSomethingElse) {
  FailingStore store(*store_);
  manager_ = *AlertManager::Open(store, {});
  Steps(2, 1.66);
  Steps(1, 1.66, 0.35);
  store.fails = true;  // For the street, which is raised next.
  EXPECT_FALSE(Step(1.69, 0.35).ok());
  EXPECT_FALSE(Step(1.66, 0.35).ok());
  store.fails = false;
  Steps(1, 1.66, 0.35);
  Restart();
  EXPECT_EQ(All("kind = STAGE")[0].peak_value, 1.69);
}

TEST_F(AlertManagerTest, FollowersHearOfEachChangeAndOfValuesThatPeopleCanSee) {
  int wakes = 0;
  const auto handle = manager_->hub().Subscribe([&] { ++wakes; });
  const uint64_t start = manager_->hub().version();
  Steps(2, 1.66);
  WatchHub::Changes changes = *manager_->hub().ChangesSince(start);
  ASSERT_EQ(changes.alerts.size(), 1u);
  EXPECT_GE(wakes, 1);
  uint64_t seen = changes.version;
  Steps(1, 1.662);  // The same centimetre.
  EXPECT_THAT(manager_->hub().ChangesSince(seen)->alerts, IsEmpty());
  Steps(1, 1.68);
  changes = *manager_->hub().ChangesSince(seen);
  ASSERT_EQ(changes.alerts.size(), 1u);
  EXPECT_EQ(changes.alerts[0].value, 1.68);
}

TEST_F(AlertManagerTest, BadOptionsAreRefused) {
  AlertManagerOptions options;
  options.cap.sender = "two words";
  EXPECT_EQ(AlertManager::Open(*store_, options).status().code(),
            absl::StatusCode::kInvalidArgument);
  options = {};
  options.rules.stage.readings = 0;
  EXPECT_EQ(AlertManager::Open(*store_, options).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace citylayers::alerts
