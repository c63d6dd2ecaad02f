// Test fixture with a real alert store in a temporary folder, and functions that tamper with it.
#ifndef CITYLAYERS_TESTS_SUPPORT_ALERT_STORE_FIXTURE_H_
#define CITYLAYERS_TESTS_SUPPORT_ALERT_STORE_FIXTURE_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rocksdb/db.h"
#include <gtest/gtest.h>

#include "storage/alerts/alert_store.h"
#include "storage/alerts/rocks_alert_store.h"
#include "tests/support/temp_dir.h"

namespace citylayers::storage {

inline constexpr absl::Time kTestTime = absl::FromUnixSeconds(1'762'425'000);

class AlertStoreTest : public testing::Test {
 protected:
  AlertStoreTest() { Reopen(); }
  ~AlertStoreTest() override { store_.reset(); }

  std::string path() const { return (dir_ / "alerts").string(); }

  void Reopen() {
    store_.reset();
    auto store = OpenRocksAlertStore(path());
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  AlertRecord NewAlert(std::string subject = "stations/phu-an") {
    return {.id = store_->NextAlertId(),
            .rule = "stage",
            .subject = std::move(subject),
            .create_time = kTestTime,
            .update_time = kTestTime};
  }

  static AlertEventRecord Line(AlertEventType type, std::string actor, std::string comment = "") {
    return {.type = type,
            .event_time = kTestTime,
            .write_time = kTestTime,
            .actor = std::move(actor),
            .comment = std::move(comment),
            .level = 1};
  }

  // Raises an alert with a trail of two lines.
  std::uint64_t RaiseAndAcknowledge() {
    AlertRecord alert = NewAlert();
    EXPECT_TRUE(
        store_->Apply({{.alert = alert, .events = {Line(AlertEventType::kRaised, "system")}}})
            .ok());
    alert.state = AlertState::kAcknowledged;
    EXPECT_TRUE(
        store_->Apply({{.alert = alert, .events = {Line(AlertEventType::kAcknowledged, "Lan")}}})
            .ok());
    return alert.id;
  }

  // Modifies the closed database directly, bypassing the store.
  void Tamper(std::string_view family,
              const std::function<void(rocksdb::DB&, rocksdb::ColumnFamilyHandle*)>& edit) {
    store_.reset();
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), path(), &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names) {
      families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    }
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(rocksdb::DBOptions(), path(), families, &handles, &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == family) edit(*db, handles[i]);
    }
    for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  }

  const test::TempDir temp_dir_;
  const std::filesystem::path dir_ = temp_dir_.path();
  std::unique_ptr<AlertStore> store_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_TESTS_SUPPORT_ALERT_STORE_FIXTURE_H_
