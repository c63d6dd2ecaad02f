#include "services/runtime/rpc/malformed_requests.h"

#include <memory>
#include <utility>
#include <vector>

#include <grpcpp/support/server_interceptor.h>

#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::runtime {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

class MalformedRequests final : public Interceptor {
 public:
  explicit MalformedRequests(const char* method) : method_(method) {}

  void Intercept(InterceptorBatchMethods* batch) override {
    // A request that was read and could not be parsed appears as a null message.
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE) &&
        batch->GetRecvMessage() == nullptr) {
      malformed_ = true;
    }
    if (malformed_ && batch->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      batch->ModifySendStatus(ToGrpcStatus(
          WithReason(absl::InvalidArgumentError(
                         StrCat("the request does not parse as the request message of ", method_,
                                ": encode it by the service's schema, available by reflection")),
                     kReasonBadField)));
    }
    batch->Proceed();
  }

 private:
  const char* const method_;
  bool malformed_ = false;
};

class MalformedRequestsFactory final
    : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    // In a stream of requests a null message means only its end.
    const bool one_request = info->type() == ServerRpcInfo::Type::UNARY ||
                             info->type() == ServerRpcInfo::Type::SERVER_STREAMING;
    return one_request ? new MalformedRequests(info->method()) : nullptr;
  }
};

}  // namespace

void AnswerMalformedRequests(grpc::ServerBuilder& builder) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> factories;
  factories.push_back(std::make_unique<MalformedRequestsFactory>());
  builder.experimental().SetInterceptorCreators(std::move(factories));
}

}  // namespace citylayers::runtime
