#include "services/runtime/rpc/callback_threads.h"

#include <atomic>
#include <memory>
#include <mutex>

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

namespace citylayers::runtime {
namespace {

// Never destroyed, so that its threads stay. Atomic, so that the compiler keeps it and leak
// checkers find it.
std::atomic<grpc::Server*> kept{nullptr};

grpc::Server* StartServerWithoutPort() {
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(new grpc::CallbackGenericService);
  return builder.BuildAndStart().release();
}

}  // namespace

void KeepCallbackThreads() {
  static std::once_flag once;
  std::call_once(once, [] { kept.store(StartServerWithoutPort()); });
}

}  // namespace citylayers::runtime
