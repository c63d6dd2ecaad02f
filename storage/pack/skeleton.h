// The static part of a live tile: the segments in it and their lines.
#ifndef CITYLAYERS_STORAGE_PACK_SKELETON_H_
#define CITYLAYERS_STORAGE_PACK_SKELETON_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace citylayers::storage {

/// One feature to put into a skeleton.
struct SkeletonFeature {
  std::uint32_t segment = 0;  // index; each at most once per tile
  std::uint32_t name = 0;     // the pack's name number; 0: unnamed
  std::uint8_t road_class = 0;
  std::uint8_t flags = 0;  // SegmentRecord::kBridge | kTunnel
  std::string geometry;  // content of the MVT feature's `geometry` field: packed varints; not empty
};

/// Encodes a skeleton. The order of `features` is irrelevant: they are sorted by segment, so equal
/// features give equal bytes. REQUIRES: distinct segments, no empty geometry.
std::string EncodeSkeleton(std::vector<SkeletonFeature> features);

/// A decoded skeleton: a view into the archive's bytes, which must outlive it. Cheap to copy,
/// thread-safe; every access is O(1).
///
///   ASSIGN_OR_RETURN(const SkeletonView tile, SkeletonView::Decode(*pack->skeletons().Find(key)));
///   for (std::size_t i = 0; i < tile.size(); ++i) {
///     writer.AddLine(tile.segment(i), tile.geometry(i), tile.local_name(i));
///   }
class SkeletonView {
 public:
  static constexpr std::uint8_t kVersion = 1;

  SkeletonView() = default;

  /// Checks version, checksum and every offset, so that access is safe for any bytes. DATA_LOSS:
  /// damaged. FAILED_PRECONDITION: it has a newer version.
  static absl::StatusOr<SkeletonView> Decode(std::string_view bytes);

  std::size_t size() const { return count_; }
  std::size_t byte_size() const { return bytes_.size(); }
  /// Names used in this tile as pack name numbers, ascending, without 0: the tile's value table.
  std::size_t name_count() const { return name_count_; }
  /// REQUIRES: local < name_count().
  std::uint32_t name(std::size_t local) const;

  /// Features are ascending by segment. REQUIRES for all below: i < size().
  std::uint32_t segment(std::size_t i) const;
  /// Index for name(); kUnnamed when the street has no name.
  static constexpr std::uint32_t kUnnamed = 0xFFFFFFFF;
  std::uint32_t local_name(std::size_t i) const;
  std::uint8_t road_class(std::size_t i) const;
  std::uint8_t flags(std::size_t i) const;
  std::string_view geometry(std::size_t i) const;

 private:
  std::uint32_t ReadU32(std::size_t offset) const;
  std::size_t RecordOffset(std::size_t i) const;

  std::string_view bytes_;
  std::size_t count_ = 0;
  std::size_t name_count_ = 0;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_PACK_SKELETON_H_
