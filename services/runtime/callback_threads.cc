#include "services/runtime/callback_threads.h"

#include <memory>

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

namespace citylayers::runtime {

void KeepCallbackThreads() {
  // A server without a port, which nobody can call. Never destroyed, so that its threads stay.
  static grpc::Server* const kept = [] {
    auto* service = new grpc::CallbackGenericService;
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(service);
    return builder.BuildAndStart().release();
  }();
  (void)kept;
}

}  // namespace citylayers::runtime
