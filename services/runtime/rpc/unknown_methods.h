// The answer to calls of methods that a server does not offer.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_UNKNOWN_METHODS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_UNKNOWN_METHODS_H_

#include <grpcpp/generic/async_generic_service.h>

namespace citylayers::runtime {

/// Answers UNIMPLEMENTED with the name of the method and ErrorInfo, where the gRPC
/// library returns only the code. Register it on servers without another generic service;
/// it must outlive the server.
class UnknownMethods final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_UNKNOWN_METHODS_H_
