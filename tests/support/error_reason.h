// The reason of an error of the HTTP API, for tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_ERROR_REASON_H_
#define CITYLAYERS_TESTS_SUPPORT_ERROR_REASON_H_

#include <string>

#include "google/rpc/error_details.pb.h"
#include <nlohmann/json.hpp>

#include "services/gateway/rpc_codec.h"

namespace citylayers::gateway {

/// The reason of the ErrorInfo among the details of a Connect error; empty: it has none.
inline std::string ReasonOf(const std::string& body) {
  const auto error = nlohmann::json::parse(body);
  for (const auto& detail : error["details"]) {
    if (detail["type"] != "google.rpc.ErrorInfo") continue;
    google::rpc::ErrorInfo info;
    (void)info.ParseFromString(*ReadBase64(detail["value"].get<std::string>()));
    return info.reason();
  }
  return "";
}

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_TESTS_SUPPORT_ERROR_REASON_H_
