#include "services/readings/measure_filter.h"

#include "base/status_macros.h"
#include "storage/readings/measure.h"

namespace citylayers::readings {

absl::StatusOr<MeasureFilter> MeasureFilter::Make(const std::vector<std::string>& names) {
  MeasureFilter filter;
  filter.everything_ = names.empty();
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const storage::MeasureName parts, storage::ParseMeasureName(name));
    if (parts.is_pattern()) {
      filter.patterns_.emplace(std::string(parts.collection), std::string(parts.kind));
    } else {
      filter.names_.insert(name);
    }
  }
  return filter;
}

bool MeasureFilter::Matches(std::uint32_t series, const storage::Registry& registry) {
  if (everything_) return true;
  if (series >= decisions_.size()) decisions_.resize(series + 1, Decision::kOpen);
  Decision& decision = decisions_[series];
  if (decision == Decision::kOpen) {
    const std::string& name = registry.Measure(series)->name;
    bool matches = names_.contains(name);
    if (!matches) {
      const absl::StatusOr<storage::MeasureName> parts = storage::ParseMeasureName(name);
      matches = parts.ok() &&
                patterns_.contains({std::string(parts->collection), std::string(parts->kind)});
    }
    decision = matches ? Decision::kYes : Decision::kNo;
  }
  return decision == Decision::kYes;
}

}  // namespace citylayers::readings
