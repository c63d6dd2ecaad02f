// Jams as messages of citylayers.traffic.v1.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_JAM_PROTO_H_
#define CITYLAYERS_SERVICES_TRAFFIC_JAM_PROTO_H_

#include "citylayers/traffic/v1/traffic_service.pb.h"
#include "services/layers/street_index.h"
#include "services/traffic/traffic_layer.h"
#include "storage/pack/segment_table.h"

namespace citylayers::traffic {

/// A jam with its street, ends and cross streets. REQUIRES: the jam has a segment.
v1::Jam ToProto(const TrackedJam& answer, const storage::SegmentTable& roads,
                const layers::StreetIndex& streets);

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_JAM_PROTO_H_
