#include "services/alerts/rules/data_gaps.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace citylayers::alerts {
namespace {

std::string Text(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

storage::Localized PlaceOfInput(const std::string& input) {
  if (input == kStagesInput) return {"Mực nước các trạm", "River stages"};
  if (input == kStreetsInput) return {"Độ ngập trên đường", "Water on streets"};
  return {"Tình trạng giao thông", "Traffic"};
}

}  // namespace

std::vector<DataGap> GapFinder::Find(const Conditions& conditions, absl::Time now,
                                     absl::Duration max_age_min) {
  std::vector<DataGap> gaps;
  AddInput(kStagesInput, conditions, conditions.stages.has_value(), now, now,
           absl::InfiniteDuration(), gaps);
  if (conditions.stages.has_value()) {
    for (const StageObservation& stage : *conditions.stages)
      AddGauge(stage, now, max_age_min, gaps);
  }
  AddInput(kStreetsInput, conditions, conditions.streets.has_value(),
           conditions.streets.has_value() ? conditions.streets->data_time : now, now,
           std::max(options_.street_depth.stale_after, max_age_min), gaps);
  AddInput(kJamsInput, conditions, conditions.jams.has_value(),
           conditions.jams.has_value() ? conditions.jams->data_time : now, now,
           std::max(options_.jam.stale_after, max_age_min), gaps);
  return gaps;
}

void GapFinder::AddInput(const std::string& input, const Conditions& conditions, bool has_answered,
                         absl::Time data_time, absl::Time now, absl::Duration max_age,
                         std::vector<DataGap>& gaps) {
  if (has_answered && now - data_time <= max_age) {
    good_at_[input] = now;
    return;
  }
  DataGap gap{.subject = input, .place = PlaceOfInput(input)};
  if (has_answered) {
    gap.since = data_time;
    gap.reason = data_time == absl::InfinitePast()
                     ? "no data have come yet"
                     : absl::StrCat("the newest data are of ", Text(data_time));
  } else {
    const auto failure = std::find_if(conditions.failures.begin(), conditions.failures.end(),
                                      [&](const InputFailure& f) { return f.input == input; });
    if (failure == conditions.failures.end()) return;  // The city has no such data.
    gap.reason = absl::StrCat("its service does not answer: ", failure->why);
    if (const auto good = good_at_.find(input); good != good_at_.end()) gap.since = good->second;
  }
  gaps.push_back(std::move(gap));
}

void GapFinder::AddGauge(const StageObservation& stage, absl::Time now, absl::Duration max_age_min,
                         std::vector<DataGap>& gaps) const {
  if (stage.levels_m.empty()) return;
  const absl::Duration age = now - stage.read_time;
  const bool is_stale = age > std::max(options_.stage.stale_after, max_age_min) ||
                        (stage.stale && age >= max_age_min);
  if (!is_stale && IsTrusted(stage.quality)) return;
  DataGap gap{.subject = stage.station, .place = stage.place, .location = stage.location};
  gap.since = stage.read_time;
  if (stage.read_time == absl::InfinitePast()) {
    gap.reason = "the gauge was never read";
  } else if (is_stale) {
    gap.reason = absl::StrCat("no reading since ", Text(stage.read_time));
  } else {
    gap.reason = "its readings are not measured ones: their quality is profile or suspect";
    gap.since = absl::InfinitePast();
    for (const StageReading& reading : stage.recent) {
      if (IsTrusted(reading.quality)) gap.since = std::max(gap.since, reading.time);
    }
  }
  gaps.push_back(std::move(gap));
}

}  // namespace citylayers::alerts
