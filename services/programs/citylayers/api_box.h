// Conversion of a command line box to a box of the API.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_API_BOX_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_API_BOX_H_

#include <string>

#include "absl/status/status.h"

#include "citylayers/common/v1/geo.pb.h"
#include "services/programs/citylayers/format.h"
#include "services/programs/citylayers/program.h"

namespace citylayers::cli {

/// Sets the box returned by `mutable_box()` from "W,S,E,N"; does nothing for an empty text. A usage
/// error: the text is not a box.
template <typename MutableBox>
absl::Status SetBounds(const std::string& text, MutableBox mutable_box) {
  if (text.empty()) return absl::OkStatus();
  const absl::StatusOr<LonLatBox> box = ParseBox(text);
  if (!box.ok()) return Program::Usage(box.status());
  common::v1::BoundingBox& bounds = *mutable_box();
  bounds.set_west_deg(box->west_deg);
  bounds.set_south_deg(box->south_deg);
  bounds.set_east_deg(box->east_deg);
  bounds.set_north_deg(box->north_deg);
  return absl::OkStatus();
}

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_API_BOX_H_
