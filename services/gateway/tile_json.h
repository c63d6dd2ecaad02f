// TileJSON 3.0.0 of a layer.
#ifndef CITYLAYERS_SERVICES_GATEWAY_TILE_JSON_H_
#define CITYLAYERS_SERVICES_GATEWAY_TILE_JSON_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"

#include "citylayers/layers/v1/layers.pb.h"

namespace citylayers::gateway {

/// The document. `base_url` precedes each URL ("http://127.0.0.1:8080"; may be empty). In addition
/// to the keys of the specification it has kind, pack_id, data_version "epoch:counter", data_time
/// and city_time (RFC 3339), notices, stale, stream (live layers), unavailable_reason and formats,
/// which clients must expose.
std::string TileJsonOf(const layers::v1::Layer& layer, std::string_view base_url,
                       absl::Time city_time);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_TILE_JSON_H_
