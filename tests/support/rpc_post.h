// RPCs of a FakeCity by POST, as clients of the Connect and gRPC-Web protocols send them.
#ifndef CITYLAYERS_TESTS_SUPPORT_RPC_POST_H_
#define CITYLAYERS_TESTS_SUPPORT_RPC_POST_H_

#include <string_view>

#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {

inline constexpr std::string_view kGetAlert = "/citylayers.alerts.v1.AlertService/GetAlert";
inline constexpr std::string_view kExport = "/citylayers.flood.v1.FloodService/ExportDepth";
inline constexpr std::string_view kJson = "Content-Type: application/json\r\n";

/// On a new connection.
inline runtime::TestResponse Post(FakeCity& city, std::string_view path, std::string_view headers,
                                  std::string_view body) {
  return runtime::TestClient(city.http_port()).Request("POST", path, headers, body);
}

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_TESTS_SUPPORT_RPC_POST_H_
