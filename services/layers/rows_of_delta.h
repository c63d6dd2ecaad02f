// The rows of a delta: what changed in view, and what has come into view.
#ifndef CITYLAYERS_SERVICES_LAYERS_ROWS_OF_DELTA_H_
#define CITYLAYERS_SERVICES_LAYERS_ROWS_OF_DELTA_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/layers/live_state.h"

namespace citylayers::layers {

/// The rows in view, one bit per row; empty: all rows.
using RowsInView = std::vector<bool>;

inline bool Shows(const RowsInView& view, std::size_t row) { return view.empty() || view[row]; }

/// Calls `visit(row)`, in ascending order, for each row of a delta within `view`: those of
/// `changes` (rows ascending) that differ in a column of `column_mask`. O(changes).
template <typename Visit>
void VisitChangedRows(const std::vector<RowChange>& changes, std::uint32_t column_mask,
                      const RowsInView& view, Visit visit) {
  for (const RowChange& change : changes) {
    if ((change.column_mask & column_mask) != 0 && Shows(view, change.row)) visit(change.row);
  }
}

/// The same after the view has moved from `before` to `after`: in addition the rows that only
/// `after` shows, whether or not they have changed, because the client has no value of them, or an
/// old one. O(row_count).
template <typename Visit>
void VisitMovedRows(const std::vector<RowChange>& changes, std::uint32_t column_mask,
                    std::size_t row_count, const RowsInView& before, const RowsInView& after,
                    Visit visit) {
  auto change = changes.begin();
  for (std::size_t row = 0; row < row_count; ++row) {
    while (change != changes.end() && change->row < row) ++change;
    if (!Shows(after, row)) continue;
    const bool changed =
        change != changes.end() && change->row == row && (change->column_mask & column_mask) != 0;
    if (changed || !Shows(before, row)) visit(static_cast<std::uint32_t>(row));
  }
}

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_ROWS_OF_DELTA_H_
