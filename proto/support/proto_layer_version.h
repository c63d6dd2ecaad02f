// Versions of layers in messages.
#ifndef CITYLAYERS_PROTO_SUPPORT_PROTO_LAYER_VERSION_H_
#define CITYLAYERS_PROTO_SUPPORT_PROTO_LAYER_VERSION_H_

#include "base/layer_version.h"
#include "citylayers/layers/v1/layers.pb.h"

namespace citylayers {

inline LayerVersion FromProto(const layers::v1::LayerVersion& version) {
  return {.epoch = version.epoch(), .counter = version.counter()};
}

inline layers::v1::LayerVersion ToProto(const LayerVersion& version) {
  layers::v1::LayerVersion message;
  message.set_epoch(version.epoch);
  message.set_counter(version.counter);
  return message;
}

}  // namespace citylayers

#endif  // CITYLAYERS_PROTO_SUPPORT_PROTO_LAYER_VERSION_H_
