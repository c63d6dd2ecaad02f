#include "services/runtime/rpc/call_adapter.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <gtest/gtest.h>

#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/grpc_status.h"
#include "tests/support/call_adapter_fixture.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

class CallAdapterTest : public TestCallAdapter {};

TEST_F(CallAdapterTest, AnswersAndCounts) {
  service_.get_clock = [](const Call& call) {
    EXPECT_LT(call.deadline, absl::Now() + absl::Seconds(20));
    GetClockResponse response;
    response.mutable_clock()->set_speed(60);
    return response;
  };
  GetClockResponse response;
  ASSERT_TRUE(Get(&response).ok());
  EXPECT_EQ(response.clock().speed(), 60);
  EXPECT_THAT(
      metrics_.Serialize(),
      HasSubstr(
          "grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"ClockService/GetClock\"} 1"));
}

TEST_F(CallAdapterTest, ErrorsKeepCodeMessageAndDetails) {
  service_.get_clock = [](const Call&) -> absl::StatusOr<GetClockResponse> {
    return BadField("speed", "too fast");
  };
  GetClockResponse response;
  const grpc::Status status = Get(&response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "speed: too fast");
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  google::rpc::ErrorInfo info;
  bool found = false;
  for (const auto& any : details.details()) found = found || any.UnpackTo(&info);
  ASSERT_TRUE(found);
  EXPECT_EQ(info.reason(), "BAD_FIELD");
  EXPECT_EQ(FromGrpcStatus(status), BadField("speed", "too fast")) << "and comes back as it was";
}

class OneCallAtATime : public TestCallAdapter {
 protected:
  OneCallAtATime() : TestCallAdapter({.unary_max = 1}) {}
};

TEST_F(OneCallAtATime, OneTooManyIsTurnedAwayWithARetryTime) {
  absl::Notification inside, leave;
  service_.get_clock = [&](const Call&) {
    inside.Notify();
    leave.WaitForNotification();
    return GetClockResponse();
  };
  GetClockResponse first_response, second_response;
  std::thread first([&] { EXPECT_TRUE(Get(&first_response).ok()); });
  inside.WaitForNotification();
  const grpc::Status status = Get(&second_response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(
      FromGrpcStatus(status).GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  leave.Notify();
  first.join();
}

TEST_F(CallAdapterTest, WritesThatWaitHoldNoThreadAndNoReadUp) {
  constexpr std::size_t kWrites = 20;  // more than there are threads
  absl::Mutex mutex;
  std::vector<TestService::Done<SetClockResponse>> waiting;
  service_.set_clock = [&](const SetClockRequest&, TestService::Done<SetClockResponse> done) {
    absl::MutexLock lock(&mutex);
    waiting.push_back(std::move(done));
  };
  service_.get_clock = [](const Call&) { return GetClockResponse(); };
  std::vector<std::thread> writers;
  for (std::size_t i = 0; i < kWrites; ++i) {
    writers.emplace_back([this] {
      grpc::ClientContext context;
      SetClockResponse response;
      EXPECT_TRUE(stub_->SetClock(&context, {}, &response).ok());
      EXPECT_EQ(response.clock().loop_count(), 7);
    });
  }
  {
    absl::MutexLock lock(&mutex);
    const auto all = [&] { return waiting.size() == kWrites; };
    EXPECT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&all), absl::Seconds(20)));
  }
  GetClockResponse read;
  EXPECT_TRUE(Get(&read).ok());
  SetClockResponse response;
  response.mutable_clock()->set_loop_count(7);
  for (const auto& done : waiting) done(response);
  for (std::thread& writer : writers) writer.join();
}

TEST_F(CallAdapterTest, AWriteThatBlocksItsThreadHoldsNoReadUp) {
  absl::Notification inside, leave;
  service_.set_clock = [&](const SetClockRequest&, const auto& done) {
    inside.Notify();
    leave.WaitForNotification();
    done(absl::ResourceExhaustedError("no room"));
  };
  service_.get_clock = [](const Call&) { return GetClockResponse(); };
  std::thread writer([this] {
    grpc::ClientContext context;
    SetClockResponse response;
    EXPECT_EQ(stub_->SetClock(&context, {}, &response).error_message(), "no room");
  });
  inside.WaitForNotification();
  GetClockResponse read;
  EXPECT_TRUE(Get(&read).ok());
  leave.Notify();
  writer.join();
}

class OneWriteAtATime : public TestCallAdapter {
 protected:
  OneWriteAtATime() : TestCallAdapter({.writes_max = 1}) {}
};

TEST_F(OneWriteAtATime, WritesAreCountedApartFromReads) {
  absl::Notification inside;
  TestService::Done<SetClockResponse> waiting;
  service_.set_clock = [&](const SetClockRequest&, const auto& done) {
    waiting = done;
    inside.Notify();
  };
  service_.get_clock = [](const Call&) { return GetClockResponse(); };
  std::thread writer([this] {
    grpc::ClientContext context;
    SetClockResponse response;
    EXPECT_TRUE(stub_->SetClock(&context, {}, &response).ok());
  });
  inside.WaitForNotification();
  grpc::ClientContext context;
  SetClockResponse response;
  EXPECT_EQ(stub_->SetClock(&context, {}, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  GetClockResponse read;
  EXPECT_TRUE(Get(&read).ok());
  waiting(SetClockResponse());
  writer.join();
}

class OneWatchAtATime : public TestCallAdapter {
 protected:
  OneWatchAtATime()
      : TestCallAdapter({.method_limits = *ParseMethodLimits("ClockService/WatchClock=1")}) {}
};

TEST_F(OneWatchAtATime, AMethodHasALimitOfItsOwn) {
  grpc::ClientContext first_context;
  auto first = stub_->WatchClock(&first_context, {});
  WatchClockResponse response;
  ASSERT_TRUE(first->Read(&response));
  grpc::ClientContext second_context;
  auto second = stub_->WatchClock(&second_context, {});
  EXPECT_FALSE(second->Read(&response));
  const grpc::Status status = second->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("1 calls of ClockService/WatchClock are running"));
  EXPECT_TRUE(
      FromGrpcStatus(status).GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  service_.get_clock = [](const Call&) { return GetClockResponse(); };
  GetClockResponse clock;
  EXPECT_TRUE(Get(&clock).ok()) << "other methods are not affected";
}

}  // namespace
}  // namespace citylayers::runtime
