// The inverse of the Encode*Geometry functions.
#ifndef CITYLAYERS_GEO_MVT_GEOMETRY_READER_H_
#define CITYLAYERS_GEO_MVT_GEOMETRY_READER_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "geo/mvt/tile_decoder.h"

namespace citylayers::geo {

/// Reads packed command integers into parts as DecodedFeature describes them. Strict reading
/// applies the rules of specification 2; otherwise lines may close and points may repeat.
/// INVALID_ARGUMENT: a rule is broken; the message tells which. Throws protozero::exception on a
/// broken varint, which DecodeTile catches. Allocates for the points present, not for the count
/// claimed.
absl::StatusOr<std::vector<std::vector<DecodedPoint>>> ReadGeometry(GeometryType type,
                                                                    std::string_view bytes,
                                                                    bool strict);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_MVT_GEOMETRY_READER_H_
