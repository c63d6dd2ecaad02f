#include "services/runtime/rpc/unknown_methods.h"

#include "base/strings.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::runtime {
namespace {

class Answer final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Answer(const std::string& method) {
    Finish(ToGrpcStatus(absl::UnimplementedError(
        StrCat("unknown method ", method, "; reflection lists the methods of this server"))));
  }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerGenericBidiReactor* UnknownMethods::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  return new Answer(context->method());
}

}  // namespace citylayers::runtime
