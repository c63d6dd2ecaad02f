// The limits of a caller behind a call adapter: calls are refused, streams pause.
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/monotonic_clock.h"
#include "services/runtime/rpc/grpc_status.h"
#include "tests/support/call_adapter_fixture.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

class CallLimitsTest : public TestCallAdapter {
 protected:
  explicit CallLimitsTest(const access::Limits& limits = {.calls_per_s = 0.001, .streams_max = 1})
      : limits_({.keys = limits}) {
    authenticator_.SetLimits(&limits_);
    authenticator_.SetCaller("phone", "admin");
    service_.get_clock = [](const Call&) { return GetClockResponse(); };
  }

  const MonotonicClock clock_;
  access::CallerLimits limits_;
};

TEST_F(CallLimitsTest, ACallTooManyIsRefusedWithTheTimeToWait) {
  GetClockResponse response;
  ASSERT_TRUE(Get(&response).ok());
  const grpc::Status refused = Get(&response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.error_message(), HasSubstr("the API key aaaaaaaaaaaa: the limit is 0.001"));
  EXPECT_GT(RetryDelayOf(refused), absl::Seconds(900));
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("grpc_code=\"RESOURCE_EXHAUSTED\""));
}

class StreamPlacesTest : public CallLimitsTest {
 protected:
  StreamPlacesTest() : CallLimitsTest({.streams_max = 1}) {}
};

TEST_F(StreamPlacesTest, AStreamTooManyIsRefusedUntilAnotherEnds) {
  grpc::ClientContext first_context;
  auto first = stub_->WatchClock(&first_context, {});
  WatchClockResponse response;
  ASSERT_TRUE(first->Read(&response));
  grpc::ClientContext second_context;
  auto second = stub_->WatchClock(&second_context, {});
  EXPECT_FALSE(second->Read(&response));
  EXPECT_EQ(second->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  GetClockResponse unary;
  EXPECT_TRUE(Get(&unary).ok()) << "not a stream";
  first_context.TryCancel();
  EXPECT_FALSE(first->Read(&response));
  EXPECT_EQ(first->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(service_.gone.WaitForNotificationWithTimeout(absl::Seconds(20)));
}

// A message has 4 bytes: the second one leaves a debt of 3, which takes 0.6 s.
class SlowStreamTest : public CallLimitsTest {
 protected:
  SlowStreamTest() : CallLimitsTest({.bytes_per_s = 5}) {}
};

TEST_F(SlowStreamTest, AStreamPausesAndLosesNothing) {
  service_.allowed = 3;
  const absl::Time start = clock_.Now();
  grpc::ClientContext context;
  auto reader = stub_->WatchClock(&context, {});
  WatchClockResponse response;
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(reader->Read(&response));
    EXPECT_EQ(response.clock().loop_count(), i);
  }
  EXPECT_GE(clock_.Now() - start, absl::Milliseconds(500));
  EXPECT_LE(clock_.Now() - start, absl::Seconds(20));
}

class SlowRequestsTest : public CallLimitsTest {
 protected:
  SlowRequestsTest() : CallLimitsTest({.bytes_per_s = 200}) {}
};

TEST_F(SlowRequestsTest, RequestsOfAStreamWaitInTheTransport) {
  grpc::ClientContext context;
  auto stream = stream_stub_->StreamReadings(&context);
  std::thread writer([&] {
    StreamReadingsRequest request;
    request.set_source(std::string(150, 's'));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(stream->Write(request));
    EXPECT_TRUE(stream->WritesDone());
  });
  streams_.WaitFor(2);  // they owe about 100 bytes, which takes half a second
  const absl::Time owed = clock_.Now();
  streams_.Answer(0);
  streams_.Answer(1);
  streams_.WaitFor(3);
  EXPECT_GE(clock_.Now() - owed, absl::Milliseconds(300));
  streams_.Answer(2);
  StreamReadingsResponse response;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(stream->Read(&response)) << i;
  writer.join();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace citylayers::runtime
