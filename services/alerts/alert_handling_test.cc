// Tests of the operations on alerts: acknowledge, comment, resolve, and the states that result.
#include <memory>
#include <string>
#include <utility>

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
using testing::HasSubstr;
using testing::IsEmpty;

class AlertHandlingTest : public AlertManagerTest {
 protected:
  AlertRecord Tide() const { return All("kind = STAGE").at(0); }
  // An evaluation without the named list.
  absl::Status StepWithout(const char* input) {
    time_.city += absl::Minutes(10);
    Conditions conditions;
    conditions.failures = {{input, "socket closed"}};
    if (input != std::string(kStagesInput)) conditions.stages = {PhuAn(0.2)};
    if (input != std::string(kStreetsInput)) conditions.streets.emplace().data_time = time_.city;
    if (input != std::string(kJamsInput)) conditions.jams.emplace().data_time = time_.city;
    return manager_->Evaluate(conditions, time_);
  }
};

TEST_F(AlertHandlingTest, AnEscalationOpensAnAcknowledgedAlertAgain) {
  Steps(2, 1.42);
  ASSERT_TRUE(manager_->Acknowledge(Tide().id, "Lan", "watching", time_).ok());
  Steps(2, 1.44);
  EXPECT_EQ(Tide().state, AlertState::kAcknowledged) << "the same level";
  Steps(2, 1.63);
  EXPECT_EQ(Tide().state, AlertState::kOpen);
  EXPECT_EQ(Tide().acknowledged_by, "");
  EXPECT_EQ(All("state = OPEN").size(), 1u);
  EXPECT_THAT(manager_->book().ListEvents(Tide().id)->back().comment,
              HasSubstr("open again: Lan had acknowledged it at level 1"));
  ASSERT_TRUE(manager_->Acknowledge(Tide().id, "Lan", "", time_).ok());
  Steps(2, 1.72);
  EXPECT_EQ(Tide().state, AlertState::kOpen) << "Immediate is a tier too";
  ASSERT_TRUE(manager_->Acknowledge(Tide().id, "Lan", "", time_).ok());
  Steps(2, 1.43);
  EXPECT_EQ(Tide().state, AlertState::kAcknowledged) << "an easing opens nothing";
  EXPECT_TRUE(store_->VerifyTrail({Tide().id})->is_intact());
}

TEST_F(AlertHandlingTest, EveryCommentIsALineOfTheTrail) {
  Steps(2, 1.42);
  const uint64_t id = Tide().id;
  ASSERT_TRUE(manager_->Acknowledge(id, "Lan", "one", time_).ok());
  ASSERT_TRUE(manager_->Acknowledge(id, "Lan", "two", time_).ok());
  ASSERT_TRUE(manager_->Acknowledge(id, "Lan", "", time_).ok());
  ASSERT_TRUE(manager_->Acknowledge(id, "Minh", "three", time_).ok());
  ASSERT_TRUE(manager_->Acknowledge(id, "Minh", "four", time_).ok());
  EXPECT_EQ(Trail(id),
            "raised:system acknowledged:Lan commented:Lan acknowledged:Minh commented:Minh");
  const auto events = *manager_->book().ListEvents(id);
  EXPECT_EQ(events[2].comment, "two");
  EXPECT_EQ(events[4].comment, "four");
  EXPECT_TRUE(store_->VerifyTrail({id})->is_intact());
}

TEST_F(AlertHandlingTest, TheWorstIsKeptAndCanBeFiltered) {
  Steps(2, 1.72);
  Steps(2, 1.43);
  AlertRecord alert = Tide();
  EXPECT_EQ(alert.severity, AlertSeverity::kMinor);
  EXPECT_EQ(alert.level, 1);
  EXPECT_EQ(alert.worst_severity, AlertSeverity::kSevere);
  EXPECT_EQ(alert.worst_level, 3);
  Steps(2, 0.2);
  Restart();
  EXPECT_EQ(Tide().state, AlertState::kResolved);
  EXPECT_THAT(All("severity >= SEVERE"), IsEmpty());
  EXPECT_EQ(All("worst_severity >= SEVERE AND worst_level = 3").size(), 1u);
  EXPECT_THAT(All("worst_severity = EXTREME"), IsEmpty());
}

