#include "storage/pack/segment_cells.h"

#include <algorithm>

#include "base/status_macros.h"
#include "storage/pack/section_ids.h"

namespace citylayers::storage {

absl::StatusOr<SegmentCells> SegmentCells::FromFile(const SectionFile& file,
                                                    std::uint32_t segment_count) {
  SegmentCells cells;
  ASSIGN_OR_RETURN(const auto grid, file.records<std::uint32_t>(kCellGrid));
  ASSIGN_OR_RETURN(cells.begins_, file.records<std::uint32_t>(kCellBegins));
  ASSIGN_OR_RETURN(cells.cells_, file.records<std::uint32_t>(kCellValues));
  if (file.version() >= 2) {
    ASSIGN_OR_RETURN(cells.unknown_, file.records<std::uint8_t>(kCellUnknown));
  }
  if (!cells.unknown_.empty() && cells.unknown_.size() != segment_count) {
    return file.Damaged("it does not have one ground flag per segment");
  }
  if (grid.size() != 2) return file.Damaged("it does not have the size of its grid");
  cells.columns_ = grid[0];
  cells.rows_ = grid[1];
  const auto& begins = cells.begins_;
  if (begins.size() != std::size_t{segment_count} + 1 || begins.front() != 0 ||
      begins.back() != cells.cells_.size() || !std::is_sorted(begins.begin(), begins.end())) {
    return file.Damaged("it does not have one row per segment");
  }
  const std::uint64_t cell_count = std::uint64_t{cells.columns_} * cells.rows_;
  if (std::any_of(cells.cells_.begin(), cells.cells_.end(),
                  [&](std::uint32_t cell) { return cell >= cell_count; })) {
    return file.Damaged("a cell is outside the grid");
  }
  return cells;
}

}  // namespace citylayers::storage
