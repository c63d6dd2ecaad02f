// Forwards all gRPC calls, as bytes, for a gateway that runs without the other modules.
#ifndef CITYLAYERS_SERVICES_GATEWAY_GRPC_PROXY_H_
#define CITYLAYERS_SERVICES_GATEWAY_GRPC_PROXY_H_

#include <atomic>

#include <grpcpp/generic/async_generic_service.h>

#include "services/gateway/rpc_router.h"

namespace citylayers::gateway {

/// Handles unary, streaming and two-way calls. Messages, metadata, deadline, cancellation, status
/// and its details are forwarded unchanged; no message is parsed except the first of a LayerService
/// call, for its field 1. At most one message is in flight in each direction, so that a slow side
/// slows the other. Register it before the server starts; calls of services that the server has
/// itself never reach it.
///
///   GrpcProxy proxy;
///   builder.RegisterCallbackGenericService(&proxy);
///   ...
///   proxy.SetRouter(&router);
class GrpcProxy final : public grpc::CallbackGenericService {
 public:
  /// Calls before this are answered UNAVAILABLE. `router` must outlive the server.
  void SetRouter(const RpcRouter* router) { router_.store(router); }

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

 private:
  std::atomic<const RpcRouter*> router_{nullptr};
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_GRPC_PROXY_H_
