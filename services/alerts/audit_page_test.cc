#include "services/alerts/audit_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/alert_manager_fixture.h"
#include "tests/support/failing_alert_store.h"

namespace citylayers::alerts {
namespace {

using storage::TrailPosition;

// Three alerts with trails of three lines each: raised, acknowledged, resolved.
class AuditPageTest : public AlertManagerTest {
 protected:
  AuditPageTest() {
    for (std::uint64_t id = 1; id <= 3; ++id) {
      Steps(2, 1.66);
      EXPECT_TRUE(manager_->Acknowledge(id, "Lan", "", time_).ok());
      Steps(2, 0.2);
    }
  }
  FailingStore store{*store_};
};

TEST_F(AuditPageTest, AllTrailsHaveTheirHeads) {
  const AuditPage page = *VerifyAuditTrails(store, {.last_alert_id = 3}, {});
  ASSERT_EQ(page.trails.size(), 3u);
  EXPECT_EQ(page.events_checked, 9u);
  EXPECT_FALSE(page.next.has_value());
  for (const storage::TrailCheck& trail : page.trails) {
    EXPECT_TRUE(trail.is_intact());
    EXPECT_EQ(trail.last_sequence, 3u);
    EXPECT_EQ(trail.head_hash, store_->ListEvents(trail.alert_id)->back().hash);
  }
  EXPECT_EQ(VerifyAuditTrails(store, {.last_alert_id = 0}, {})->trails.size(), 0u);
}

TEST_F(AuditPageTest, APageEndsAtEachLimitAndTheNextContinuesWithinATrail) {
  AuditPage page = *VerifyAuditTrails(store, {.last_alert_id = 3}, {.trails_max = 2});
  EXPECT_EQ(page.trails.size(), 2u);
  EXPECT_EQ(page.next, (TrailPosition{3, 0}));

  page = *VerifyAuditTrails(store, {.last_alert_id = 3}, {.events_max = 4});
  EXPECT_EQ(page.events_checked, 4u);
  ASSERT_EQ(page.next, (TrailPosition{2, 1}));
  page = *VerifyAuditTrails(store, {.first = PositionOf(NumberOf(*page.next)), .last_alert_id = 3},
                            {.events_max = 5});
  EXPECT_EQ(page.events_checked, 5u);
  ASSERT_EQ(page.trails.size(), 2u);
  EXPECT_EQ(page.trails[0].alert_id, 2u);
  EXPECT_EQ(page.trails[0].events_checked, 2u);
  EXPECT_EQ(page.trails[0].last_sequence, 3u);
}

// With one event per call, each call makes progress, and the calls find what one call finds.
TEST_F(AuditPageTest, TheSmallestPagesReachTheEnd) {
  std::size_t events = 0;
  int calls = 0;
  std::optional<TrailPosition> at = TrailPosition{1, 0};
  while (at.has_value() && ++calls < 100) {
    const AuditPage page =
        *VerifyAuditTrails(store, {.first = *at, .last_alert_id = 3}, {.events_max = 1});
    events += page.events_checked;
    for (const storage::TrailCheck& trail : page.trails) EXPECT_TRUE(trail.is_intact());
    at = page.next;
  }
  EXPECT_EQ(events, 9u);
  EXPECT_LE(calls, 10);
}

TEST_F(AuditPageTest, ADamagedTrailDoesNotKeepTheOthersFromBeingVerified) {
  store.damaged_trail = 1;
  store.missing_alert = 2;
  const AuditPage page = *VerifyAuditTrails(store, {.last_alert_id = 3}, {});
  ASSERT_EQ(page.trails.size(), 3u);
  EXPECT_EQ(page.trails[0].damage.reason, "line 1 was changed");
  EXPECT_EQ(page.trails[1].alert_id, 2u);
  EXPECT_EQ(page.trails[1].damage.sequence, 0u);
  EXPECT_EQ(page.trails[1].damage.reason, "the alert is missing");
  EXPECT_TRUE(page.trails[2].is_intact());
}

}  // namespace
}  // namespace citylayers::alerts
