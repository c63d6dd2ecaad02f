// The streets between which a stretch of road lies.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_CROSS_STREET_H_
#define CITYLAYERS_SERVICES_TRAFFIC_CROSS_STREET_H_

#include <cstdint>
#include <string_view>

#include "storage/pack/segment_table.h"

namespace citylayers::traffic {

/// The name of the street that crosses or meets `street` where `segment` ends (`ahead`), or where
/// it begins: the most important one with another name. Where there is none it goes on along
/// `street` for a few junctions. Empty: none was found. The name lives as long as `roads`.
std::string_view CrossStreet(const storage::SegmentTable& roads, std::uint32_t segment, bool ahead,
                             std::string_view street);

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_CROSS_STREET_H_
