// Checks of field ranges shared by several services; each error names field and value.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_REQUEST_RANGES_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_REQUEST_RANGES_H_

#include <cmath>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "base/lon_lat.h"
#include "base/strings.h"
#include "citylayers/common/v1/geo.pb.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::runtime {

/// Maximum length of a name in a request: it is compared with every name of a city.
inline constexpr std::size_t kNameBytesMax = 256;

/// Reads a point of a request's field. INVALID_ARGUMENT: outside the ranges of longitude and
/// latitude (NaN and infinity included).
inline absl::StatusOr<LonLat> ReadPoint(const common::v1::Point& p, std::string_view field) {
  if (!(p.lon_deg() >= -180 && p.lon_deg() <= 180)) {
    return BadField(StrCat(field, ".lon_deg"), StrCat(p.lon_deg(), " is not in -180 to 180"));
  }
  if (!(p.lat_deg() >= -90 && p.lat_deg() <= 90)) {
    return BadField(StrCat(field, ".lat_deg"), StrCat(p.lat_deg(), " is not in -90 to 90"));
  }
  return LonLat{p.lon_deg(), p.lat_deg()};
}

/// Reads a box of a request's field. INVALID_ARGUMENT: a corner is outside the ranges of longitude
/// and latitude (NaN and infinity included), or the corners are exchanged.
inline absl::StatusOr<LonLatBox> ReadBox(const common::v1::BoundingBox& b, std::string_view field) {
  const auto edge = [field](std::string_view name, double value, double limit) -> absl::Status {
    if (value >= -limit && value <= limit) return absl::OkStatus();
    return BadField(StrCat(field, ".", name), StrCat(value, " is not in -", limit, " to ", limit));
  };
  for (const absl::Status& status :
       {edge("west_deg", b.west_deg(), 180), edge("east_deg", b.east_deg(), 180),
        edge("south_deg", b.south_deg(), 90), edge("north_deg", b.north_deg(), 90)}) {
    if (!status.ok()) return status;
  }
  if (!(b.west_deg() <= b.east_deg() && b.south_deg() <= b.north_deg())) {
    return BadField(field, "west must not lie east of east, nor south north of north");
  }
  return LonLatBox{b.west_deg(), b.south_deg(), b.east_deg(), b.north_deg()};
}

/// INVALID_ARGUMENT: a minimum (length, depth, ...) is negative or not a finite number.
inline absl::Status CheckLeast(double value, std::string_view field) {
  if (value >= 0 && std::isfinite(value)) return absl::OkStatus();
  return BadField(field, StrCat(value, " is not a number from 0"));
}

/// INVALID_ARGUMENT: the name is longer than kNameBytesMax.
inline absl::Status CheckNameSize(std::string_view name, std::string_view field) {
  if (name.size() <= kNameBytesMax) return absl::OkStatus();
  return BadField(field, StrCat(name.size(), " bytes are more than ", kNameBytesMax));
}

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_REQUEST_RANGES_H_
