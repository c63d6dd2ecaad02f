// Server streams behind a call adapter: wakes, ends, and clients that do not read.
#include "services/runtime/rpc/stream_reactors.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/rpc/grpc_status.h"
#include "tests/support/call_adapter_fixture.h"
#include "tests/support/eventually.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

class StreamReactorTest : public TestCallAdapter {};

TEST_F(StreamReactorTest, StreamsWakeAndEnd) {
  grpc::ClientContext context;
  auto reader = stub_->WatchClock(&context, {});
  WatchClockResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.clock().loop_count(), 1);
  service_.opened.WaitForNotification();
  service_.allowed = 3;
  service_.waker->Wake();
  ASSERT_TRUE(reader->Read(&response));
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.clock().loop_count(), 3);
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_TRUE(reader->Finish().ok());
  service_.waker->Wake();  // after the end it does nothing
}

class StreamsThatNeverLook : public TestCallAdapter {
 protected:
  StreamsThatNeverLook() : TestCallAdapter({.stream_check_period = absl::Hours(1)}) {}
};

TEST_F(StreamsThatNeverLook, AnIdleStreamEndsWhenItsClientGoes) {
  grpc::ClientContext context;
  auto reader = stub_->WatchClock(&context, {});
  WatchClockResponse response;
  ASSERT_TRUE(reader->Read(&response));
  context.TryCancel();
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(service_.gone.WaitForNotificationWithTimeout(absl::Seconds(20)));
}

// The period of checks is an hour here, but not for callers whose key may end.
TEST_F(StreamsThatNeverLook, AStreamEndsWhenTheKeyOfItsCallerEnds) {
  authenticator_.SetCaller("phone", "layers:read");
  grpc::ClientContext context;
  auto reader = stub_->WatchClock(&context, {});
  WatchClockResponse response;
  ASSERT_TRUE(reader->Read(&response));
  authenticator_.EndKeys();
  EXPECT_FALSE(reader->Read(&response));
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_THAT(status.error_message(), HasSubstr("revoked"));
}

TEST_F(StreamReactorTest, AStreamNeedsTheScopeOfItsMethod) {
  authenticator_.SetCaller("gauge", "readings:write");
  grpc::ClientContext context;
  auto reader = stub_->WatchClock(&context, {});
  WatchClockResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(StreamReactorTest, WakesDoNotMultiplyTheWaits) {
  constexpr absl::Duration kWait = absl::Milliseconds(50);
  service_.wait = kWait;
  grpc::ClientContext context;
  auto reader = stub_->WatchClock(&context, {});
  service_.opened.WaitForNotification();
  for (std::size_t i = 1; i <= 40; ++i) {
    service_.steps.WaitFor(i);
    service_.waker->Wake();
  }
  const std::size_t woken = service_.steps.WaitFor(41).size();
  const std::vector<absl::Time> times = service_.steps.WaitFor(woken + 10);
  ASSERT_GE(times.size(), woken + 10);
  // From the last wake on, the stream steps once per wait, however often it was woken before. The
  // first two steps may still belong to the last wakes.
  for (std::size_t i = woken + 2; i < times.size(); ++i) {
    EXPECT_GE(times[i] - times[i - 1], kWait) << "step " << i;
  }
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(StreamReactorTest, DrainEndsStreamsSoThatClientsComeBack) {
  grpc::ClientContext context;
  auto reader = stub_->WatchClock(&context, {});
  WatchClockResponse response;
  ASSERT_TRUE(reader->Read(&response));
  service_.opened.WaitForNotification();
  calls_.Drain();
  service_.waker->Wake();
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

/// Messages of 100 kB without end.
class Flooding final : public StreamSource<WatchClockResponse> {
 public:
  explicit Flooding(absl::Notification* gone) : gone_(gone) {}
  ~Flooding() override { gone_->Notify(); }
  absl::StatusOr<StreamStep> Next(WatchClockResponse* response) override {
    response->mutable_clock()->set_scenario(std::string(100'000, 'x'));
    return StreamStep::Message();
  }

 private:
  absl::Notification* gone_;
};

/// Over TCP, where a client's flow control blocks the server.
class UnreadAnswers : public TestCallAdapter {
 protected:
  explicit UnreadAnswers(const WriteWatch::Options& writes = {.timeout = absl::Milliseconds(100),
                                                              .sweep_every = absl::Milliseconds(10),
                                                              .streams = Share()})
      : TestCallAdapter({.writes = writes}), share_(writes.streams) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&tcp_service_);
    tcp_server_ = builder.BuildAndStart();
    tcp_stub_ = ClockService::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                                          grpc::InsecureChannelCredentials()));
    tcp_service_.make_source = [this] { return std::make_unique<Flooding>(&tcp_service_.gone); };
  }
  ~UnreadAnswers() override { tcp_server_->Shutdown(); }
  static std::shared_ptr<MemoryShare> Share() {
    return std::make_shared<MemoryShare>("streams", 1'000'000);
  }

  const std::shared_ptr<MemoryShare> share_;
  TestService tcp_service_{calls_};
  std::unique_ptr<grpc::Server> tcp_server_;
  std::unique_ptr<ClockService::Stub> tcp_stub_;
};

TEST_F(UnreadAnswers, AStreamThatItsClientDoesNotReadEnds) {
  grpc::ClientContext context;
  auto reader = tcp_stub_->WatchClock(&context, {});
  EXPECT_TRUE(tcp_service_.gone.WaitForNotificationWithTimeout(absl::Seconds(20)));
  EXPECT_EQ(share_->used_bytes(), 0u);
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("citylayers_rpc_unread_total 1"));
  WatchClockResponse response;
  while (reader->Read(&response)) {
  }
  EXPECT_FALSE(reader->Finish().ok());
}

TEST_F(UnreadAnswers, AStreamThatIsReadGoesOn) {
  grpc::ClientContext context;
  auto reader = tcp_stub_->WatchClock(&context, {});
  const absl::Time end = absl::Now() + absl::Milliseconds(500);
  WatchClockResponse response;
  while (absl::Now() < end) {
    ASSERT_TRUE(reader->Read(&response));
    EXPECT_EQ(response.clock().scenario().size(), 100'000u);
  }
  EXPECT_FALSE(tcp_service_.gone.HasBeenNotified());
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(UnreadAnswers, AUnaryAnswerThatFindsNoRoomIsRefused) {
  tcp_service_.get_clock = [](const Call&) {
    GetClockResponse response;
    response.mutable_clock()->set_scenario(std::string(100'000, 'x'));
    return response;
  };
  ASSERT_TRUE(share_->TryTake(950'000));
  grpc::ClientContext context;
  GetClockResponse response;
  const grpc::Status status = tcp_stub_->GetClock(&context, {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("streams"));
  EXPECT_TRUE(
      FromGrpcStatus(status).GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  share_->Give(950'000);
  grpc::ClientContext again;
  EXPECT_TRUE(tcp_stub_->GetClock(&again, {}, &response).ok());
  EXPECT_TRUE(test::Eventually([&] { return share_->used_bytes() == 0; }));
}

}  // namespace
}  // namespace citylayers::runtime
