// The column `flood_class` of layers: classes of water depth on segments.
#ifndef CITYLAYERS_SERVICES_LAYERS_DEPTH_CLASS_COLUMN_H_
#define CITYLAYERS_SERVICES_LAYERS_DEPTH_CLASS_COLUMN_H_

#include <cstdint>

#include "citylayers/layers/v1/layers.pb.h"
#include "geo/flood/depth_class.h"

namespace citylayers::layers {

/// The value of a class in columns and tiles: the number of flood.v1.FloodClass.
constexpr std::int32_t ColumnValue(geo::DepthClass depth_class) {
  return static_cast<std::int32_t>(depth_class);
}

/// Sets name, scale, values and default of the column. The default is dry, so that a snapshot lists
/// wet and unknown segments. The caller sets the display name and `watched_by_default`.
void DescribeDepthClasses(v1::StateColumn& column);

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_DEPTH_CLASS_COLUMN_H_
