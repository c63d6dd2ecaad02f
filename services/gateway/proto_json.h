// Protobuf messages as proto3 JSON.
#ifndef CITYLAYERS_SERVICES_GATEWAY_PROTO_JSON_H_
#define CITYLAYERS_SERVICES_GATEWAY_PROTO_JSON_H_

#include <string>

#include <google/protobuf/message.h>

namespace citylayers::gateway {

/// The message in one line; "{}" for one that cannot be written (an Any of an unknown type, text
/// that is not UTF-8); a parsed message can always be written.
std::string ProtoJson(const google::protobuf::Message& message);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_PROTO_JSON_H_