// Characters, not bytes: a Vietnamese name of 100 letters has up to 300.
TEST_F(AlertHandlingTest, TextsHaveTheLimitsThatTheContractStates) {
  Steps(2, 1.42);
  const auto text = [](int characters) {
    std::string out;
    for (int i = 0; i < characters; ++i) out += "ữ";
    return out;
  };
  const uint64_t id = Tide().id;
  for (const int over : {101, 400}) {
    const absl::Status status = manager_->Acknowledge(id, text(over), "", time_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << over;
    EXPECT_THAT(status.message(), HasSubstr(absl::StrCat("actor: has ", over, " characters")));
  }
  const absl::Status status = manager_->Resolve(id, "Lan", text(2001), time_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("comment: has 2001 characters; at most 2000"));
  EXPECT_EQ(Tide().state, AlertState::kOpen);
  EXPECT_TRUE(manager_->Acknowledge(id, text(100), text(2000), time_).ok());
}

TEST_F(AlertHandlingTest, PlaceAndHeadlineNameTheSameStreet) {
  const auto jam = [&](const char* street, double kmh) {
    time_.city += absl::Minutes(16);
    Conditions conditions;
    conditions.stages = {PhuAn(0.2)};
    conditions.streets.emplace().data_time = time_.city;
    conditions.jams.emplace().data_time = time_.city;
    conditions.jams->items.push_back(
        {.jam = "jams/7", .street = street, .length_m = 900, .speed_kmh = kmh});
    ASSERT_TRUE(manager_->Evaluate(conditions, time_).ok());
  };
  jam("Cầu Kênh Tẻ", 7);
  jam("Cầu Kênh Tẻ", 7);
  ASSERT_EQ(All("kind = JAM").size(), 1u);
  for (int i = 0; i < 4; ++i) jam("Khánh Hội", 3);  // The jam has moved, and got worse.
  const AlertRecord alert = All("kind = JAM").at(0);
  EXPECT_EQ(alert.level, 3);
  EXPECT_EQ(alert.place.vi, "Khánh Hội");
  EXPECT_THAT(alert.headline.vi, HasSubstr("Khánh Hội"));
  EXPECT_EQ(All("place = \"khanh hoi\"").size(), 1u);
}

TEST_F(AlertHandlingTest, AnOutageIsAnAlertAndAMark) {
  Steps(2, 1.62);
  EXPECT_EQ(Tide().silent_since, absl::InfiniteFuture());
  const absl::Time last_reading = time_.city;
  ASSERT_TRUE(StepWithout(kStagesInput).ok());
  EXPECT_EQ(Tide().silent_since, last_reading) << "marked at once";
  EXPECT_EQ(All("silent = true").size(), 1u);
  ASSERT_EQ(manager_->book().data_gaps().size(), 1u);
  EXPECT_EQ(manager_->book().data_gaps()[0].subject, kStagesInput);
  EXPECT_THAT(manager_->book().data_gaps()[0].reason, HasSubstr("socket closed"));
  EXPECT_THAT(All("kind = OUTAGE"), IsEmpty()) << "it may be short";
  ASSERT_TRUE(StepWithout(kStagesInput).ok());
  ASSERT_EQ(All("kind = OUTAGE").size(), 1u);
  const AlertRecord outage = All("kind = OUTAGE")[0];
  EXPECT_EQ(outage.subject, kStagesInput);
  EXPECT_THAT(outage.headline.en, HasSubstr("no new data"));
  EXPECT_THAT(outage.cap_ids, IsEmpty()) << "for operators, not for the public";
  Restart();
  ASSERT_TRUE(StepWithout(kStagesInput).ok());
  EXPECT_EQ(All("kind = OUTAGE").size(), 1u) << "a restart raises nothing again";
  Steps(1, 1.62);
  EXPECT_THAT(All("kind = OUTAGE AND state != RESOLVED"), IsEmpty());
  EXPECT_EQ(Tide().silent_since, absl::InfiniteFuture());
  EXPECT_EQ(Tide().state, AlertState::kOpen) << "the tide itself stayed";
}

TEST_F(AlertHandlingTest, ACityWithoutDataSaysSo) {
  for (int i = 0; i < 3; ++i) {
    time_.city += absl::Minutes(10);
    Conditions conditions;
    StageObservation gauge = PhuAn(0);
    gauge.read_time = absl::InfinitePast();
    gauge.stale = true;
    conditions.stages = {gauge};
    conditions.streets.emplace().data_time = absl::InfinitePast();
    conditions.jams.emplace().data_time = absl::InfinitePast();
    ASSERT_TRUE(manager_->Evaluate(conditions, time_).ok());
  }
  EXPECT_EQ(manager_->book().data_gaps().size(), 3u);
  EXPECT_EQ(All("kind = OUTAGE AND state = OPEN").size(), 3u);
  EXPECT_THAT(All("kind != OUTAGE"), IsEmpty());
}

TEST_F(AlertHandlingTest, WhatCannotBeReadOfOneAlertLeavesTheOthersAlone) {
  Steps(2, 1.42);
  FailingStore store(*store_);
  store.damaged_cap = Tide().cap_ids.at(0);
  auto manager = AlertManager::Open(store, options_);
  ASSERT_TRUE(manager.ok()) << "nor does it keep the manager from opening: " << manager.status();
  manager_ = *std::move(manager);
  absl::Status told;
  for (int i = 0; i < 3; ++i) told = Step(1.63, 0.35);
  EXPECT_EQ(told.code(), absl::StatusCode::kDataLoss) << told;
  EXPECT_EQ(All("kind = STREET_DEPTH AND state = OPEN").size(), 1u) << "the street is raised";
}

}  // namespace
}  // namespace citylayers::alerts
