#include "services/runtime/rpc/callback_threads.h"

#include <memory>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include <grpcpp/grpcpp.h>

#include "citylayers/common/v1/clock_service.grpc.pb.h"

namespace citylayers::runtime {
namespace {

using common::v1::ClockService;

// Objects owned by a callback are destroyed on gRPC's thread, after the callback has notified other
// threads that the call is over and these have destroyed their objects.
struct Call {
  std::unique_ptr<ClockService::Stub> stub;  // holds the last reference to its channel
  grpc::ClientContext context;
  common::v1::GetClockRequest request;
  common::v1::GetClockResponse response;
};

TEST(CallbackThreads, OutliveAChannelThatACallbackIsTheLastToHold) {
  KeepCallbackThreads();
  for (int i = 0; i < 20; ++i) {
    auto call = std::make_shared<Call>();
    call->stub = ClockService::NewStub(
        grpc::CreateChannel("127.0.0.1:1", grpc::InsecureChannelCredentials()));
    auto over = std::make_shared<absl::Notification>();
    auto* async = call->stub->async();
    auto* context = &call->context;
    auto* request = &call->request;
    auto* response = &call->response;
    absl::Notification released;
    async->GetClock(context, request, response,
                    [call = std::move(call), over, &released](const grpc::Status& status) {
                      EXPECT_FALSE(status.ok());
                      released.WaitForNotification();
                      over->Notify();
                    });
    released.Notify();
    over->WaitForNotification();
  }
}

}  // namespace
}  // namespace citylayers::runtime
