// Routing of calls to backends.
#ifndef CITYLAYERS_SERVICES_GATEWAY_RPC_ROUTER_H_
#define CITYLAYERS_SERVICES_GATEWAY_RPC_ROUTER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <grpcpp/channel.h>

#include "citylayers/layers/v1/layer_service.pb.h"
#include "services/access/access_control.h"
#include "services/gateway/backends.h"
#include "services/gateway/layer_directory.h"
#include "services/runtime/rpc/authenticator.h"
#include "services/runtime/rpc/call_entrance.h"

namespace citylayers::gateway {

/// Metadata key of every call that a gateway forwards. A gateway whose backend address leads to
/// itself receives it, and refuses the call instead of forwarding it endlessly.
inline constexpr const char* kPassedOnKey = runtime::kPassedOnMetadata;

/// Routes by service; calls of LayerService by the layer that they name (field 1 of the request).
/// ListLayers is answered by the gateway, from all backends, so that a layer whose backend is down
/// stays listed as stale. Thread-safe. The references must outlive it.
class RpcRouter {
 public:
  RpcRouter(const Backends& backends, const LayerDirectory& directory,
            const access::AccessControl& access,
            runtime::CallEntrance::AddressOf address_of = nullptr)
      : backends_(backends),
        directory_(directory),
        access_(access),
        entrance_(authenticator_, std::move(address_of)) {}

  /// Moves a live stream of the gateway itself: OK or the error of the call; nullopt: it has no
  /// such stream.
  using MoveLive = std::function<std::optional<absl::Status>(
      const layers::v1::SetViewportRequest& request, const access::Principal& caller)>;
  /// Call it before the first Find().
  void SetMoveLive(MoveLive move_live) { move_live_ = std::move(move_live); }

  /// The keys by which the gateway identifies callers.
  const access::AccessControl& access() const { return access_; }
  /// The check of gRPC calls.
  const runtime::CallEntrance& entrance() const { return entrance_; }

  /// The route of a call: a channel, or the bytes of the answer.
  struct Route {
    std::shared_ptr<grpc::Channel> channel;
    std::string answer;  // when there is no channel
  };

  /// True when calls of this service can be routed.
  bool Serves(std::string_view service) const;

  /// True when Find needs the first request message.
  static bool NeedsMessage(std::string_view service);

  /// The layers of FollowLayers must have one backend (FAILED_PRECONDITION); SetViewport is done
  /// here when the stream is one of the gateway.
  ///
  /// The backend checks what `caller` may do; the gateway only for its own answers, which list what
  /// the caller may see. UNIMPLEMENTED: no backend serves this. INVALID_ARGUMENT: a LayerService
  /// request without a name. NOT_FOUND: there is no such layer; the message lists the available
  /// ones. UNAVAILABLE: not every backend has listed its layers yet.
  absl::StatusOr<Route> Find(std::string_view service, std::string_view method,
                             std::string_view message, const access::Principal& caller) const;

 private:
  /// The layer of a name that `caller` may read.
  absl::StatusOr<std::shared_ptr<const KnownLayer>> FindLayer(
      const std::string& name, const access::Principal& caller) const;
  absl::StatusOr<Route> FindFollow(std::string_view message, const access::Principal& caller) const;

  const Backends& backends_;
  const LayerDirectory& directory_;
  const access::AccessControl& access_;
  const runtime::KeyAuthenticator authenticator_{access_};
  const runtime::CallEntrance entrance_;
  MoveLive move_live_;
};

// Reasons of errors that only a gateway returns (services/runtime/rpc/error_details.h has the
// others).
inline constexpr std::string_view kReasonStarting = "STARTING";
inline constexpr std::string_view kReasonBackendLoop = "BACKEND_LOOP";
inline constexpr std::string_view kReasonSeveralBackends = "SEVERAL_BACKENDS";

/// UNAVAILABLE with RetryInfo and reason STARTING: the gateway does not know all layers yet.
absl::Status StillStarting(std::string_view message);

/// Text of field 1 of a serialized message; nullopt when the field is missing or the bytes before
/// its end are malformed.
std::optional<std::string> FirstField(std::string_view message);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_RPC_ROUTER_H_
