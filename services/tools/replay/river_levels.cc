#include "services/tools/replay/river_levels.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::replay {
namespace {

constexpr double kStageMaxM = 10;
// Semi-diurnal tide at Phú An: about 12.4 h between highs; the times of day are assumed.
const absl::Duration kFirstHigh = absl::Hours(5);
const absl::Duration kFirstLow = absl::Hours(11.5);
const absl::Duration kSecondHigh = absl::Hours(18);
const absl::Duration kSecondLow = absl::Hours(23.5);

struct Day {
  std::optional<double> high_m;
  double low_m = 0;
};

struct Station {
  LonLat at;
  std::map<int, Day> days;  // by day number since the first day
};

double HighOf(const std::map<int, Day>& days, std::map<int, Day>::const_iterator day) {
  if (day->second.high_m) return *day->second.high_m;
  std::optional<double> before;
  std::optional<double> after;
  for (auto it = day; it != days.begin() && !before;) before = (--it)->second.high_m;
  for (auto it = std::next(day); it != days.end() && !after; ++it) after = it->second.high_m;
  if (before && after) return (*before + *after) / 2;
  return before ? *before : after.value_or(day->second.low_m);
}

RiverGauge MakeGauge(const std::string& name, const Station& station) {
  RiverGauge gauge{.name = name, .at = station.at, .extremes = {}};
  for (auto day = station.days.begin(); day != station.days.end(); ++day) {
    const absl::Duration midnight = absl::Hours(24) * day->first;
    const double high_m = HighOf(station.days, day);
    gauge.extremes.push_back({midnight + kFirstHigh, high_m});
    gauge.extremes.push_back({midnight + kFirstLow, day->second.low_m});
    gauge.extremes.push_back({midnight + kSecondHigh, high_m});
    gauge.extremes.push_back({midnight + kSecondLow, day->second.low_m});
  }
  return gauge;
}

}  // namespace

double RiverGauge::StageM(absl::Duration since_first_day) const {
  const auto next = std::upper_bound(
      extremes.begin(), extremes.end(), since_first_day,
      [](absl::Duration time, const Extreme& extreme) { return time < extreme.at; });
  if (next == extremes.begin()) return next->stage_m;
  const auto before = std::prev(next);
  if (next == extremes.end()) return before->stage_m;
  const double part = absl::FDivDuration(since_first_day - before->at, next->at - before->at);
  const double weight = (1 - std::cos(part * std::numbers::pi)) / 2;
  const double stage_m = before->stage_m + (next->stage_m - before->stage_m) * weight;
  return std::round(stage_m * 1000) / 1000;
}

absl::StatusOr<std::vector<RiverGauge>> ReconstructRiver(const CsvTable& table,
                                                         absl::CivilDay first_day, int day_count) {
  ASSIGN_OR_RETURN(const std::size_t name_column, table.Column("station"));
  ASSIGN_OR_RETURN(const std::size_t lat_column, table.Column("lat"));
  ASSIGN_OR_RETURN(const std::size_t lon_column, table.Column("lon"));
  ASSIGN_OR_RETURN(const std::size_t date_column, table.Column("date"));
  ASSIGN_OR_RETURN(const std::size_t high_column, table.Column("high_water_m"));
  ASSIGN_OR_RETURN(const std::size_t low_column, table.Column("low_water_m"));
  std::map<std::string, Station> stations;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto where = [&] { return StrCat(table.Where(row), ": "); };
    absl::CivilDay day;
    if (!absl::ParseCivilTime(table.rows[row][date_column], &day)) {
      return absl::InvalidArgumentError(
          StrCat(where(), "date \"", table.rows[row][date_column], "\" is not YYYY-MM-DD"));
    }
    const auto number = day - first_day;
    if (number < 0 || number >= day_count) continue;
    ASSIGN_OR_RETURN(const double high_m, table.Number(row, high_column));
    ASSIGN_OR_RETURN(const double low_m, table.Number(row, low_column));
    if (std::abs(high_m) > kStageMaxM || std::abs(low_m) > kStageMaxM) {
      return absl::InvalidArgumentError(StrCat(where(), "a level beyond +-10 m"));
    }
    Station& station = stations[table.rows[row][name_column]];
    ASSIGN_OR_RETURN(station.at.lon_deg, table.Number(row, lon_column));
    ASSIGN_OR_RETURN(station.at.lat_deg, table.Number(row, lat_column));
    Day& values = station.days[static_cast<int>(number)];
    if (high_m != 0) values.high_m = high_m;
    values.low_m = low_m;
  }
  std::vector<RiverGauge> gauges;
  for (const auto& [name, station] : stations) gauges.push_back(MakeGauge(name, station));
  return gauges;
}

}  // namespace citylayers::replay
