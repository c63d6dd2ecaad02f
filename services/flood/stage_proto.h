// Stages as messages of citylayers.flood.v1.
#ifndef CITYLAYERS_SERVICES_FLOOD_STAGE_PROTO_H_
#define CITYLAYERS_SERVICES_FLOOD_STAGE_PROTO_H_

#include "citylayers/flood/v1/flood_service.pb.h"
#include "services/flood/flood_layer.h"

namespace citylayers::flood {

/// A stage with its recent readings. `stale` is left unset.
v1::Stage ToProto(const FloodLayer::StageAnswer& answer);

}  // namespace citylayers::flood

#endif  // CITYLAYERS_SERVICES_FLOOD_STAGE_PROTO_H_
