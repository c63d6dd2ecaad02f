// WGS 84 / UTM zone 48N (EPSG:32648) by Krüger's series, so that the terrain needs no projection
// library. Accurate to a millimetre within 3 degrees of 105 E. Internal to samples/saigon.
#ifndef CITYLAYERS_SAMPLES_SAIGON_UTM_H_
#define CITYLAYERS_SAMPLES_SAIGON_UTM_H_

#include "base/lon_lat.h"
#include "samples/saigon/plane.h"

namespace citylayers::saigon {

/// Easting and northing in metres.
Point ToUtm48(LonLat p);
LonLat FromUtm48(Point utm);

/// EPSG:32648 as OGC well-known text (WKT 1).
extern const char kUtm48Wkt[];

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_UTM_H_
