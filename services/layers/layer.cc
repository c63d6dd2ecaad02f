#include "services/layers/layer.h"

#include "proto/support/proto_layer_version.h"
#include "proto/support/proto_time.h"

namespace citylayers::layers {

v1::Layer Layer::Describe() const {
  v1::Layer layer = description();
  const std::shared_ptr<const Frame> frame = PresentFrame();
  if (frame == nullptr) return layer;
  *layer.mutable_version() = ToProto(frame->version);
  SetTime(frame->data_time, [&] { return layer.mutable_data_time(); });
  layer.set_stale(frame->stale);
  layer.mutable_notices()->Add(frame->notices.begin(), frame->notices.end());
  return layer;
}

}  // namespace citylayers::layers
