#include "services/tools/replay/october_source.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/str_format.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "geo/roads/stable_id.h"
#include "services/tools/replay/timetable.h"

namespace citylayers::replay {
namespace {

constexpr absl::Duration kSpeedPeriod = absl::Minutes(5);
constexpr absl::Duration kGaugePeriod = absl::Minutes(10);
constexpr double kSameGaugeM = 500;
constexpr int kDays = 31;

int HalfHourOf(absl::Duration at) {
  absl::Duration rest;
  return static_cast<int>(absl::IDivDuration(at, absl::Minutes(30), &rest) % kHalfHours);
}

}  // namespace

ScenarioDescription OctoberSource::Describe() {
  return {.id = "hcmc-2022-10",
          .title = "Ho Chi Minh City, October 2022, recorded",
          .what =
              "streets by their observed daily profile, stages reconstructed between daily highs "
              "and lows; needs --real-data",
          .first_day = absl::CivilDay(2022, 10, 1),
          .length = absl::Hours(24) * kDays,
          // The evening rush of the 10th; the river reaches 1.64 m (báo động III) at 18:00.
          .default_start = absl::Hours(24) * 9 + absl::Hours(16) + absl::Minutes(30)};
}

absl::StatusOr<std::unique_ptr<OctoberSource>> OctoberSource::Open(const std::string& directory,
                                                                   const CityListing& city) {
  ASSIGN_OR_RETURN(const CsvTable streets,
                   ReadCsv(directory + "/traffic/hcmc_street_los_by_halfhour.csv"));
  ASSIGN_OR_RETURN(const CsvTable river,
                   ReadCsv(directory + "/flood/hcmc_river_level_daily_high_low_excerpt.csv"));
  return Make(streets, river, city);
}

absl::StatusOr<std::unique_ptr<OctoberSource>> OctoberSource::Make(const CsvTable& streets,
                                                                   const CsvTable& river,
                                                                   const CityListing& city) {
  ASSIGN_OR_RETURN(StreetProfile profile, StreetProfile::FromCsv(streets));
  ASSIGN_OR_RETURN(const std::vector<RiverGauge> gauges,
                   ReconstructRiver(river, Describe().first_day, kDays));
  std::map<std::int64_t, geo::RoadClass> ways;
  for (const ListedSegment& segment : city.segments) {
    ways.emplace(geo::WayIdOf(segment.stable_id), segment.road_class);
  }
  ClassMedians medians(profile, ways);
  std::unique_ptr<OctoberSource> source(new OctoberSource(std::move(profile), medians));
  source->AddGauges(gauges, city);
  source->AddStreets(city);
  if (source->measures_.empty()) {
    return absl::FailedPreconditionError(
        "the recorded data have no street or gauge of the server; build its city pack from an "
        "OpenStreetMap extract of Ho Chi Minh City");
  }
  return source;
}

OctoberSource::OctoberSource(StreetProfile profile, ClassMedians medians)
    : profile_(std::move(profile)), medians_(medians) {}

void OctoberSource::AddGauges(const std::vector<RiverGauge>& river, const CityListing& city) {
  for (const RiverGauge& gauge : river) {
    for (const ListedStation& station : city.stations) {
      const bool water = std::find(station.kinds.begin(), station.kinds.end(), "water_level") !=
                         station.kinds.end();
      if (!water ||
          (station.name_vi != gauge.name && DistanceM(station.at, gauge.at) > kSameGaugeM))
        continue;
      gauges_.push_back(gauge);
      measures_.push_back(StrCat("stations/", station.id, "/measures/water_level"));
      break;
    }
  }
}

void OctoberSource::AddStreets(const CityListing& city) {
  double length_m = 0;
  double measured_length_m = 0;
  double measured_count = 0;
  double measured_cells = 0;
  for (const ListedSegment& segment : city.segments) {
    if (segment.road_class == geo::RoadClass::kService) continue;
    const std::int64_t way_id = geo::WayIdOf(segment.stable_id);
    streets_.push_back({.way_id = way_id,
                        .road_class = segment.road_class,
                        .reference_speed_kmh = segment.reference_speed_kmh,
                        .length_m = segment.length_m});
    measures_.push_back(StrCat("segments/", segment.stable_id, "/measures/speed"));
    length_m += segment.length_m;
    if (!profile_.HasStreet(way_id)) continue;
    ++measured_count;
    measured_length_m += segment.length_m;
    for (int h = 0; h < kHalfHours; ++h) measured_cells += profile_.Observed(way_id, h) ? 1 : 0;
  }
  if (streets_.empty()) return;
  const auto count = static_cast<double>(streets_.size());
  measured_ = {.segments = measured_count / count,
               .length = length_m > 0 ? measured_length_m / length_m : 0,
               .half_hours = measured_cells / (count * kHalfHours)};
}

void OctoberSource::Frame(absl::Duration from, absl::Duration to, int thin,
                          std::vector<DueReading>* out) const {
  const std::size_t first = out->size();
  for (std::uint32_t i = 0; i < gauges_.size(); ++i) {
    ForEachDue(from, to, kGaugePeriod, absl::ZeroDuration(), 1, [&](absl::Duration at) {
      out->push_back({i, at, gauges_[i].StageM(at), readings::v1::QUALITY_ESTIMATED});
    });
  }
  const auto offset = static_cast<std::uint32_t>(gauges_.size());
  for (std::uint32_t i = 0; i < streets_.size(); ++i) {
    const Street& street = streets_[i];
    ForEachDue(from, to, kSpeedPeriod, PhaseOf(i, kSpeedPeriod), thin, [&](absl::Duration at) {
      const int half_hour = HalfHourOf(at);
      const std::optional<double> observed = profile_.Observed(street.way_id, half_hour);
      const double share = observed ? *observed : medians_.Share(street.road_class, half_hour);
      out->push_back({offset + i, at, std::round(share * street.reference_speed_kmh * 10) / 10,
                      observed ? readings::v1::QUALITY_GOOD : readings::v1::QUALITY_PROFILE});
    });
  }
  std::stable_sort(out->begin() + static_cast<std::ptrdiff_t>(first), out->end(),
                   [](const DueReading& a, const DueReading& b) { return a.at < b.at; });
}

std::vector<std::string> OctoberSource::Notes() const {
  return {
      absl::StrFormat(
          "measured streets: %.1f %% of %d segments, %.1f %% of their length; of segments x half "
          "hours %.1f %% are measured, the rest is the median of the class (quality PROFILE)",
          measured_.segments * 100, streets_.size(), measured_.length * 100,
          measured_.half_hours * 100),
      absl::StrFormat("%d gauges; stages are reconstructed between the day's high and low (quality "
                      "ESTIMATED); no rain",
                      gauges_.size())};
}

}  // namespace citylayers::replay
