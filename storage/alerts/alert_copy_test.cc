#include "storage/alerts/alert_copy.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/alert_store_fixture.h"

namespace citylayers::storage {
namespace {

class AlertCopy : public AlertStoreTest {
 protected:
  std::unique_ptr<AlertStore> OpenCopy() {
    auto store = OpenRocksAlertStore(copy_);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  // An alert with a message to the public, whose id is returned.
  std::string Issue(AlertStore& store) {
    const CapRecord cap{.cap_id = store.NextCapId(), .xml = "<alert/>"};
    AlertRecord alert{.id = store.NextAlertId(), .rule = "stage", .subject = "stations/phu-an"};
    EXPECT_TRUE(store.Apply({{.alert = alert, .cap = cap}}).ok());
    return cap.cap_id;
  }
  const std::string copy_ = (dir_ / "copy").string();
};

TEST_F(AlertCopy, HasTheAlertsAndTheirTrails) {
  const std::uint64_t id = RaiseAndAcknowledge();
  const auto copied = store_->Copy(copy_);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(copied->offset, id);
  RaiseAndAcknowledge();

  EXPECT_EQ(*CheckAlertsCopy(copy_), id);
  const auto restored = OpenCopy();
  EXPECT_EQ(restored->GetAlert(id)->state, AlertState::kAcknowledged);
  EXPECT_EQ(restored->ListEvents(id)->size(), 2u);
  EXPECT_FALSE(restored->GetAlert(id + 1).ok());
  EXPECT_EQ(restored->Loss(), "");
}

TEST_F(AlertCopy, AnEmptyStoreHasOneToo) {
  ASSERT_TRUE(store_->Copy(copy_).ok());
  EXPECT_EQ(*CheckAlertsCopy(copy_), 0u);
}

// Messages that were issued after the backup are public, and the restored store does not know them.
TEST_F(AlertCopy, ARestoredStoreIssuesNoIdASecondTime) {
  const std::string before = Issue(*store_);
  ASSERT_TRUE(store_->Copy(copy_).ok());
  const std::string lost = Issue(*store_);
  std::ofstream(copy_ + "/RESTORED") << "2026-11-29T18-00-00.000Z\n";

  std::string after;
  {
    const auto restored = OpenCopy();
    EXPECT_TRUE(restored->GetCap(before).ok());
    EXPECT_FALSE(restored->GetCap(lost).ok());
    after = Issue(*restored);
    EXPECT_NE(after, lost);
    EXPECT_FALSE(restored->GetCap(lost).ok()) << "its number is that of another message";
  }
  const auto again = OpenCopy();
  EXPECT_TRUE(again->GetCap(before).ok());
  EXPECT_TRUE(again->GetCap(after).ok());
  EXPECT_EQ(again->NextCapId().substr(0, 8), after.substr(0, 8)) << "one restore, one instance";
}

TEST_F(AlertCopy, ADamagedOneIsFound) {
  RaiseAndAcknowledge();
  ASSERT_TRUE(store_->Copy(copy_).ok());
  for (const auto& entry : std::filesystem::directory_iterator(copy_)) {
    if (entry.path().extension() == ".sst") std::filesystem::remove(entry.path());
  }
  EXPECT_TRUE(absl::IsDataLoss(CheckAlertsCopy(copy_).status()));
}

}  // namespace
}  // namespace citylayers::storage
