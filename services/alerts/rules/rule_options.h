// Thresholds and times of the alert rules. Defaults are the proposal for Ho Chi Minh City; comments
// name the law where it sets a number.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_RULE_OPTIONS_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_RULE_OPTIONS_H_

#include <array>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "geo/flood/depth_class.h"

namespace citylayers::alerts {

/// River gauges against their own báo động I to III (Phú An and Nhà Bè: 1.40, 1.50, 1.60 m since
/// decision 05/2020/QĐ-TTg). Tiers 1 to 3 are the levels; tier 4 is far above level III, with
/// urgency Immediate.
struct StageRuleOptions {
  double clear_below_m = 0.05;      ///< A level ends this far under it.
  int readings = 2;                 ///< Consecutive readings, to begin and to end.
  double immediate_above_m = 0.10;  ///< Over level III: urgency Immediate (1.70 m at Phú An).
  absl::Duration stale_after = absl::Hours(1);
  double radius_m = 5000;  ///< Of the area of a gauge's alerts.
};

/// Depth on streets. Tiers 1 to 4 are the wet classes of geo/flood/depth_class.h.
struct StreetDepthRuleOptions {
  std::array<double, 4> raise_m = geo::kWetClassesFromM<double>;
  double clear_below_m = 0.05;
  absl::Duration hold = absl::Minutes(10);
  absl::Duration keep = absl::Minutes(20);
  int min_tier = 2;  ///< Lower tiers are shown on the map but raise no alert.
  absl::Duration stale_after = absl::Minutes(45);
  double radius_min_m = 200;
};

/// Jams. Tiers: slow (any jam), queue, and the city's official definition of June 2025: under
/// 5 km/h for over 30 minutes on 200 m or more.
struct JamRuleOptions {
  absl::Duration slow_hold = absl::Minutes(5);
  double queue_raise_kmh = 10;
  double queue_clear_kmh = 13;
  absl::Duration queue_hold = absl::Minutes(10);
  double official_raise_kmh = 5;
  double official_clear_kmh = 8;
  absl::Duration official_hold = absl::Minutes(30);
  double length_min_m = 200;
  absl::Duration keep = absl::Minutes(5);
  int min_tier = 2;
  double live_share_min = 0.5;  ///< A jam with a smaller measured share raises no alert.
  absl::Duration stale_after = absl::Minutes(45);
  double radius_min_m = 200;
};

/// Missing data. One tier.
struct OutageRuleOptions {
  absl::Duration hold = absl::Minutes(10);
};

struct RuleOptions {
  StageRuleOptions stage;
  StreetDepthRuleOptions street_depth;
  JamRuleOptions jam;
  OutageRuleOptions outage;
};

/// INVALID_ARGUMENT: thresholds that do not ascend, a clear value on the wrong side of its raise
/// value, a negative duration, a tier that does not exist. The message names the option.
absl::Status CheckRuleOptions(const RuleOptions& options);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_RULE_OPTIONS_H_
