// Which backend a call goes to.
#ifndef CITYLAYERS_SERVICES_GATEWAY_RPC_ROUTER_H_
#define CITYLAYERS_SERVICES_GATEWAY_RPC_ROUTER_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include <grpcpp/channel.h>

#include "services/gateway/backends.h"
#include "services/gateway/layer_directory.h"

namespace citylayers::gateway {

/// Metadata of every call that a gateway passes on. A gateway whose backend address leads to itself
/// sees it come back, and refuses instead of going round for ever.
inline constexpr char kPassedOnKey[] = "citylayers-passed-on";

/// Routes by service; calls of LayerService by the layer they name (field 1 of the request).
/// ListLayers is answered here, from all backends, so that a layer whose backend is down stays
/// listed as stale. Thread-safe. The references outlive it.
class RpcRouter {
 public:
  RpcRouter(const Backends& backends, const LayerDirectory& directory)
      : backends_(backends), directory_(directory) {}

  /// Where a call goes: a channel, or the bytes of the answer.
  struct Route {
    std::shared_ptr<grpc::Channel> channel;
    std::string answer;  // when there is no channel
  };

  /// True when calls of this service go somewhere.
  bool Serves(std::string_view service) const;

  /// True when Find needs the first request message.
  static bool NeedsMessage(std::string_view service);

  /// UNIMPLEMENTED: no backend serves this. INVALID_ARGUMENT: a LayerService request without a
  /// name. NOT_FOUND: no such layer; the message lists those there are. UNAVAILABLE: not every
  /// backend has said yet which layers it has.
  absl::StatusOr<Route> Find(std::string_view service, std::string_view method,
                             std::string_view message) const;

 private:
  const Backends& backends_;
  const LayerDirectory& directory_;
};

// Reasons of errors that only a gateway gives (services/runtime/rpc/error_details.h has the
// others).
inline constexpr std::string_view kReasonStarting = "STARTING";
inline constexpr std::string_view kReasonBackendLoop = "BACKEND_LOOP";

/// UNAVAILABLE with RetryInfo and reason STARTING: the gateway does not know yet what there is.
absl::Status StillStarting(std::string_view message);

/// Text of field 1 of a serialized message; nullopt when it is not there or the bytes are malformed
/// before its end.
std::optional<std::string> FirstField(std::string_view message);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_RPC_ROUTER_H_
