// Groups the segments of a city pack into streets.
#ifndef CITYLAYERS_SERVICES_LAYERS_STREET_INDEX_H_
#define CITYLAYERS_SERVICES_LAYERS_STREET_INDEX_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/pack/segment_table.h"

namespace citylayers::layers {

/// A street is a name within a connected neighbourhood: segments of the same name that meet, or
/// whose ends are at most kGapM apart (a square, a bridge of another name). Different streets of
/// the same name, of which a city has many, are separate. Immutable, thread-safe; O(1) per call.
/// Build: O(n log n), about 1 microsecond per segment.
class StreetIndex {
 public:
  /// Maximum gap within a street, metres.
  static constexpr double kGapM = 300;
  /// The street of segments without a name.
  static constexpr std::uint32_t kNoStreet = 0;

  /// `roads` must outlive this.
  explicit StreetIndex(const storage::SegmentTable& roads);

  /// The street of a segment, 1 to size(); kNoStreet. REQUIRES: a segment of the table.
  std::uint32_t street(std::uint32_t segment) const { return street_[segment]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(ids_.size() - 1); }
  /// A text that is unique in the pack and stays the same in a new pack of the same source: the
  /// name when it is the only street of that name, else name, "~" and the least stable id of its
  /// segments. Empty for kNoStreet.
  const std::string& Id(std::uint32_t street) const { return ids_[street]; }
  std::string_view name(std::uint32_t street) const { return names_[street]; }

 private:
  std::vector<std::uint32_t> street_;
  std::vector<std::string> ids_;
  std::vector<std::string_view> names_;
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_STREET_INDEX_H_
