// The gRPC front of a gateway that runs without the other modules: passes every call on, as bytes.
#ifndef CITYLAYERS_SERVICES_GATEWAY_GRPC_PROXY_H_
#define CITYLAYERS_SERVICES_GATEWAY_GRPC_PROXY_H_

#include <atomic>

#include <grpcpp/generic/async_generic_service.h>

#include "services/gateway/rpc_router.h"

namespace citylayers::gateway {

/// Unary, streaming and two-way calls alike: messages, metadata, deadline, cancellation, status and
/// its details pass unchanged; no message is parsed but the first of a LayerService call, for its
/// field 1. One message is on its way in each direction, so a slow side slows the other.
/// Register before the server starts; calls of services that the server has itself never come here.
///
///   GrpcProxy proxy;
///   builder.RegisterCallbackGenericService(&proxy);
///   ...
///   proxy.SetRouter(&router);
class GrpcProxy final : public grpc::CallbackGenericService {
 public:
  /// Calls before this are answered UNAVAILABLE. `router` outlives the server.
  void SetRouter(const RpcRouter* router) { router_.store(router); }

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

 private:
  std::atomic<const RpcRouter*> router_{nullptr};
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_GRPC_PROXY_H_
