#include "services/runtime/rpc/malformed_requests.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "citylayers/common/v1/clock_service.grpc.pb.h"

namespace citylayers::runtime {
namespace {

using common::v1::ClockService;
using testing::HasSubstr;

class Clocks final : public ClockService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetClock(grpc::CallbackServerContext* context,
                                     const common::v1::GetClockRequest* /*request*/,
                                     common::v1::GetClockResponse* response) override {
    response->mutable_clock()->set_speed(60);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

class MalformedRequestsTest : public testing::Test {
 protected:
  MalformedRequestsTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&clocks_);
    AnswerMalformedRequests(builder);
    server_ = builder.BuildAndStart();
  }
  ~MalformedRequestsTest() override { server_->Shutdown(); }

  // Sends these bytes as the request.
  grpc::Status Send(const std::string& method, const std::string& bytes) {
    grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer> stub(
        server_->InProcessChannel({}));
    grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    grpc::CompletionQueue queue;
    grpc::Status status;
    auto call = stub.PrepareUnaryCall(&context, "/citylayers.common.v1.ClockService/" + method,
                                      request, &queue);
    call->StartCall();
    call->Finish(&response, &status, this);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return status;
  }

  Clocks clocks_;
  std::unique_ptr<grpc::Server> server_;
};

// Field 1 claims a length of 2^31 - 1 bytes; three bytes follow.
const char kBroken[] = "\x0a\xff\xff\xff\xff\x07\x01\x02\x03";

TEST_F(MalformedRequestsTest, AreInvalidArgumentsOfTheirMethod) {
  for (const char* method : {"GetClock", "WatchClock"}) {
    const grpc::Status status = Send(method, kBroken);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr(method));
    EXPECT_THAT(status.error_details(), HasSubstr("BAD_FIELD"));
  }
}

TEST_F(MalformedRequestsTest, OthersPass) {
  EXPECT_TRUE(Send("GetClock", "").ok());
  EXPECT_EQ(Send("SetClock", "").error_code(), grpc::StatusCode::UNIMPLEMENTED)
      << "an unknown method is still unknown";
}

}  // namespace
}  // namespace citylayers::runtime
