#include "services/runtime/rpc/unknown_methods.h"

#include "base/strings.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::runtime {
namespace {

class Answer final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Answer(const std::string& method) {
    Finish(ToGrpcStatus(absl::UnimplementedError(
        StrCat("there is no method ", method, " here; reflection lists those there are"))));
  }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerGenericBidiReactor* UnknownMethods::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  return new Answer(context->method());
}

}  // namespace citylayers::runtime
