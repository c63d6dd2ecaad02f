#include "storage/alerts/alert_store.h"

#include <filesystem>
#include <thread>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/alert_store_fixture.h"

namespace citylayers::storage {
namespace {

using testing::ElementsAre;

TEST_F(AlertStoreTest, AChangeIsThereAfterReopeningInAllItsParts) {
  AlertRecord alert = NewAlert();
  EXPECT_EQ(alert.id, 1u);
  const std::string cap_id = store_->NextCapId();
  alert.cap_ids = {cap_id};
  const RuleStateRecord state{
      .rule = "stage", .subject = alert.subject, .tier = 3, .alert_id = 1, .read_time = kTestTime};
  const CapRecord cap{.cap_id = cap_id,
                      .alert_id = 1,
                      .message_type = "Alert",
                      .sent_time = kTestTime,
                      .xml = "<alert/>"};
  ASSERT_TRUE(store_
                  ->Apply({{.alert = alert,
                            .events = {Line(AlertEventType::kRaised, "system", "1.62 m")},
                            .rule_state = state,
                            .cap = cap}})
                  .ok());
  Reopen();
  const AlertRecord stored = *store_->GetAlert(1);
  EXPECT_EQ(stored.subject, "stations/phu-an");
  EXPECT_EQ(stored.event_count, 1u);
  const auto events = *store_->ListEvents(1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].sequence, 1u);
  EXPECT_EQ(events[0].comment, "1.62 m");
  EXPECT_EQ(events[0].hash, stored.trail_hash);
  EXPECT_THAT(*store_->ListRuleStates(), ElementsAre(state));
  EXPECT_EQ(*store_->GetCap(cap_id), cap);
  EXPECT_EQ(store_->NextAlertId(), 2u);
  EXPECT_NE(store_->NextCapId(), cap_id);
}

TEST_F(AlertStoreTest, ARuleStateWithNothingToRememberIsRemoved) {
  RuleStateRecord state{.rule = "jam", .subject = "jams/7", .tier = 2, .alert_id = 1};
  ASSERT_TRUE(store_->Apply({{.rule_state = state}}).ok());
  EXPECT_EQ(store_->ListRuleStates()->size(), 1u);
  state.tier = 0;
  state.alert_id = 0;
  ASSERT_TRUE(store_->Apply({{.rule_state = state}}).ok());
  EXPECT_EQ(store_->ListRuleStates()->size(), 0u);
}

TEST_F(AlertStoreTest, ScansGoFromTheNewestBackAndStopWhenTold) {
  std::vector<AlertChange> changes;
  for (std::uint64_t id = 1; id <= 300; ++id) changes.push_back({.alert = AlertRecord{.id = id}});
  ASSERT_TRUE(store_->Apply(changes).ok());
  std::vector<std::uint64_t> ids;
  ASSERT_TRUE(store_
                  ->ScanAlerts(AlertStore::kNewest,
                               [&](const AlertRecord& alert) {
                                 ids.push_back(alert.id);
                                 return ids.size() < 3;
                               })
                  .ok());
  EXPECT_THAT(ids, ElementsAre(300, 299, 298));
  ids.clear();
  ASSERT_TRUE(store_
                  ->ScanAlerts(3,
                               [&](const AlertRecord& alert) {
                                 ids.push_back(alert.id);
                                 return true;
                               })
                  .ok());
  EXPECT_THAT(ids, ElementsAre(2, 1));
}

TEST_F(AlertStoreTest, OnlyUnresolvedAlertsAreActive) {
  AlertRecord first = NewAlert("streets/a");
  AlertRecord second = first;
  second.id = first.id + 1;
  ASSERT_TRUE(store_->Apply({{.alert = first}, {.alert = second}}).ok());
  first.state = AlertState::kResolved;
  ASSERT_TRUE(store_->Apply({{.alert = first}}).ok());
  Reopen();
  const auto active = *store_->ListActiveAlerts();
  ASSERT_EQ(active.size(), 1u);
  EXPECT_EQ(active[0].id, second.id);
}

TEST_F(AlertStoreTest, OneBatchMayChangeOneAlertTwiceAndTheTrailStaysWhole) {
  const AlertRecord alert = NewAlert();
  ASSERT_TRUE(store_
                  ->Apply({{.alert = alert, .events = {Line(AlertEventType::kRaised, "system")}},
                           {.alert = alert,
                            .events = {Line(AlertEventType::kEscalated, "system"),
                                       Line(AlertEventType::kEased, "system")}}})
                  .ok());
  EXPECT_EQ(store_->ListEvents(alert.id)->size(), 3u);
  EXPECT_TRUE(store_->VerifyTrail({alert.id})->is_intact());
}

TEST_F(AlertStoreTest, ABadChangeWritesNothingOfItsBatch) {
  const AlertRecord good = NewAlert();
  AlertRecord ahead = good;
  ahead.id = 7;
  EXPECT_EQ(store_->Apply({{.alert = good}, {.alert = ahead}}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->Apply({{.alert = good, .cap = CapRecord{.cap_id = "made-up"}}}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->Apply({{.events = {Line(AlertEventType::kRaised, "system")}}}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->NextAlertId(), good.id);
  EXPECT_EQ(store_->GetAlert(good.id).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(AlertStoreTest, ValuesMoveWithoutTouchingTheTrailOrTheState) {
  const std::uint64_t id = RaiseAndAcknowledge();
  AlertRecord update{.id = id, .state = AlertState::kOpen, .peak_value = 1.7, .value = 1.6};
  ASSERT_TRUE(store_->UpdateValues({update}).ok());
  Reopen();
  const AlertRecord stored = *store_->GetAlert(id);
  EXPECT_EQ(stored.peak_value, 1.7);
  EXPECT_EQ(stored.value, 1.6);
  EXPECT_EQ(stored.state, AlertState::kAcknowledged);
  EXPECT_TRUE(store_->VerifyTrail({id})->is_intact());
  update.id = 99;
  EXPECT_EQ(store_->UpdateValues({update}).code(), absl::StatusCode::kNotFound);
}

TEST_F(AlertStoreTest, CapIdsOfOthersAreNotFoundAndOursNeverRepeat) {
  for (const char* id : {"", "x", "-", "-1", "0-0", "../../etc/passwd", "%2e"}) {
    EXPECT_EQ(store_->GetCap(id).status().code(), absl::StatusCode::kNotFound) << id;
  }
  const std::string instance(store_->NextCapId().substr(0, 8));
  for (const char* number : {"+1", " 1", "01", "1"}) {
    EXPECT_EQ(store_->GetCap(absl::StrCat(instance, "-", number)).status().code(),
              absl::StatusCode::kNotFound)
        << number;
  }
  const std::string before = store_->NextCapId();
  EXPECT_NE(store_->NextCapId(1), before);
  store_.reset();
  std::filesystem::remove_all(path());
  Reopen();
  EXPECT_NE(store_->NextCapId(), before);
}

TEST_F(AlertStoreTest, ReadersRunBesideTheWriter) {
  std::thread reader([&] {
    for (int i = 0; i < 50; ++i) {
      std::uint64_t previous = AlertStore::kNewest;
      ASSERT_TRUE(store_
                      ->ScanAlerts(AlertStore::kNewest,
                                   [&](const AlertRecord& alert) {
                                     EXPECT_LT(alert.id, previous);
                                     previous = alert.id;
                                     return true;
                                   })
                      .ok());
    }
  });
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(store_->Apply({{.alert = NewAlert()}}).ok());
  reader.join();
}

}  // namespace
}  // namespace citylayers::storage
