#include "services/flood/flood_state.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace citylayers::flood {
namespace {

constexpr std::uint32_t kProfileQuality = 3;  // readings.v1.QUALITY_PROFILE
constexpr double kUsualHours = 1.0 / 6;       // period covered by a rain gauge's first reading

bool IsProfile(const Sample& sample) { return sample.quality == kProfileQuality; }

/// The value at a time: the latest at or before it; NaN when there is none.
double ValueAt(const Series& series, std::int64_t time_ms, bool measured_only) {
  for (auto it = series.upper_bound(time_ms); it != series.begin();) {
    --it;
    if (!measured_only || !IsProfile(it->second)) return it->second.value;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

void SaveSeries(const std::map<std::string, Series>& all, storage::CheckpointWriter* writer) {
  writer->U32(static_cast<std::uint32_t>(all.size()));
  for (const auto& [station, series] : all) {
    writer->Text(station);
    writer->U32(static_cast<std::uint32_t>(series.size()));
    for (const auto& [time_ms, sample] : series) {
      writer->U64(static_cast<std::uint64_t>(time_ms));
      writer->F64(sample.value);
      writer->U32(sample.quality);
    }
  }
}

bool LoadSeries(storage::CheckpointReader* reader, std::map<std::string, Series>* all) {
  std::uint32_t stations = 0;
  if (!reader->U32(&stations)) return false;
  for (std::uint32_t s = 0; s < stations; ++s) {
    std::string station;
    std::uint32_t count = 0;
    if (!reader->Text(&station) || !reader->U32(&count)) return false;
    Series& series = (*all)[station];
    for (std::uint32_t i = 0; i < count; ++i) {
      std::uint64_t time_ms = 0;
      Sample sample;
      if (!reader->U64(&time_ms) || !reader->F64(&sample.value) || !reader->U32(&sample.quality))
        return false;
      series.emplace(static_cast<std::int64_t>(time_ms), sample);
    }
  }
  return true;
}

}  // namespace

void FloodState::Apply(Series* series, std::int64_t time_ms, Sample sample) {
  (*series)[time_ms] = sample;
  const std::int64_t oldest_ms = series->rbegin()->first - absl::ToInt64Milliseconds(held_);
  series->erase(series->begin(), series->lower_bound(oldest_ms));
  newest_ms_ = std::max(newest_ms_, time_ms);
}

void FloodState::ApplyStage(const std::string& station, std::int64_t time_ms, double stage_m,
                            std::uint32_t quality) {
  Apply(&stages_[station], time_ms, {stage_m, quality});
}

void FloodState::ApplyRain(const std::string& station, std::int64_t time_ms, double rain_mm,
                           std::uint32_t quality) {
  Apply(&rain_[station], time_ms, {std::max(0.0, rain_mm), quality});
}

std::vector<std::pair<std::int64_t, Sample>> FloodState::StagesSince(const std::string& station,
                                                                     std::int64_t since_ms,
                                                                     std::size_t count_max) const {
  const auto it = stages_.find(station);
  if (it == stages_.end()) return {};
  std::vector<std::pair<std::int64_t, Sample>> readings(it->second.lower_bound(since_ms),
                                                        it->second.end());
  if (readings.size() > count_max) {
    readings.erase(readings.begin(), readings.end() - static_cast<std::ptrdiff_t>(count_max));
  }
  return readings;
}

bool FloodState::UsesProfile() const {
  for (const auto& [station, series] : stages_) {
    if (!series.empty() && IsProfile(series.rbegin()->second)) return true;
  }
  for (const auto& [station, series] : rain_) {
    for (const auto& [time_ms, sample] : series) {
      if (IsProfile(sample)) return true;
    }
  }
  return false;
}

std::optional<StageNow> FloodState::Stage(const std::string& station, bool measured_only) const {
  const auto it = stages_.find(station);
  if (it == stages_.end()) return std::nullopt;
  const Series& series = it->second;
  auto newest = series.rbegin();
  while (measured_only && newest != series.rend() && IsProfile(newest->second)) ++newest;
  if (newest == series.rend()) return std::nullopt;
  const auto& [time_ms, sample] = *newest;
  StageNow now{.stage_m = sample.value, .time_ms = time_ms, .quality = sample.quality};
  constexpr std::int64_t kHourMs = 3'600'000;
  // The reading nearest to an hour ago, if there is one between 30 and 90 minutes before.
  const auto before = series.upper_bound(time_ms - kHourMs / 2);
  if (before != series.begin()) {
    auto candidate = std::prev(before);
    while (candidate != series.begin() && candidate->first > time_ms - kHourMs) --candidate;
    const double hours = static_cast<double>(time_ms - candidate->first) / kHourMs;
    if (hours <= 1.5) now.trend_m_per_h = (sample.value - candidate->second.value) / hours;
  }
  return now;
}

double FloodState::StandingRainMm(const std::string& station, const std::string& tide_station,
                                  bool measured_only) const {
  const auto it = rain_.find(station);
  if (it == rain_.end()) return 0;
  static const Series& kNoTide = *new Series();
  const auto tide = stages_.find(tide_station);
  const Series& stages = tide == stages_.end() ? kNoTide : tide->second;
  geo::RainZone zone(options_.curve_number);
  const std::int64_t dry_spell_ms = absl::ToInt64Milliseconds(options_.dry_spell);
  std::int64_t last_ms = 0, last_rain_ms = 0;
  for (const auto& [time_ms, sample] : it->second) {
    if (measured_only && IsProfile(sample)) continue;
    const double rain_mm = sample.value;
    const double drain_mm_per_h =
        geo::DrainCapacityMmPerHour(ValueAt(stages, time_ms, measured_only), options_.drains);
    // A reading covers the time since the previous one; the first one covers the usual period.
    double hours = last_ms == 0 ? kUsualHours : static_cast<double>(time_ms - last_ms) / 3.6e6;
    if (last_rain_ms != 0 && time_ms - last_rain_ms >= dry_spell_ms) {
      // For a gauge that sends only during rain, a gap ends the storm: the drains work during the
      // gap, and the next reading covers only the usual period.
      if (time_ms - last_ms >= dry_spell_ms) {
        (void)zone.Advance(0, std::max(0.0, hours - kUsualHours), drain_mm_per_h);
        hours = kUsualHours;
      }
      zone.EndStorm();
    }
    if (rain_mm >= options_.dry_mm) last_rain_ms = time_ms;
    (void)zone.Advance(rain_mm, hours, drain_mm_per_h);
    last_ms = time_ms;
  }
  return zone.standing_mm();
}

absl::Time FloodState::data_time() const {
  return newest_ms_ == 0 ? absl::InfinitePast() : absl::FromUnixMillis(newest_ms_);
}

void FloodState::Clear() {
  stages_.clear();
  rain_.clear();
  newest_ms_ = 0;
}

void FloodState::Save(storage::CheckpointWriter* writer) const {
  SaveSeries(stages_, writer);
  SaveSeries(rain_, writer);
}

bool FloodState::Load(storage::CheckpointReader* reader) {
  Clear();
  if (!LoadSeries(reader, &stages_) || !LoadSeries(reader, &rain_)) {
    Clear();
    return false;
  }
  for (const auto* all : {&stages_, &rain_}) {
    for (const auto& [station, series] : *all) {
      if (!series.empty()) newest_ms_ = std::max(newest_ms_, series.rbegin()->first);
    }
  }
  return true;
}

}  // namespace citylayers::flood
