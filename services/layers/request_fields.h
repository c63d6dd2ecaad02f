// Fields common to requests of several services: points, boxes, paging arguments.
#ifndef CITYLAYERS_SERVICES_LAYERS_REQUEST_FIELDS_H_
#define CITYLAYERS_SERVICES_LAYERS_REQUEST_FIELDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "base/lon_lat.h"
#include "citylayers/common/v1/geo.pb.h"
#include "services/runtime/rpc/request_ranges.h"

namespace citylayers::layers {

inline common::v1::Point ToPoint(LonLat p) {
  common::v1::Point point;
  point.set_lon_deg(p.lon_deg);
  point.set_lat_deg(p.lat_deg);
  return point;
}

inline common::v1::BoundingBox ToBoundingBox(const LonLatBox& box) {
  common::v1::BoundingBox proto;
  proto.set_west_deg(box.west_deg);
  proto.set_south_deg(box.south_deg);
  proto.set_east_deg(box.east_deg);
  proto.set_north_deg(box.north_deg);
  return proto;
}

/// The box in `request.bounds`; an empty one, which means everywhere, when it is unset.
/// INVALID_ARGUMENT: as runtime::ReadBox.
template <typename Request>
absl::StatusOr<LonLatBox> BoundsOf(const Request& request) {
  if (!request.has_bounds()) return LonLatBox();
  return runtime::ReadBox(request.bounds(), "bounds");
}

/// The text to which a page token is bound: the kind of request, and all its fields except those of
/// paging. Requests of different methods may have the same bytes.
template <typename Request>
std::string PagedArguments(Request request) {
  request.clear_page_size();
  request.clear_page_token();
  return absl::StrCat(request.GetTypeName(), "\n", request.SerializeAsString());
}

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_REQUEST_FIELDS_H_
