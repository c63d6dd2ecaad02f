// Names of the cross streets at the ends of a stretch of road.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_CROSS_STREET_H_
#define CITYLAYERS_SERVICES_TRAFFIC_CROSS_STREET_H_

#include <cstdint>
#include <string_view>

#include "storage/pack/segment_table.h"

namespace citylayers::traffic {

/// The name of the street that crosses or meets `street` at the end of `segment` (`ahead`) or at
/// its start: the most important one with another name. Without one there, the search continues
/// along `street` for a few junctions. Empty: none was found. The name lives as long as `roads`.
std::string_view CrossStreet(const storage::SegmentTable& roads, std::uint32_t segment, bool ahead,
                             std::string_view street);

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_CROSS_STREET_H_
