#include "services/alerts/alerts_options.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "geo/flood/depth_class.h"
#include "geo/roads/road_class.h"
#include "services/runtime/config/suggestion.h"

namespace citylayers::alerts {
namespace {

using runtime::Option;
using runtime::OptionType;

std::vector<std::string> RoadClassWords() {
  return {geo::kRoadClassWords.begin(), geo::kRoadClassWords.end()};
}

// "1 from 0.10 m, 2 from 0.20 m, ...".
std::string DepthTiers() {
  std::string text;
  for (std::size_t i = 0; i < geo::kWetClasses.size(); ++i) {
    absl::StrAppendFormat(&text, "%s%d from %.2f m", i == 0 ? "" : ", ", static_cast<int>(i) + 1,
                          geo::kWetClassesFromM<double>[i]);
  }
  return text;
}

std::vector<Option> LimitOptions() {
  return {
      {"alerts.tick", OptionType::kDuration, "1s",
       "Maximum time between two evaluations of the rules; a change of an input is "
       "evaluated at once.",
       0.1, 60},
      {"alerts.active_max", OptionType::kInt, "10000",
       "Maximum number of unresolved alerts; further ones are not raised.", 1, 1e6},
      {"alerts.page_size_max", OptionType::kInt, "1000",
       "Maximum number of alerts per page of ListAlerts.", 1, 1000},
      {"alerts.cap_list_max", OptionType::kInt, "1000",
       "Maximum number of CAP messages in a list; the newest are kept.", 1, 1000},
      {"alerts.caps_scanned_max", OptionType::kInt, "10000",
       "Maximum number of CAP messages that one list reads, including long ended ones.", 1, 1e6},
      {"alerts.watch_snapshot_max", OptionType::kInt, "1000",
       "Maximum number of alerts in a watcher's snapshot; the newest are kept.", 1, 1000},
      {"alerts.watch_held_max", OptionType::kInt, "10000",
       "Changed alerts held for watchers; a watcher further behind gets a snapshot.", 1, 1e6},
      {"alerts.verify_events_max", OptionType::kInt, "10000",
       "Maximum number of events that one VerifyAuditTrail checks; the client continues.", 1, 1e6},
      {"alerts.input_silence_max", OptionType::kDuration, "10s",
       "Time without a message after which a stream of the flood or traffic service counts "
       "as broken; they send at least every 5 s.",
       6, 600},
      {"alerts.input_rows_max", OptionType::kInt, "100000",
       "Maximum number of stages, flooded streets or jams; a longer list counts as "
       "unavailable.",
       1, 1e6},
  };
}

std::vector<Option> CapAndRuleOptions() {
  return {
      {"alerts.cap_sender", OptionType::kString, "alerts@citylayers.example",
       "Sender of CAP messages: an address in the city's own domain."},
      {"alerts.cap_sender_name", OptionType::kString, "citylayers – Thành phố Hồ Chí Minh",
       "Name of the sender in CAP messages, as people read it."},
      {"alerts.stage_readings", OptionType::kInt, "2",
       "Consecutive readings that begin or end an alert level.", 1, 100},
      {"alerts.stage_clear_below_m", OptionType::kDouble, "0.05",
       "An alert level ends this far under it, metres.", 0.001, 5},
      {"alerts.stage_immediate_above_m", OptionType::kDouble, "0.1",
       "Urgency is Immediate from this height above level III, metres.", 0.001, 5},
      {"alerts.stage_radius_m", OptionType::kDouble, "5000",
       "Radius of the area of a gauge's alerts, metres.", 1, 1e5},
      {"alerts.street_class_min", OptionType::kString, "tertiary",
       absl::StrCat("Least important class of road whose flooding raises an alert, one of ",
                    absl::StrJoin(RoadClassWords(), ", "), ".")},
      {"alerts.street_min_tier", OptionType::kInt, "2",
       absl::StrCat("Lowest tier of depth that raises: ", DepthTiers(), "."), 1,
       geo::kWetClasses.size()},
      {"alerts.street_clear_below_m", OptionType::kDouble, "0.05",
       "A depth class ends this far under it, metres.", 0.001, 0.09},
      {"alerts.street_hold", OptionType::kDuration, "10m",
       "City time for which a depth must hold to raise."},
      {"alerts.street_keep", OptionType::kDuration, "20m",
       "City time for which a street must be clear to end."},
      {"alerts.jam_min_tier", OptionType::kInt, "2",
       "Lowest jam tier that raises: 1 slow, 2 queue (under 10 km/h), 3 official (under 5 "
       "km/h).",
       1, 3},
      {"alerts.jam_length_m_min", OptionType::kDouble, "200",
       "Minimum length of a queue that raises an alert, metres.", 0, 1e5},
      {"alerts.jam_queue_hold", OptionType::kDuration, "10m",
       "City time for which a queue must hold to raise."},
      {"alerts.jam_official_hold", OptionType::kDuration, "30m",
       "City time after which a standstill is a jam by the city's definition."},
      {"alerts.outage_hold", OptionType::kDuration, "10m",
       "City time for which data must be missing to raise an alert of kind OUTAGE."},
      {"alerts.jam_keep", OptionType::kDuration, "5m",
       "City time for which a jam must be gone to end."},
  };
}

}  // namespace

std::vector<Option> AlertsOptions() {
  std::vector<Option> options = LimitOptions();
  std::vector<Option> rules = CapAndRuleOptions();
  options.insert(options.end(), std::make_move_iterator(rules.begin()),
                 std::make_move_iterator(rules.end()));
  return options;
}

AlertManagerOptions AlertManagerOptionsOf(const runtime::Config& config) {
  AlertManagerOptions options;
  StageRuleOptions& stage = options.rules.stage;
  stage.clear_below_m = config.GetDouble("alerts.stage_clear_below_m");
  stage.readings = static_cast<int>(config.GetInt("alerts.stage_readings"));
  stage.immediate_above_m = config.GetDouble("alerts.stage_immediate_above_m");
  stage.radius_m = config.GetDouble("alerts.stage_radius_m");
  StreetDepthRuleOptions& street = options.rules.street_depth;
  street.clear_below_m = config.GetDouble("alerts.street_clear_below_m");
  street.hold = config.GetDuration("alerts.street_hold");
  street.keep = config.GetDuration("alerts.street_keep");
  street.min_tier = static_cast<int>(config.GetInt("alerts.street_min_tier"));
  JamRuleOptions& jam = options.rules.jam;
  jam.queue_hold = config.GetDuration("alerts.jam_queue_hold");
  jam.official_hold = config.GetDuration("alerts.jam_official_hold");
  jam.keep = config.GetDuration("alerts.jam_keep");
  jam.length_min_m = config.GetDouble("alerts.jam_length_m_min");
  jam.min_tier = static_cast<int>(config.GetInt("alerts.jam_min_tier"));
  options.rules.outage.hold = config.GetDuration("alerts.outage_hold");
  options.cap.sender = config.GetString("alerts.cap_sender");
  options.cap.sender_name = config.GetString("alerts.cap_sender_name");
  options.active_max = static_cast<size_t>(config.GetInt("alerts.active_max"));
  options.caps_scanned_max = static_cast<size_t>(config.GetInt("alerts.caps_scanned_max"));
  options.watch_held_max = static_cast<size_t>(config.GetInt("alerts.watch_held_max"));
  return options;
}

AlertServiceLimits ServiceLimitsOf(const runtime::Config& config) {
  AlertServiceLimits limits;
  limits.page_size_max = static_cast<int>(config.GetInt("alerts.page_size_max"));
  limits.page_size_default = std::min(limits.page_size_default, limits.page_size_max);
  limits.caps_max = static_cast<int>(config.GetInt("alerts.cap_list_max"));
  limits.caps_default = std::min(limits.caps_default, limits.caps_max);
  limits.verify_events_max = static_cast<std::size_t>(config.GetInt("alerts.verify_events_max"));
  limits.watch_snapshot_max = static_cast<int>(config.GetInt("alerts.watch_snapshot_max"));
  return limits;
}

absl::StatusOr<ConditionFollowerOptions> ConditionFollowerOptionsOf(const runtime::Config& config) {
  ConditionFollowerOptions options;
  options.lists.silence_max = config.GetDuration("alerts.input_silence_max");
  options.lists.rows_max = static_cast<std::size_t>(config.GetInt("alerts.input_rows_max"));
  const std::string& word = config.GetString("alerts.street_class_min");
  const std::optional<geo::RoadClass> street_class_min = geo::ParseRoadClass(word);
  if (!street_class_min.has_value()) {
    const std::vector<std::string> words = RoadClassWords();
    const std::string near = runtime::Suggest(word, words);
    return absl::InvalidArgumentError(
        absl::StrCat("alerts.street_class_min: there is no class of road \"", word, "\"",
                     near.empty() ? "" : absl::StrCat("; did you mean \"", near, "\"?"),
                     " (any of ", absl::StrJoin(words, ", "), ")"));
  }
  options.street_class_min = *street_class_min;
  return options;
}

}  // namespace citylayers::alerts
