// The part of a layer that a client shows.
#ifndef CITYLAYERS_SERVICES_LAYERS_MAP_VIEW_H_
#define CITYLAYERS_SERVICES_LAYERS_MAP_VIEW_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

#include "base/lon_lat.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/layers/v1/layer_service.pb.h"
#include "services/layers/request_fields.h"

namespace citylayers::layers {

/// An area and a zoom. An empty box: everywhere; zoom 0: all rows.
struct MapView {
  /// The maximum zoom of a view, that of web maps.
  static constexpr std::uint32_t kZoomMax = 24;

  LonLatBox box;
  std::uint32_t zoom = 0;

  bool shows_all() const { return box.IsEmpty() && zoom == 0; }
  friend bool operator==(const MapView&, const MapView&) = default;
};

/// The view of a message with the fields `viewport` and `zoom`. INVALID_ARGUMENT, naming the field
/// after `prefix`: not a box on the earth, or a zoom over MapView::kZoomMax.
template <typename Message>
absl::StatusOr<MapView> ReadView(const Message& message, std::string_view prefix = "") {
  MapView view;
  if (message.has_viewport()) {
    ASSIGN_OR_RETURN(view.box, runtime::ReadBox(message.viewport(), StrCat(prefix, "viewport")));
  }
  if (message.zoom() > MapView::kZoomMax) {
    return runtime::BadField(StrCat(prefix, "zoom"), StrCat(message.zoom(), " is not in 0 to ",
                                                            MapView::kZoomMax, " (0: all rows)"));
  }
  view.zoom = message.zoom();
  return view;
}

inline v1::View ToProto(const MapView& view) {
  v1::View proto;
  if (!view.box.IsEmpty()) *proto.mutable_viewport() = ToBoundingBox(view.box);
  proto.set_zoom(view.zoom);
  return proto;
}

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_MAP_VIEW_H_
