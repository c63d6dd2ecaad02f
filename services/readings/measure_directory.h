// Maps measure names to series, including measures of segments, which need no station.
#ifndef CITYLAYERS_SERVICES_READINGS_MEASURE_DIRECTORY_H_
#define CITYLAYERS_SERVICES_READINGS_MEASURE_DIRECTORY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "services/readings/reading_validator.h"
#include "storage/readings/registrar.h"
#include "storage/readings/registry.h"

namespace citylayers::readings {

/// Resolves the dictionary of a batch. A measure of a segment of the city's pack is registered when
/// it is first written. Thread-safe.
class MeasureDirectory {
 public:
  /// `is_segment` returns whether a stable id is a segment of the pack; thread-safe.
  MeasureDirectory(const storage::Registry& registry, storage::Registrar& registrar,
                   std::function<bool(std::uint64_t)> is_segment)
      : registry_(registry), registrar_(registrar), is_segment_(std::move(is_segment)) {}

  /// One entry per name, in order; measure == nullptr for an unknown name. May wait for the disk.
  /// Errors: those of Registrar::RegisterMeasures.
  absl::StatusOr<std::vector<KnownMeasure>> Resolve(const MeasureNames& names) const;

  /// The series of names and patterns: ascending, without repeats; memory and time grow with the
  /// number of distinct names and series. INVALID_ARGUMENT, NOT_FOUND: see
  /// Registry::Match. A segment of the pack without readings is not an error.
  /// RESOURCE_EXHAUSTED: more than `series_max`.
  absl::StatusOr<std::vector<std::uint32_t>> Match(absl::Span<const std::string> names,
                                                   std::size_t series_max) const;

 private:
  bool IsSegmentMeasure(std::string_view name, storage::MeasureDef* measure) const;

  const storage::Registry& registry_;
  storage::Registrar& registrar_;
  const std::function<bool(std::uint64_t)> is_segment_;
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_MEASURE_DIRECTORY_H_
