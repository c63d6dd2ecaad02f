#include "services/readings/measure_directory.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::readings {
namespace {

// A measure of road segments. The ranges include all values that can occur on a street.
struct SegmentKind {
  std::string_view kind;
  const char* unit;
  int decimals;
  double max_value;
};
constexpr SegmentKind kSegmentKinds[] = {
    {"speed", "km/h", 1, 200},
    {"flow", "1/h", 0, 20'000},
    {"occupancy", "%", 1, 100},
    {"depth", "m", 2, 10},
};
constexpr std::int64_t kSegmentPeriodMs = 60'000;

void SortUnique(std::vector<std::uint32_t>& series) {
  std::sort(series.begin(), series.end());
  series.erase(std::unique(series.begin(), series.end()), series.end());
}

}  // namespace

bool MeasureDirectory::IsSegmentMeasure(std::string_view name, storage::MeasureDef* measure) const {
  const absl::StatusOr<storage::MeasureName> parts = storage::ParseMeasureName(name);
  if (!parts.ok() || parts->collection != "segments") return false;
  const auto kind =
      std::find_if(std::begin(kSegmentKinds), std::end(kSegmentKinds),
                   [&](const SegmentKind& candidate) { return candidate.kind == parts->kind; });
  std::uint64_t stable_id = 0;
  // Only one spelling is accepted: "007" would be another series of segment 7.
  if (kind == std::end(kSegmentKinds) || !absl::SimpleAtoi(ToAbsl(parts->id), &stable_id) ||
      StrCat(stable_id) != parts->id || !is_segment_(stable_id)) {
    return false;
  }
  *measure = {std::string(name), kind->unit, kind->decimals, kSegmentPeriodMs, "", 0,
              kind->max_value,   {}};
  return true;
}

absl::StatusOr<std::vector<KnownMeasure>> MeasureDirectory::Resolve(
    const MeasureNames& names) const {
  std::vector<KnownMeasure> known(static_cast<std::size_t>(names.size()));
  std::vector<storage::MeasureDef> fresh;
  std::vector<std::size_t> fresh_at;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const std::string& name = names[static_cast<int>(i)];
    if (name.size() > storage::kMeasureNameBytesMax) continue;
    if (const std::optional<std::uint32_t> series = registry_.Find(name); series.has_value()) {
      known[i] = {*series, registry_.Measure(*series)};
    } else if (storage::MeasureDef measure; IsSegmentMeasure(name, &measure)) {
      fresh.push_back(std::move(measure));
      fresh_at.push_back(i);
    }
  }
  if (fresh.empty()) return known;
  ASSIGN_OR_RETURN(const std::vector<std::uint32_t> series, registrar_.RegisterMeasures(fresh));
  for (std::size_t i = 0; i < series.size(); ++i) {
    known[fresh_at[i]] = {series[i], registry_.Measure(series[i])};
  }
  return known;
}

absl::StatusOr<std::vector<std::uint32_t>> MeasureDirectory::Match(
    absl::Span<const std::string> names, std::size_t series_max) const {
  absl::flat_hash_set<std::string_view> seen;
  std::vector<std::uint32_t> matched;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) continue;
    const absl::StatusOr<std::vector<std::uint32_t>> series = registry_.Match(name);
    storage::MeasureDef measure;
    if (absl::IsNotFound(series.status()) && IsSegmentMeasure(name, &measure)) continue;
    RETURN_IF_ERROR(series.status());
    matched.insert(matched.end(), series->begin(), series->end());
    if (matched.size() <= series_max) continue;
    // A measure that is matched both by a pattern and by its name counts once.
    SortUnique(matched);
    if (matched.size() > series_max) {
      return absl::ResourceExhaustedError(
          StrCat("more than ", series_max, " measures match: split the request"));
    }
  }
  SortUnique(matched);
  return matched;
}

}  // namespace citylayers::readings
