// The measures that a watcher of readings follows.
#ifndef CITYLAYERS_SERVICES_READINGS_MEASURE_FILTER_H_
#define CITYLAYERS_SERVICES_READINGS_MEASURE_FILTER_H_

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"

#include "storage/readings/registry.h"

namespace citylayers::readings {

/// The series that a watcher follows. Measures that are registered later match as well. Not
/// thread-safe: it caches its decisions.
class MeasureFilter {
 public:
  /// Empty: all series. INVALID_ARGUMENT: not a name or pattern.
  static absl::StatusOr<MeasureFilter> Make(const std::vector<std::string>& names);
  bool Matches(std::uint32_t series, const storage::Registry& registry);

 private:
  enum class Decision : std::uint8_t { kOpen, kYes, kNo };

  bool everything_ = false;
  absl::flat_hash_set<std::string> names_;
  std::set<std::pair<std::string, std::string>> patterns_;  // collection and kind
  std::vector<Decision> decisions_;                         // by series
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_MEASURE_FILTER_H_
