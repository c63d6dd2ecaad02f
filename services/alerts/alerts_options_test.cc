#include "services/alerts/alerts_options.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/config/config.h"

namespace citylayers::alerts {
namespace {

using testing::HasSubstr;

absl::StatusOr<runtime::Config> Configure(std::map<std::string, std::string> flags = {}) {
  return runtime::Config::Load(AlertsOptions(), {.flags = std::move(flags)});
}

TEST(AlertsOptions, DefaultsAreThoseOfTheParts) {
  const runtime::Config config = *Configure();
  const AlertManagerOptions manager = AlertManagerOptionsOf(config);
  const AlertManagerOptions defaults;
  EXPECT_EQ(manager.rules.stage.readings, defaults.rules.stage.readings);
  EXPECT_EQ(manager.rules.stage.clear_below_m, defaults.rules.stage.clear_below_m);
  EXPECT_EQ(manager.rules.stage.immediate_above_m, defaults.rules.stage.immediate_above_m);
  EXPECT_EQ(manager.rules.stage.radius_m, defaults.rules.stage.radius_m);
  EXPECT_EQ(manager.rules.street_depth.clear_below_m, defaults.rules.street_depth.clear_below_m);
  EXPECT_EQ(manager.rules.street_depth.hold, defaults.rules.street_depth.hold);
  EXPECT_EQ(manager.rules.street_depth.keep, defaults.rules.street_depth.keep);
  EXPECT_EQ(manager.rules.street_depth.min_tier, defaults.rules.street_depth.min_tier);
  EXPECT_EQ(manager.rules.jam.queue_hold, defaults.rules.jam.queue_hold);
  EXPECT_EQ(manager.rules.jam.official_hold, defaults.rules.jam.official_hold);
  EXPECT_EQ(manager.rules.jam.keep, defaults.rules.jam.keep);
  EXPECT_EQ(manager.rules.jam.length_min_m, defaults.rules.jam.length_min_m);
  EXPECT_EQ(manager.rules.jam.min_tier, defaults.rules.jam.min_tier);
  EXPECT_EQ(manager.cap.sender, defaults.cap.sender);
  EXPECT_EQ(manager.cap.sender_name, defaults.cap.sender_name);
  EXPECT_EQ(manager.active_max, defaults.active_max);
  EXPECT_EQ(manager.caps_scanned_max, defaults.caps_scanned_max);
  EXPECT_EQ(manager.watch_held_max, defaults.watch_held_max);

  const AlertServiceLimits limits = ServiceLimitsOf(config);
  const AlertServiceLimits limits_default;
  EXPECT_EQ(limits.page_size_max, limits_default.page_size_max);
  EXPECT_EQ(limits.page_size_default, limits_default.page_size_default);
  EXPECT_EQ(limits.caps_max, limits_default.caps_max);
  EXPECT_EQ(limits.watch_snapshot_max, limits_default.watch_snapshot_max);
  EXPECT_EQ(limits.verify_events_max, limits_default.verify_events_max);

  const auto inputs = ConditionFollowerOptionsOf(config);
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  const ConditionFollowerOptions inputs_default;
  EXPECT_EQ(inputs->lists.silence_max, inputs_default.lists.silence_max);
  EXPECT_EQ(inputs->lists.rows_max, inputs_default.lists.rows_max);
  EXPECT_EQ(inputs->street_class_min, inputs_default.street_class_min);
}

TEST(AlertsOptions, WhatIsSetArrives) {
  const runtime::Config config = *Configure({{"alerts.stage_readings", "3"},
                                             {"alerts.jam_official_hold", "20m"},
                                             {"alerts.cap_sender", "baodong@hcm.example"},
                                             {"alerts.caps_scanned_max", "7"},
                                             {"alerts.watch_held_max", "8"},
                                             {"alerts.page_size_max", "9"},
                                             {"alerts.cap_list_max", "10"},
                                             {"alerts.watch_snapshot_max", "11"},
                                             {"alerts.input_silence_max", "12s"},
                                             {"alerts.input_rows_max", "13"},
                                             {"alerts.verify_events_max", "14"},
                                             {"alerts.street_class_min", "local"}});
  const AlertManagerOptions manager = AlertManagerOptionsOf(config);
  EXPECT_EQ(manager.rules.stage.readings, 3);
  EXPECT_EQ(manager.rules.jam.official_hold, absl::Minutes(20));
  EXPECT_EQ(manager.cap.sender, "baodong@hcm.example");
  EXPECT_EQ(manager.caps_scanned_max, 7u);
  EXPECT_EQ(manager.watch_held_max, 8u);
  const AlertServiceLimits limits = ServiceLimitsOf(config);
  EXPECT_EQ(limits.page_size_max, 9);
  EXPECT_EQ(limits.page_size_default, 9) << "not over the most";
  EXPECT_EQ(limits.caps_max, 10);
  EXPECT_EQ(limits.watch_snapshot_max, 11);
  EXPECT_EQ(limits.verify_events_max, 14u);
  const ConditionFollowerOptions inputs = *ConditionFollowerOptionsOf(config);
  EXPECT_EQ(inputs.lists.silence_max, absl::Seconds(12));
  EXPECT_EQ(inputs.lists.rows_max, 13u);
  EXPECT_EQ(inputs.street_class_min, geo::RoadClass::kLocal);
}

TEST(AlertsOptions, AMistypedClassOfRoadIsRefusedWithASuggestion) {
  const absl::Status status =
      ConditionFollowerOptionsOf(*Configure({{"alerts.street_class_min", "tertairy"}})).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("alerts.street_class_min: there is no class of road \"tertairy\"; did you "
                        "mean \"tertiary\"? (any of motorway, trunk, "));
  EXPECT_FALSE(ConditionFollowerOptionsOf(*Configure({{"alerts.street_class_min", ""}})).ok());
}

TEST(AlertsOptions, LimitsOutOfRangeAreRefused) {
  for (const char* key : {"alerts.page_size_max", "alerts.cap_list_max", "alerts.caps_scanned_max",
                          "alerts.watch_snapshot_max", "alerts.watch_held_max",
                          "alerts.input_rows_max", "alerts.verify_events_max"}) {
    EXPECT_FALSE(Configure({{key, "0"}}).ok()) << key;
  }
  EXPECT_FALSE(Configure({{"alerts.input_silence_max", "5s"}}).ok()) << "heartbeats come every 5 s";
}

}  // namespace
}  // namespace citylayers::alerts
