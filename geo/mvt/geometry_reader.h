// Decoding of vector tile geometry, the inverse of the Encode*Geometry functions.
#ifndef CITYLAYERS_GEO_MVT_GEOMETRY_READER_H_
#define CITYLAYERS_GEO_MVT_GEOMETRY_READER_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "geo/mvt/tile_decoder.h"

namespace citylayers::geo {

/// Decodes packed command integers into parts as DecodedFeature describes them. Strict reading
/// applies the rules of version 2 of the specification; otherwise lines may close and points may
/// repeat. INVALID_ARGUMENT: a rule is broken; the message names it. Throws protozero::exception on
/// a malformed varint, which DecodeTile catches. Allocates for the points present, not for the
/// claimed count.
absl::StatusOr<std::vector<std::vector<DecodedPoint>>> ReadGeometry(GeometryType type,
                                                                    std::string_view bytes,
                                                                    bool strict);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_MVT_GEOMETRY_READER_H_
