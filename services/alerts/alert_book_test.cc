#include "services/alerts/alert_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/alert_manager_fixture.h"

namespace citylayers::alerts {
namespace {

using storage::AlertState;
using testing::ElementsAre;

// A book of one active alert, with a value of 1.66 m.
class AlertBookTest : public AlertManagerTest {
 protected:
  AlertBookTest() {
    Steps(2, 1.66);
    book_.Load(*store_->ListActiveAlerts());
  }
  static LiveValue Value(double stage_m) {
    return {.alert_id = 1, .finding = {.kind = storage::AlertKind::kStage, .value = stage_m}};
  }
  AlertBook book_{*store_, /*caps_scanned_max=*/10};
};

TEST_F(AlertBookTest, ValuesAreVisibleByCentimetresAndPeaksAreNotStored) {
  EXPECT_TRUE(book_.FollowValues({Value(1.663)}, {}, time_.city).visible.empty());
  const AlertBook::ValueChanges changes = book_.FollowValues({Value(1.70)}, {}, time_.city);
  ASSERT_EQ(changes.visible.size(), 1u);
  EXPECT_THAT(changes.peaks, ElementsAre(1));
  EXPECT_EQ(book_.Get(1)->value, 1.70) << "the newest value, not the stored one";
  EXPECT_EQ(book_.List(Filter(), storage::AlertStore::kNewest, 10)->alerts[0].peak_value, 1.70);
  EXPECT_EQ(store_->GetAlert(1)->peak_value, 1.66);
}

TEST_F(AlertBookTest, SilenceMarksTheAlertOnceUntilItEnds) {
  const SilentSubject silent{"stations/phu-an", 1, absl::InfinitePast()};
  EXPECT_EQ(book_.FollowValues({}, {silent}, time_.city).visible.size(), 1u);
  EXPECT_EQ(book_.Get(1)->silent_since, time_.city) << "the last data were before this run";
  EXPECT_TRUE(book_.FollowValues({}, {silent}, time_.city + absl::Hours(1)).visible.empty());
  EXPECT_THAT(book_.silent_subjects(), ElementsAre("stations/phu-an"));
  EXPECT_EQ(book_.FollowValues({}, {}, time_.city).visible.size(), 1u);
  EXPECT_EQ(book_.Get(1)->silent_since, absl::InfiniteFuture());
}

TEST_F(AlertBookTest, AResolvedAlertIsNoLongerActive) {
  storage::AlertRecord alert = *book_.GetUnresolved(1);
  EXPECT_EQ(book_.active_count(), 1u);
  alert.state = AlertState::kResolved;
  EXPECT_EQ(book_.Apply({{.alert = alert}, {.rule_state = storage::RuleStateRecord{}}}).size(), 1u);
  EXPECT_EQ(book_.active_count(), 0u);
  EXPECT_TRUE(book_.FollowValues({Value(1.9)}, {}, time_.city).visible.empty());
}

}  // namespace
}  // namespace citylayers::alerts
