#include "services/alerts/rules/outage_rule.h"

#include <gtest/gtest.h>

namespace citylayers::alerts {
namespace {

constexpr absl::Time kStart = absl::FromUnixSeconds(1'762'425'000);

TEST(OutageRuleTest, AGapThatLastsIsAnOutageAndEndsAtOnce) {
  OutageRule rule({.hold = absl::Minutes(10)});
  const DataGap gap{.subject = "stations/phu-an", .reason = "no reading since 17:30"};
  EXPECT_TRUE(rule.Observe({gap}, kStart).empty());
  EXPECT_TRUE(rule.Observe({gap, gap}, kStart + absl::Minutes(9)).empty());
  const auto raised = rule.Observe({gap}, kStart + absl::Minutes(10));
  ASSERT_EQ(raised.size(), 1u);
  EXPECT_EQ(raised[0].type, Transition::Type::kRaise);
  EXPECT_EQ(raised[0].finding.kind, storage::AlertKind::kOutage);
  EXPECT_EQ(raised[0].finding.reason, "no reading since 17:30");
  rule.Commit(raised[0], 7);
  EXPECT_TRUE(rule.LiveValues().empty()) << "an outage has no value";
  const auto ended = rule.Observe({}, kStart + absl::Minutes(11));
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].type, Transition::Type::kResolve);
  EXPECT_EQ(ended[0].alert_id, 7u);
}

TEST(OutageRuleTest, AShortGapRaisesNothingAndItsTimeStartsAgain) {
  OutageRule rule({.hold = absl::Minutes(10)});
  const DataGap gap{.subject = "inputs/jams"};
  EXPECT_TRUE(rule.Observe({gap}, kStart).empty());
  EXPECT_TRUE(rule.Observe({}, kStart + absl::Minutes(9)).empty());
  EXPECT_TRUE(rule.Observe({gap}, kStart + absl::Minutes(10)).empty());
  EXPECT_EQ(rule.Observe({gap}, kStart + absl::Minutes(20)).size(), 1u);
}

}  // namespace
}  // namespace citylayers::alerts
