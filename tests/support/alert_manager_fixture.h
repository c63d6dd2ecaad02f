// Test fixture of the alert manager: a real store in a temporary folder, a clock controlled by the
// test, and evaluations with one gauge, one street and one jam.
#ifndef CITYLAYERS_TESTS_SUPPORT_ALERT_MANAGER_FIXTURE_H_
#define CITYLAYERS_TESTS_SUPPORT_ALERT_MANAGER_FIXTURE_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "services/alerts/alert_manager.h"
#include "storage/alerts/rocks_alert_store.h"
#include "tests/support/temp_dir.h"

namespace citylayers::alerts {

inline constexpr absl::Time kTestStart = absl::FromUnixSeconds(1'762'425'000);  // 17:30 in Saigon.

class AlertManagerTest : public testing::Test {
 protected:
  AlertManagerTest() {
    time_ = {.city = kTestStart, .wall = kTestStart + absl::Hours(8760)};
    Restart();
  }
  ~AlertManagerTest() override {
    manager_.reset();
    store_.reset();
  }

  void Restart() {
    manager_.reset();
    store_.reset();
    auto store = storage::OpenRocksAlertStore(dir_ / "alerts");
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    auto manager = AlertManager::Open(*store_, options_);
    ASSERT_TRUE(manager.ok()) << manager.status();
    manager_ = *std::move(manager);
  }

  // The gauge at Phú An with a reading of the present time.
  StageObservation PhuAn(double stage_m) const {
    return {.station = "stations/phu-an",
            .place = {"Phú An", "Phu An"},
            .location = {106.7062, 10.7699},
            .stage_m = stage_m,
            .read_time = time_.city,
            .levels_m = {1.40, 1.50, 1.60}};
  }

  // Advances time by ten minutes and runs an evaluation.
  absl::Status Step(double stage_m, double depth_m = 0, double jam_kmh = 0) {
    time_.city += absl::Minutes(10);
    time_.wall += absl::Seconds(10);
    Conditions conditions;
    conditions.stages = {PhuAn(stage_m)};
    conditions.streets.emplace().data_time = time_.city;
    if (depth_m > 0) {
      conditions.streets->items.push_back(
          {.street = "Calmette", .location = {106.698, 10.768}, .depth_m = depth_m});
    }
    conditions.jams.emplace().data_time = time_.city;
    if (jam_kmh > 0) {
      conditions.jams->items.push_back({.jam = "jams/7",
                                        .street = "Cộng Hòa",
                                        .head = {106.65, 10.80},
                                        .tail = {106.66, 10.80},
                                        .length_m = 900,
                                        .speed_kmh = jam_kmh});
    }
    return manager_->Evaluate(conditions, time_);
  }
  void Steps(int count, double stage_m, double depth_m = 0, double jam_kmh = 0) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(Step(stage_m, depth_m, jam_kmh).ok());
  }

  std::vector<storage::AlertRecord> All(const std::string& filter = "") const {
    return manager_->book()
        .List(*ParseAlertFilter(filter), storage::AlertStore::kNewest, 1000)
        ->alerts;
  }
  // The audit trail as "raised:system escalated:system acknowledged:Lan".
  std::string Trail(std::uint64_t id) const {
    static constexpr const char* kNames[] = {
        "", "raised", "escalated", "eased", "acknowledged", "resolved", "commented"};
    std::string trail;
    const auto events = *manager_->book().ListEvents(id);
    for (const auto& event : events) {
      trail += std::string(trail.empty() ? "" : " ") + kNames[static_cast<int>(event.type)] + ":" +
               event.actor;
    }
    return trail;
  }

  AlertManagerOptions options_;
  const test::TempDir dir_;
  std::unique_ptr<storage::AlertStore> store_;
  std::unique_ptr<AlertManager> manager_;
  EvaluationTime time_;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_TESTS_SUPPORT_ALERT_MANAGER_FIXTURE_H_
