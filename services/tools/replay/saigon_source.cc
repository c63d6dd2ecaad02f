#include "services/tools/replay/saigon_source.h"

#include <algorithm>
#include <memory>

#include "base/strings.h"
#include "services/tools/replay/timetable.h"

namespace citylayers::replay {
namespace {

constexpr absl::Duration kSpeedPeriod = absl::Minutes(5);
constexpr absl::Duration kGaugePeriod = absl::Minutes(10);

bool Knows(const std::vector<saigon::StationSpec>& known, const std::string& id,
           saigon::StationKind kind) {
  return std::any_of(known.begin(), known.end(), [&](const saigon::StationSpec& station) {
    return station.id == id && station.kind == kind;
  });
}

}  // namespace

ScenarioDescription SaigonSource::Describe() {
  const saigon::ScenarioInfo info = saigon::Scenarios().front();
  ScenarioDescription result{.id = info.id,
                             .title = info.title_en,
                             .what = info.description_en,
                             .length = absl::Hours(24),
                             // Half an hour into the evening rush; high tide is at 18:00.
                             .default_start = absl::Hours(16) + absl::Minutes(30)};
  absl::ParseCivilTime(info.local_date, &result.first_day);
  return result;
}

absl::StatusOr<std::unique_ptr<SaigonSource>> SaigonSource::Make(const CityListing& city) {
  std::unique_ptr<SaigonSource> source(new SaigonSource(city));
  if (source->measures_.empty()) {
    return absl::FailedPreconditionError(
        "the server has no street or gauge of this scenario; does it run with a "
        "city pack of Ho Chi Minh City?");
  }
  return source;
}

SaigonSource::SaigonSource(const CityListing& city) : scenario_(saigon::ScenarioOptions{}) {
  const std::vector<saigon::StationSpec> known = saigon::Stations();
  for (const ListedStation& station : city.stations) {
    for (const std::string& kind : station.kinds) {
      const bool rain = kind == "rainfall";
      if (!rain && kind != "water_level") continue;
      if (!Knows(known, station.id,
                 rain ? saigon::StationKind::kRain : saigon::StationKind::kWaterLevel)) {
        continue;
      }
      gauges_.push_back({.station = station.id, .rain = rain});
      measures_.push_back(StrCat("stations/", station.id, "/measures/", kind));
    }
  }
  for (const ListedSegment& segment : city.segments) {
    if (segment.road_class == geo::RoadClass::kService) continue;
    segments_.push_back({.stable_id = segment.stable_id,
                         .mid = segment.mid,
                         .road_class = segment.road_class,
                         .reference_speed_kmh = segment.reference_speed_kmh,
                         .bearing_deg = segment.bearing_deg});
    measures_.push_back(StrCat("segments/", segment.stable_id, "/measures/speed"));
  }
}

void SaigonSource::Frame(absl::Duration from, absl::Duration to, int thin,
                         std::vector<DueReading>* out) const {
  const std::size_t first = out->size();
  for (std::uint32_t i = 0; i < gauges_.size(); ++i) {
    const Gauge& gauge = gauges_[i];
    ForEachDue(from, to, kGaugePeriod, absl::ZeroDuration(), 1, [&](absl::Duration at) {
      const double value = gauge.rain ? scenario_.RainMm(gauge.station, at, kGaugePeriod)
                                      : scenario_.StageM(gauge.station, at);
      out->push_back({i, at, value, readings::v1::QUALITY_GOOD});
    });
  }
  const auto offset = static_cast<std::uint32_t>(gauges_.size());
  for (std::uint32_t i = 0; i < segments_.size(); ++i) {
    ForEachDue(from, to, kSpeedPeriod, PhaseOf(i, kSpeedPeriod), thin, [&](absl::Duration at) {
      out->push_back(
          {offset + i, at, scenario_.SpeedKmh(segments_[i], at), readings::v1::QUALITY_GOOD});
    });
  }
  std::stable_sort(out->begin() + static_cast<std::ptrdiff_t>(first), out->end(),
                   [](const DueReading& a, const DueReading& b) { return a.at < b.at; });
}

std::vector<std::string> SaigonSource::Notes() const {
  return {StrCat(segments_.size(), " streets and ", gauges_.size(),
                 " gauges; every value is generated")};
}

}  // namespace citylayers::replay
