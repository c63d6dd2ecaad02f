// The locations of a layer's rows, for viewports.
#ifndef CITYLAYERS_SERVICES_LAYERS_ROW_INDEX_H_
#define CITYLAYERS_SERVICES_LAYERS_ROW_INDEX_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "base/lon_lat.h"

namespace citylayers::layers {

/// The box of each row and the lowest zoom at which it is drawn. Immutable, thread-safe.
class RowIndex {
 public:
  struct Row {
    LonLatBox box;
    std::uint8_t min_zoom = 0;
  };

  explicit RowIndex(std::vector<Row> rows) : rows_(std::move(rows)) {}

  std::size_t size() const { return rows_.size(); }

  /// The rows that a view shows, one bit per row. O(rows), under a millisecond for a city. `zoom`
  /// 0: all zooms; an empty box: everywhere.
  std::vector<bool> Visible(const LonLatBox& view, std::uint32_t zoom) const {
    std::vector<bool> visible(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      visible[i] = (zoom == 0 || rows_[i].min_zoom <= zoom) &&
                   (view.IsEmpty() || rows_[i].box.Intersects(view));
    }
    return visible;
  }

 private:
  std::vector<Row> rows_;
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_ROW_INDEX_H_
