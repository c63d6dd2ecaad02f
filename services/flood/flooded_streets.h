// Flooded segments, grouped into streets.
#ifndef CITYLAYERS_SERVICES_FLOOD_FLOODED_STREETS_H_
#define CITYLAYERS_SERVICES_FLOOD_FLOODED_STREETS_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "citylayers/flood/v1/flood_service.pb.h"
#include "geo/roads/way.h"
#include "services/layers/street_index.h"
#include "storage/pack/segment_table.h"

namespace citylayers::flood {

/// The streets with a flooded segment on a road of class `least` or more important, by street id.
/// `depths_cm`: of each segment; 0 when it is dry. Segments without a name belong to no street.
/// O(segments).
std::map<std::string, v1::FloodedStreet> FloodedStreets(std::span<const std::int32_t> depths_cm,
                                                        const storage::SegmentTable& roads,
                                                        const layers::StreetIndex& streets,
                                                        geo::RoadClass least);

}  // namespace citylayers::flood

#endif  // CITYLAYERS_SERVICES_FLOOD_FLOODED_STREETS_H_
