// An empty PNG tile.
#ifndef CITYLAYERS_SERVICES_GATEWAY_BLANK_PNG_H_
#define CITYLAYERS_SERVICES_GATEWAY_BLANK_PNG_H_

#include <memory>
#include <string>

namespace citylayers::gateway {

/// A transparent image of 256 x 256 pixels, about 100 bytes; encoded once. Clients of raster tiles
/// treat an answer without a body as an error.
std::shared_ptr<const std::string> BlankPng();

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_BLANK_PNG_H_
