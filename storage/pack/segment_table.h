// The road segments of a city pack, read in place.
#ifndef CITYLAYERS_STORAGE_PACK_SEGMENT_TABLE_H_
#define CITYLAYERS_STORAGE_PACK_SEGMENT_TABLE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "base/lon_lat.h"
#include "storage/pack/section_file.h"

namespace citylayers::storage {

/// Stands for a missing segment index.
inline constexpr std::uint32_t kNoSegment = 0xFFFFFFFF;

/// A point in units of 1e-7 degrees (about 1 cm).
struct PackedPoint {
  std::int32_t lon_e7 = 0;
  std::int32_t lat_e7 = 0;

  static PackedPoint FromLonLat(LonLat p);
  LonLat ToLonLat() const { return {lon_e7 * 1e-7, lat_e7 * 1e-7}; }
  friend bool operator==(const PackedPoint&, const PackedPoint&) = default;
};

/// One directed stretch of road between two junctions, as stored in the file. Its index is its
/// position in the table: dense, in Hilbert order, valid within one pack only.
struct SegmentRecord {
  static constexpr std::uint8_t kBridge = 1;
  static constexpr std::uint8_t kTunnel = 2;

  std::uint64_t stable_id = 0;  // < 2^53; the same in a new pack of the same source
  std::uint32_t from_node = 0;  // dense junction numbers, < node_count()
  std::uint32_t to_node = 0;
  std::uint32_t twin = kNoSegment;  // the same stretch in the opposite direction
  std::uint32_t name = 0;           // for SegmentTable::name_text(); 0: unnamed
  std::uint32_t first_point = 0;
  std::uint32_t point_count = 0;  // >= 2
  float length_m = 0;             // length along the line
  float reference_speed_kmh = 0;  // free flow: the tagged limit, or the default of the class; > 0
  float max_speed_kmh = 0;        // the tagged limit; 0: none
  std::uint8_t road_class = 0;  // 0 motorway, 1 trunk, 2 primary, 3 secondary, 4 tertiary, 5 local,
                                // 6 service (geo::RoadClass)
  std::uint8_t lanes = 0;       // in this direction; 0: unknown
  std::uint8_t flags = 0;       // kBridge | kTunnel
  std::uint8_t reserved = 0;
  PackedPoint midpoint;    // half of the length from the start, on the line
  PackedPoint south_west;  // of the bounding box
  PackedPoint north_east;

  bool is_bridge() const { return (flags & kBridge) != 0; }
  bool is_tunnel() const { return (flags & kTunnel) != 0; }
  bool has_twin() const { return twin != kNoSegment; }
  LonLatBox bounds() const {
    const LonLat sw = south_west.ToLonLat(), ne = north_east.ToLonLat();
    return {sw.lon_deg, sw.lat_deg, ne.lon_deg, ne.lat_deg};
  }
  friend bool operator==(const SegmentRecord&, const SegmentRecord&) = default;
};
static_assert(sizeof(SegmentRecord) == 72);

/// A view of `roads.bin`: all segments, their lines, names and connections. It points into the
/// mapped file, so it is cheap to copy and valid as long as its CityPack. Immutable, thread-safe;
/// every access is O(1), FindSegment O(log n).
///
///   const SegmentTable& roads = pack->segments();
///   for (std::uint32_t i = 0; i < roads.size(); ++i) Use(roads[i].length_m, roads.name(i));
///   for (std::uint32_t next : roads.successors(i)) ...
class SegmentTable {
 public:
  SegmentTable() = default;

  /// Checks every reference inside the sections once (indexes, counts, order, text offsets), so
  /// that access needs no checks. DATA_LOSS: a reference is out of range; the message names it.
  static absl::StatusOr<SegmentTable> FromFile(const SectionFile& file);

  std::uint32_t size() const { return static_cast<std::uint32_t>(records_.size()); }
  std::uint32_t node_count() const { return node_count_; }
  /// REQUIRES for all below: index < size().
  const SegmentRecord& operator[](std::uint32_t index) const { return records_[index]; }
  std::span<const SegmentRecord> records() const { return records_; }
  /// The line, in driving direction.
  std::span<const PackedPoint> points(std::uint32_t index) const {
    return points_.subspan(records_[index].first_point, records_[index].point_count);
  }
  /// The street's name in Vietnamese; empty when it has none.
  std::string_view name(std::uint32_t index) const { return name_text(records_[index].name); }
  /// Segments that a driver may take next, ascending. Turning back into the twin is listed only at
  /// a dead end.
  std::span<const std::uint32_t> successors(std::uint32_t index) const {
    return Row(successor_begins_, successors_, index);
  }
  /// Segments from which this one can be entered, ascending: the inverse of successors().
  std::span<const std::uint32_t> predecessors(std::uint32_t index) const {
    return Row(predecessor_begins_, predecessors_, index);
  }

  /// Number of distinct names; name 0 is "".
  std::uint32_t name_count() const {
    return static_cast<std::uint32_t>(name_begins_.empty() ? 0 : name_begins_.size() - 1);
  }
  /// REQUIRES: name < name_count().
  std::string_view name_text(std::uint32_t name) const {
    return name_bytes_.substr(name_begins_[name], name_begins_[name + 1] - name_begins_[name]);
  }

  /// Number of distinct names that were not UTF-8. They are served with U+FFFD for each
  /// invalid byte, because gRPC does not send a string that is not UTF-8, and one such name
  /// would fail the whole list.
  std::uint32_t repaired_name_count() const { return repaired_name_count_; }

  /// The index of a segment by its stable id; nullopt when this pack has no such segment.
  std::optional<std::uint32_t> FindSegment(std::uint64_t stable_id) const;

 private:
  struct IdEntry {
    std::uint64_t stable_id;
    std::uint64_t index;
  };
  static std::span<const std::uint32_t> Row(std::span<const std::uint32_t> begins,
                                            std::span<const std::uint32_t> values,
                                            std::uint32_t index) {
    return values.subspan(begins[index], begins[index + 1] - begins[index]);
  }
  absl::Status Check() const;
  void RepairNames();

  std::span<const SegmentRecord> records_;
  std::span<const PackedPoint> points_;
  std::span<const std::uint32_t> name_begins_;
  std::string_view name_bytes_;
  std::span<const std::uint32_t> successor_begins_, successors_;
  std::span<const std::uint32_t> predecessor_begins_, predecessors_;
  std::span<const IdEntry> ids_;  // sorted by stable id
  std::uint32_t node_count_ = 0;
  struct Names {
    std::vector<std::uint32_t> begins;
    std::string bytes;
  };
  // Set for a pack with invalid names, in place of those in the file; shared by the
  // copies of this view.
  std::shared_ptr<const Names> repaired_names_;
  std::uint32_t repaired_name_count_ = 0;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_PACK_SEGMENT_TABLE_H_
