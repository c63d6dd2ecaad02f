#include "services/gateway/proto_json.h"

#include <google/protobuf/util/json_util.h>

namespace citylayers::gateway {

std::string ProtoJson(const google::protobuf::Message& message) {
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok()) json = "{}";
  return json;
}

}  // namespace citylayers::gateway
