// A call adapter behind two services whose methods are set by each test.
#ifndef CITYLAYERS_TESTS_SUPPORT_CALL_ADAPTER_FIXTURE_H_
#define CITYLAYERS_TESTS_SUPPORT_CALL_ADAPTER_FIXTURE_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include <grpcpp/grpcpp.h>

#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "citylayers/readings/v1/reading_service.grpc.pb.h"
#include "services/runtime/executor.h"
#include "services/runtime/metrics.h"
#include "services/runtime/rpc/call_adapter.h"
#include "services/runtime/timer.h"
#include "tests/support/held_streams.h"
#include "tests/support/set_authenticator.h"

namespace citylayers::runtime {

using common::v1::ClockService;
using common::v1::GetClockRequest;
using common::v1::GetClockResponse;
using common::v1::SetClockRequest;
using common::v1::SetClockResponse;
using common::v1::WatchClockRequest;
using common::v1::WatchClockResponse;

/// Gives the numbers 1, 2, 3 as loop counts, waiting for a wake before each but the first.
class Counting final : public StreamSource<WatchClockResponse> {
 public:
  Counting(std::atomic<int>* allowed, absl::Notification* gone) : allowed_(allowed), gone_(gone) {}
  ~Counting() override { gone_->Notify(); }
  absl::StatusOr<StreamStep> Next(WatchClockResponse* response) override {
    if (sent_ == 3) return StreamStep::End();
    if (sent_ >= allowed_->load()) return StreamStep::Wait(absl::Hours(1));
    response->mutable_clock()->set_loop_count(++sent_);
    return StreamStep::Message();
  }

 private:
  std::atomic<int>* allowed_;
  absl::Notification* gone_;
  int sent_ = 0;
};

/// Times at which a source was asked for its next message. Thread-safe.
class Steps {
 public:
  void Add() {
    absl::MutexLock lock(&mutex_);
    times_.push_back(absl::Now());
  }
  /// Blocks until there are `count` times.
  std::vector<absl::Time> WaitFor(std::size_t count) const {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return times_.size() >= count; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20)))
        << times_.size() << " steps, not " << count;
    return times_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<absl::Time> times_ ABSL_GUARDED_BY(mutex_);
};

/// Never has a message: always returns the same wait.
class Waiting final : public StreamSource<WatchClockResponse> {
 public:
  Waiting(absl::Duration wait, Steps* steps) : wait_(wait), steps_(steps) {}
  absl::StatusOr<StreamStep> Next(WatchClockResponse*) override {
    steps_->Add();
    return StreamStep::Wait(wait_);
  }

 private:
  const absl::Duration wait_;
  Steps* steps_;
};

/// A service whose methods are set by each test.
class TestService final : public ClockService::CallbackService {
 public:
  explicit TestService(CallAdapter& calls) : calls_(calls) {}
  grpc::ServerUnaryReactor* GetClock(grpc::CallbackServerContext* context,
                                     const GetClockRequest* request,
                                     GetClockResponse* response) override {
    return calls_.Unary(
        context, "ClockService/GetClock", request, response,
        [this](const Call& call, const GetClockRequest&) { return get_clock(call); });
  }
  grpc::ServerWriteReactor<WatchClockResponse>* WatchClock(
      grpc::CallbackServerContext* context, const WatchClockRequest* request) override {
    return calls_.ServerStream<WatchClockRequest, WatchClockResponse>(
        context, "ClockService/WatchClock", request,
        [this](const Call&, const WatchClockRequest&)
            -> absl::StatusOr<std::unique_ptr<StreamSource<WatchClockResponse>>> {
          std::unique_ptr<StreamSource<WatchClockResponse>> source;
          if (make_source) {
            source = make_source();
          } else if (wait > absl::ZeroDuration()) {
            source = std::make_unique<Waiting>(wait, &steps);
          } else {
            source = std::make_unique<Counting>(&allowed, &gone);
          }
          waker = source->waker();
          opened.Notify();
          return source;
        });
  }

  grpc::ServerUnaryReactor* SetClock(grpc::CallbackServerContext* context,
                                     const SetClockRequest* request,
                                     SetClockResponse* response) override {
    return calls_.UnaryAsync(context, "ClockService/SetClock", request, response,
                             [this](const Call&, const SetClockRequest& r,
                                    const Done<SetClockResponse>& done) { set_clock(r, done); });
  }

  template <typename Response>
  using Done = std::function<void(absl::StatusOr<Response>)>;

  std::function<void(const SetClockRequest&, Done<SetClockResponse>)> set_clock;
  std::function<absl::StatusOr<GetClockResponse>(const Call&)> get_clock;
  std::atomic<int> allowed{1};
  std::function<std::unique_ptr<StreamSource<WatchClockResponse>>()> make_source;  // may be empty
  absl::Duration wait;  // not zero: streams only wait, this long each time
  Steps steps;
  std::shared_ptr<Waker> waker;
  absl::Notification opened, gone;

 private:
  CallAdapter& calls_;
};

/// A server of this process with both services behind one CallAdapter.
class TestCallAdapter : public ::testing::Test {
 protected:
  explicit TestCallAdapter(CallOptions options = {})
      : calls_(std::move(options), executor_, timer_, metrics_, authenticator_, &write_executor_) {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    builder.RegisterService(&streams_);
    server_ = builder.BuildAndStart();
    stub_ = ClockService::NewStub(server_->InProcessChannel({}));
    stream_stub_ = ReadingService::NewStub(server_->InProcessChannel({}));
  }
  ~TestCallAdapter() override { server_->Shutdown(); }

  grpc::Status Get(GetClockResponse* response, absl::Duration deadline = absl::Seconds(10)) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + deadline));
    return stub_->GetClock(&context, {}, response);
  }

  Metrics metrics_;
  Timer timer_;
  Executor executor_{2, 8};
  Executor write_executor_{1, 64};
  SetAuthenticator authenticator_;
  CallAdapter calls_;
  TestService service_{calls_};
  StreamService streams_{calls_};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<ClockService::Stub> stub_;
  std::unique_ptr<ReadingService::Stub> stream_stub_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_TESTS_SUPPORT_CALL_ADAPTER_FIXTURE_H_
