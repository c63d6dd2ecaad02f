#include "samples/saigon/scenario.h"

#include <algorithm>
#include <cmath>

#include "samples/saigon/tide.h"

namespace citylayers::saigon {
namespace {

double HourOfDay(absl::Duration since_midnight) {
  const double hours = absl::ToDoubleHours(since_midnight);
  return hours - 24 * std::floor(hours / 24);
}

double RoundTo(double value, double steps) { return std::round(value * steps) / steps; }

}  // namespace

std::vector<ScenarioInfo> Scenarios() {
  return {{
      .id = "saigon-king-tide",
      .title_vi = "Triều cường gặp giờ tan tầm",
      .title_en = "Spring tide meets the evening rush",
      .description_vi =
          "Hai giờ cao điểm, mưa 100 mm buổi chiều và đỉnh triều 1,70 m tại Phú An lúc 18 giờ.",
      .description_en =
          "Two rush hours, a 100 mm afternoon storm and a tide of 1.70 m at Phú An at 18:00.",
      .local_date = "2025-11-06",
  }};
}

Scenario::Scenario(ScenarioOptions options) : traffic_(options.seed), storm_(options.seed) {
  for (StationSpec& station : Stations()) stations_.emplace(station.id, station);
}

double Scenario::SpeedKmh(const SegmentInput& segment, absl::Duration since_midnight) const {
  const double hour = HourOfDay(since_midnight);
  const double ratio = traffic_.Ratio(segment, hour, storm_.RateMmPerHour(segment.mid, hour));
  return std::max(0.1, RoundTo(ratio * segment.reference_speed_kmh, 10));
}

double Scenario::StageM(std::string_view station_id, absl::Duration since_midnight) const {
  return RoundTo(TideM({station_id.data(), station_id.size()}, HourOfDay(since_midnight)), 1000);
}

double Scenario::RainMm(std::string_view station_id, absl::Duration t,
                        absl::Duration interval) const {
  const auto it = stations_.find(station_id);
  if (it == stations_.end() || it->second.kind != StationKind::kRain) return 0;
  const double hours = absl::ToDoubleHours(interval);
  const double to = HourOfDay(t);
  return RoundTo(storm_.SumMm(it->second.at, to - hours, to), 10);
}

}  // namespace citylayers::saigon
