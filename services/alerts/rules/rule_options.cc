#include "services/alerts/rules/rule_options.h"

#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"

namespace citylayers::alerts {
namespace {

absl::Status Check(bool good, absl::string_view option, absl::string_view must) {
  if (good) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("alert rule option ", option, " must ", must));
}

}  // namespace

absl::Status CheckRuleOptions(const RuleOptions& options) {
  const auto& [stage, street, jam, outage] = options;
  RETURN_IF_ERROR(Check(stage.clear_below_m > 0, "stage.clear_below_m", "be above 0"));
  RETURN_IF_ERROR(Check(stage.readings >= 1, "stage.readings", "be at least 1"));
  RETURN_IF_ERROR(Check(stage.immediate_above_m > 0, "stage.immediate_above_m", "be above 0"));
  RETURN_IF_ERROR(Check(stage.radius_m > 0, "stage.radius_m", "be above 0"));
  double previous = street.clear_below_m;
  RETURN_IF_ERROR(Check(previous > 0, "street_depth.clear_below_m", "be above 0"));
  for (const double raise : street.raise_m) {
    RETURN_IF_ERROR(Check(raise > previous, "street_depth.raise_m",
                          "ascend, and begin above street_depth.clear_below_m"));
    previous = raise;
  }
  RETURN_IF_ERROR(
      Check(street.min_tier >= 1 && street.min_tier <= 4, "street_depth.min_tier", "be 1 to 4"));
  RETURN_IF_ERROR(Check(jam.queue_clear_kmh > jam.queue_raise_kmh, "jam.queue_clear_kmh",
                        "be above jam.queue_raise_kmh"));
  RETURN_IF_ERROR(Check(jam.official_clear_kmh > jam.official_raise_kmh, "jam.official_clear_kmh",
                        "be above jam.official_raise_kmh"));
  RETURN_IF_ERROR(Check(jam.queue_raise_kmh >= jam.official_raise_kmh && jam.official_raise_kmh > 0,
                        "jam.official_raise_kmh", "be above 0 and at most jam.queue_raise_kmh"));
  RETURN_IF_ERROR(Check(jam.min_tier >= 1 && jam.min_tier <= 3, "jam.min_tier", "be 1 to 3"));
  RETURN_IF_ERROR(
      Check(jam.live_share_min >= 0 && jam.live_share_min <= 1, "jam.live_share_min", "be 0 to 1"));
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, absl::Duration>>{
           {"stage.stale_after", stage.stale_after},
           {"street_depth.hold", street.hold},
           {"street_depth.keep", street.keep},
           {"street_depth.stale_after", street.stale_after},
           {"jam.slow_hold", jam.slow_hold},
           {"jam.queue_hold", jam.queue_hold},
           {"jam.official_hold", jam.official_hold},
           {"jam.keep", jam.keep},
           {"jam.stale_after", jam.stale_after},
           {"outage.hold", outage.hold}}) {
    RETURN_IF_ERROR(Check(value >= absl::ZeroDuration(), name, "not be negative"));
  }
  return absl::OkStatus();
}

}  // namespace citylayers::alerts
