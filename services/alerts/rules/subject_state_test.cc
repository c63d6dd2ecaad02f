#include "services/alerts/rules/subject_state.h"

#include <vector>

#include <gtest/gtest.h>

namespace citylayers::alerts {
namespace {

using Type = Transition::Type;

SubjectState Gauge() {
  return SubjectState(std::vector<TierTiming>(3), {.rule = "stage", .subject = "stations/phu-an"});
}

TEST(SubjectStateTest, AProposalIsMadeAgainUntilItIsCommitted) {
  SubjectState state = Gauge();
  for (int i = 0; i < 2; ++i) {
    const auto raise = state.Propose(/*tier=*/2, /*min_tier=*/1, /*threshold=*/1.5);
    ASSERT_TRUE(raise.has_value());
    EXPECT_EQ(raise->type, Type::kRaise);
    EXPECT_EQ(raise->finding.threshold, 1.5);
    EXPECT_EQ(raise->state.subject, "stations/phu-an");
    EXPECT_EQ(raise->state.tier, 2);
  }
  state.Commit(2, /*alert_id=*/7);
  EXPECT_FALSE(state.Propose(2, 1, 1.5).has_value());
  EXPECT_EQ(state.Propose(3, 1, 1.6)->type, Type::kEscalate);
  EXPECT_EQ(state.Propose(1, 1, 1.4)->type, Type::kEase);
  EXPECT_EQ(state.Propose(0, 1, 0)->type, Type::kResolve);
  EXPECT_EQ(state.Propose(0, 1, 0)->alert_id, 7u);
  EXPECT_EQ(state.Propose(0, 1, 0)->state.alert_id, 0u);
}

TEST(SubjectStateTest, TiersBelowTheMinimumRaiseNothingAndResolve) {
  SubjectState state = Gauge();
  EXPECT_FALSE(state.Propose(1, /*min_tier=*/2, 0.1).has_value());
  state.Commit(2, 7);
  EXPECT_EQ(state.Propose(1, /*min_tier=*/2, 0.1)->type, Type::kResolve);
}

TEST(SubjectStateTest, AnEndByHandSuppressesItsTierUntilItHasClearedOrIsExceeded) {
  SubjectState state = Gauge();
  state.condition().Restore(2);
  state.Commit(2, 7);
  const storage::RuleStateRecord stored = state.EndedByHand();
  EXPECT_EQ(stored.suppressed_tier, 2);
  EXPECT_EQ(stored.alert_id, 0u);
  state.CommitEndedByHand(stored.suppressed_tier);
  EXPECT_EQ(state.alert_id(), 0u);
  EXPECT_FALSE(state.Propose(2, 1, 1.5).has_value());
  EXPECT_EQ(state.Propose(3, 1, 1.6)->type, Type::kRaise);
  EXPECT_EQ(state.Propose(0, 1, 0)->type, Type::kForget);
  state.condition().Restore(0);
  EXPECT_FALSE(state.IsIdle()) << "the suppressed tier is stored";
  state.Commit(0, 0);
  EXPECT_TRUE(state.IsIdle());
}

TEST(SubjectStateTest, ARestoredAlertIsNotRaisedAgain) {
  SubjectState state = Gauge();
  state.Restore({.tier = 2, .alert_id = 7});
  EXPECT_EQ(state.condition().tier(), 2);
  EXPECT_EQ(state.alert_id(), 7u);
  EXPECT_FALSE(state.Propose(2, 1, 1.5).has_value());
}

}  // namespace
}  // namespace citylayers::alerts
