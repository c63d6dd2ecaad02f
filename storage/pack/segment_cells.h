// The terrain cells under each road segment.
#ifndef CITYLAYERS_STORAGE_PACK_SEGMENT_CELLS_H_
#define CITYLAYERS_STORAGE_PACK_SEGMENT_CELLS_H_

#include <cstdint>
#include <span>

#include "absl/status/statusor.h"

#include "storage/pack/section_file.h"

namespace citylayers::storage {

/// A view of `cells.bin`, so that relating streets to floods needs no projection at run time. Cells
/// are row-major indexes into terrain.tif and connection.tif (row * columns + column), in driving
/// order; consecutive repeats of a cell are stored once. Cells outside the terrain or of unknown
/// height are omitted. Immutable, thread-safe, O(1).
///
///   for (std::uint32_t cell : pack->segment_cells()->cells(segment)) Use(level[cell]);
class SegmentCells {
 public:
  SegmentCells() = default;

  /// DATA_LOSS: not one row or flag per segment, or a cell outside the grid.
  static absl::StatusOr<SegmentCells> FromFile(const SectionFile& file,
                                               std::uint32_t segment_count);

  std::uint32_t columns() const { return columns_; }
  std::uint32_t rows() const { return rows_; }
  /// REQUIRES: segment < the pack's number of segments.
  std::span<const std::uint32_t> cells(std::uint32_t segment) const {
    return cells_.subspan(begins_[segment], begins_[segment + 1] - begins_[segment]);
  }

  /// False when the terrain ends or has no height over more than a tenth of the segment,
  /// so that cells without water do not mean that it is dry. True for bridges and
  /// tunnels, which count as dry.
  bool is_known(std::uint32_t segment) const { return unknown_.empty() || unknown_[segment] == 0; }

 private:
  std::span<const std::uint32_t> begins_;
  std::span<const std::uint32_t> cells_;
  std::span<const std::uint8_t> unknown_;  // empty before version 2
  std::uint32_t columns_ = 0;
  std::uint32_t rows_ = 0;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_PACK_SEGMENT_CELLS_H_
