// Tests of calls with a server in this process, and a Stop that counts pauses instead of sleeping.
#include "citylayers/client/call.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "citylayers/client/channel.h"
#include "citylayers/common/v1/clock_service.grpc.pb.h"

namespace citylayers::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kGetClock = &common::v1::ClockService::Stub::GetClock;

// Does not sleep: records the pauses.
class CountingStop final : public Stop {
 public:
  bool stopped() override { return stopped_; }
  bool Sleep(absl::Duration duration) override {
    pauses.push_back(duration);
    return !stopped_;
  }
  void OnStop(std::function<void()> /*on_stop*/) override {}
  void Request() { stopped_ = true; }

  std::vector<absl::Duration> pauses;

 private:
  bool stopped_ = false;
};

// Fails as often as `failures` has elements, then answers.
class FakeClock final : public common::v1::ClockService::Service {
 public:
  grpc::Status GetClock(grpc::ServerContext* context, const common::v1::GetClockRequest*,
                        common::v1::GetClockResponse* response) override {
    absl::MutexLock lock(&mutex);
    ++calls;
    if (hang) {
      called.Notify();
      while (!context->IsCancelled()) mutex.AwaitWithTimeout(absl::Condition(&never), kPoll);
      return grpc::Status::CANCELLED;
    }
    response->mutable_clock()->set_scenario("answer");
    if (failures.empty()) return grpc::Status::OK;
    const grpc::Status failure = failures.front();
    failures.erase(failures.begin());
    return failure;
  }

  static constexpr absl::Duration kPoll = absl::Milliseconds(5);
  absl::Mutex mutex;
  std::vector<grpc::Status> failures;
  int calls = 0;
  bool hang = false;
  const bool never = false;
  absl::Notification called;
};

grpc::Status Overloaded(std::int64_t delay_s) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(delay_s);
  google::rpc::Status status;
  status.add_details()->PackFrom(retry);
  return {grpc::StatusCode::RESOURCE_EXHAUSTED, "overloaded", status.SerializeAsString()};
}

class CallTest : public testing::Test {
 protected:
  CallTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&clock_);
    server_ = builder.BuildAndStart();
    stub_ = common::v1::ClockService::NewStub(MakeChannel("127.0.0.1:" + std::to_string(port)));
  }

  FakeClock clock_;
  CountingStop stop_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<common::v1::ClockService::Stub> stub_;
};

TEST_F(CallTest, ReturnsTheResponse) {
  const auto response = Call(kGetClock, *stub_, {});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->clock().scenario(), "answer");
}

TEST_F(CallTest, WithoutRetriesReturnsTheFirstError) {
  clock_.failures = {{grpc::StatusCode::UNAVAILABLE, "restarting"}};
  EXPECT_EQ(Call(kGetClock, *stub_, {}, {.stop = &stop_}).status(),
            absl::UnavailableError("restarting"));
  EXPECT_EQ(clock_.calls, 1);
  EXPECT_THAT(stop_.pauses, IsEmpty());
}

TEST_F(CallTest, RepeatsAfterTransientErrorsWithLongerPauses) {
  clock_.failures = {{grpc::StatusCode::UNAVAILABLE, "restarting"},
                     {grpc::StatusCode::UNAVAILABLE, "restarting"},
                     Overloaded(7),
                     {grpc::StatusCode::UNAVAILABLE, "restarting"}};
  const CallOptions options = {
      .tries_max = 5, .pause_min = absl::Seconds(1), .pause_max = absl::Seconds(3), .stop = &stop_};
  ASSERT_TRUE(Call(kGetClock, *stub_, {}, options).ok());
  EXPECT_EQ(clock_.calls, 5);
  // The third one is the server's.
  EXPECT_THAT(stop_.pauses,
              ElementsAre(absl::Seconds(1), absl::Seconds(2), absl::Seconds(7), absl::Seconds(3)));
}

TEST_F(CallTest, ReturnsTheLastErrorAfterTheLastTry) {
  clock_.failures = {{grpc::StatusCode::UNAVAILABLE, "first"},
                     {grpc::StatusCode::UNAVAILABLE, "second"},
                     {grpc::StatusCode::UNAVAILABLE, "third"}};
  EXPECT_EQ(Call(kGetClock, *stub_, {}, {.tries_max = 2, .stop = &stop_}).status(),
            absl::UnavailableError("second"));
  EXPECT_EQ(clock_.calls, 2);
}

TEST_F(CallTest, DoesNotRepeatAfterOtherErrors) {
  clock_.failures = {{grpc::StatusCode::INVALID_ARGUMENT, "wrong"}};
  EXPECT_EQ(Call(kGetClock, *stub_, {}, {.tries_max = 5, .stop = &stop_}).status(),
            absl::InvalidArgumentError("wrong"));
  EXPECT_EQ(clock_.calls, 1);
}

TEST_F(CallTest, AStopDuringAPauseEndsTheCall) {
  clock_.failures = {{grpc::StatusCode::UNAVAILABLE, "restarting"}};
  stop_.Request();
  EXPECT_TRUE(
      absl::IsCancelled(Call(kGetClock, *stub_, {}, {.tries_max = 5, .stop = &stop_}).status()));
  EXPECT_EQ(clock_.calls, 1);
}

TEST_F(CallTest, ADeadlineEndsACallWithoutAnswer) {
  clock_.hang = true;
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      Call(kGetClock, *stub_, {}, {.timeout = absl::Milliseconds(50)}).status()));
}

TEST_F(CallTest, AStopEndsACallWithoutAnswer) {
  clock_.hang = true;
  ManualStop stop;
  std::thread stopping([&] {
    clock_.called.WaitForNotification();
    stop.Request();
  });
  EXPECT_TRUE(absl::IsCancelled(
      Call(kGetClock, *stub_, {}, {.timeout = absl::Minutes(5), .stop = &stop}).status()));
  stopping.join();
}

TEST_F(CallTest, AServerThatIsNotThereIsUnavailable) {
  server_->Shutdown();
  EXPECT_TRUE(absl::IsUnavailable(Call(kGetClock, *stub_, {}).status()));
}

}  // namespace
}  // namespace citylayers::client
