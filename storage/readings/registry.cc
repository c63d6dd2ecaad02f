#include "storage/readings/registry.h"

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::storage {

std::uint32_t Registry::AddMeasure(MeasureDef measure) {
  absl::MutexLock lock(&mutex_);
  const std::uint32_t series = static_cast<std::uint32_t>(measures_.size());
  const MeasureDef& kept = measures_.emplace_back(std::move(measure));
  by_name_.emplace(kept.name, series);
  if (const absl::StatusOr<MeasureName> parts = ParseMeasureName(kept.name); parts.ok()) {
    by_group_[{std::string(parts->collection), std::string(parts->kind)}].push_back(series);
    if (parts->collection == "stations") by_station_[std::string(parts->id)].push_back(series);
  }
  return series;
}

std::optional<std::uint32_t> Registry::Find(std::string_view name) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto found = by_name_.find(ToAbsl(name));
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

const MeasureDef* Registry::Measure(std::uint32_t series) const {
  absl::ReaderMutexLock lock(&mutex_);
  return series < measures_.size() ? &measures_[series] : nullptr;
}

std::uint32_t Registry::series_count() const {
  absl::ReaderMutexLock lock(&mutex_);
  return static_cast<std::uint32_t>(measures_.size());
}

absl::StatusOr<std::vector<std::uint32_t>> Registry::Match(std::string_view name_or_pattern) const {
  ASSIGN_OR_RETURN(const MeasureName parts, ParseMeasureName(name_or_pattern));
  if (!parts.is_pattern()) {
    const std::optional<std::uint32_t> series = Find(name_or_pattern);
    if (series.has_value()) return std::vector<std::uint32_t>{*series};
    return absl::NotFoundError(absl::StrCat("measure ", std::string(name_or_pattern),
                                            " is not known; list the measures with the id '-'"));
  }
  absl::ReaderMutexLock lock(&mutex_);
  const auto found = by_group_.find(Group{std::string(parts.collection), std::string(parts.kind)});
  return found == by_group_.end() ? std::vector<std::uint32_t>{} : found->second;
}

std::vector<std::uint32_t> Registry::SeriesOfStation(std::string_view station_id) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto found = by_station_.find(station_id);
  return found == by_station_.end() ? std::vector<std::uint32_t>{} : found->second;
}

bool Registry::AddStation(StationDef station) {
  absl::MutexLock lock(&mutex_);
  std::string id = station.id;
  return stations_.emplace(std::move(id), std::move(station)).second;
}

std::optional<StationDef> Registry::FindStation(std::string_view id) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto found = stations_.find(id);
  if (found == stations_.end()) return std::nullopt;
  return found->second;
}

std::vector<StationDef> Registry::StationsAfter(std::string_view after,
                                                std::size_t count_max) const {
  absl::ReaderMutexLock lock(&mutex_);
  std::vector<StationDef> page;
  for (auto it = stations_.upper_bound(after); it != stations_.end() && page.size() < count_max;
       ++it) {
    page.push_back(it->second);
  }
  return page;
}

}  // namespace citylayers::storage
