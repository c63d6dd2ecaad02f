#include "services/tools/replay/street_profile.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/numbers.h"

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::replay {
namespace {

struct Knot {
  double los;
  double share;
};
constexpr std::array<Knot, 6> kKnots = {
    {{1.0, 0.90}, {1.24, 0.735}, {1.48, 0.585}, {1.72, 0.45}, {1.96, 0.35}, {2.2, 0.20}}};
constexpr int kUtcOffsetHalfHours = 14;  // +7 h

/// "period_16_30" -> 33; -1 for other text.
int ParseHalfHour(const std::string& period) {
  int hour = 0;
  int minute = 0;
  int used = 0;
  if (std::sscanf(period.c_str(), "period_%2d_%2d%n", &hour, &minute, &used) != 2 ||
      static_cast<std::size_t>(used) != period.size() || hour < 0 || hour > 23 ||
      (minute != 0 && minute != 30)) {
    return -1;
  }
  return hour * 2 + minute / 30;
}

std::optional<double> Median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

double SpeedShareOfLos(double los) {
  if (los <= kKnots.front().los) return kKnots.front().share;
  for (std::size_t i = 1; i < kKnots.size(); ++i) {
    if (los > kKnots[i].los) continue;
    const Knot& a = kKnots[i - 1];
    const Knot& b = kKnots[i];
    return a.share + (b.share - a.share) * (los - a.los) / (b.los - a.los);
  }
  return kKnots.back().share;
}

absl::StatusOr<StreetProfile> StreetProfile::FromCsv(const CsvTable& table) {
  ASSIGN_OR_RETURN(const std::size_t id_column, table.Column("street_id"));
  ASSIGN_OR_RETURN(const std::size_t period_column, table.Column("period"));
  ASSIGN_OR_RETURN(const std::size_t los_column, table.Column("los_float"));
  StreetProfile profile;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto bad = [&](std::size_t column, std::string_view expected) {
      return absl::InvalidArgumentError(StrCat(table.Where(row), ": ", table.header[column], " \"",
                                               table.rows[row][column], "\" is not ", expected));
    };
    std::int64_t way_id = 0;
    if (!absl::SimpleAtoi(table.rows[row][id_column], &way_id) || way_id <= 0) {
      return bad(id_column, "an OpenStreetMap way id");
    }
    const int half_hour = ParseHalfHour(table.rows[row][period_column]);
    if (half_hour < 0) return bad(period_column, "period_H_00 or period_H_30");
    ASSIGN_OR_RETURN(const double los, table.Number(row, los_column));
    if (los < kKnots.front().los || los > kKnots.back().los)
      return bad(los_column, "in 1.0 to 2.2");
    profile.streets_[way_id][static_cast<std::size_t>((half_hour + kUtcOffsetHalfHours) %
                                                      kHalfHours)] = SpeedShareOfLos(los);
  }
  return profile;
}

std::optional<double> StreetProfile::Observed(std::int64_t way_id, int half_hour) const {
  const auto it = streets_.find(way_id);
  if (it == streets_.end()) return std::nullopt;
  return it->second[static_cast<std::size_t>(half_hour)];
}

ClassMedians::ClassMedians(const StreetProfile& profile,
                           const std::map<std::int64_t, geo::RoadClass>& way_classes) {
  std::array<std::array<std::vector<double>, kHalfHours>, kClasses> cells;
  std::array<std::vector<double>, kHalfHours> all;
  std::array<std::vector<double>, kClasses> days;
  for (const auto& [way_id, road_class] : way_classes) {
    const auto c = static_cast<std::size_t>(road_class);
    for (std::size_t h = 0; h < kHalfHours; ++h) {
      const std::optional<double> share = profile.Observed(way_id, static_cast<int>(h));
      if (!share) continue;
      cells[c][h].push_back(*share);
      all[h].push_back(*share);
      days[c].push_back(*share);
    }
  }
  for (std::size_t c = 0; c < kClasses; ++c) {
    const std::optional<double> of_day = Median(days[c]);
    for (std::size_t h = 0; h < kHalfHours; ++h) {
      std::optional<double> share = Median(cells[c][h]);
      if (!share) share = Median(all[h]);
      if (!share) share = of_day;
      shares_[c][h] = share.value_or(kKnots.front().share);
    }
  }
}

double ClassMedians::Share(geo::RoadClass road_class, int half_hour) const {
  return shares_[static_cast<std::size_t>(road_class)][static_cast<std::size_t>(half_hour)];
}

}  // namespace citylayers::replay
