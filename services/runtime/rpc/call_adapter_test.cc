#include "services/runtime/rpc/call_adapter.h"

#include "absl/synchronization/notification.h"
#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <gtest/gtest.h>

#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "citylayers/readings/v1/reading_service.grpc.pb.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::runtime {
namespace {

using common::v1::ClockService;
using common::v1::GetClockRequest;
using common::v1::GetClockResponse;
using common::v1::SetClockRequest;
using common::v1::SetClockResponse;
using common::v1::WatchClockRequest;
using common::v1::WatchClockResponse;
using readings::v1::ReadingService;
using readings::v1::StreamReadingsRequest;
using readings::v1::StreamReadingsResponse;
using ::testing::HasSubstr;

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
    mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20));
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

/// A stream whose requests wait, at most two at once, until a test answers them.
class StreamService final : public ReadingService::CallbackService {
 public:
  using Done = std::function<void(absl::StatusOr<StreamReadingsResponse>)>;
  using Base = BidiHandler<StreamReadingsRequest, StreamReadingsResponse>;
  static constexpr int kWaitingMax = 2;

  explicit StreamService(CallAdapter& calls) : calls_(calls) {}
  grpc::ServerBidiReactor<StreamReadingsRequest, StreamReadingsResponse>* StreamReadings(
      grpc::CallbackServerContext* context) override {
    return calls_.Bidi<StreamReadingsRequest, StreamReadingsResponse>(
        context, "ReadingService/StreamReadings",
        [this](const Call&) -> absl::StatusOr<std::unique_ptr<Base>> {
          return std::make_unique<Handler>(this);
        });
  }
  /// Waits until `count` requests have arrived in total.
  void WaitFor(std::size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return dones_.size() >= count; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20)));
  }
  std::size_t count() {
    absl::MutexLock lock(&mutex_);
    return dones_.size();
  }
  /// Answers request `i` with its number, or with an error.
  void Answer(std::size_t i, absl::Status status = absl::OkStatus()) {
    Done done;
    {
      absl::MutexLock lock(&mutex_);
      done = dones_[i];
    }
    if (!status.ok()) return done(status);
    StreamReadingsResponse response;
    response.set_sequence(i);
    done(response);
  }

 private:
  class Handler final : public Base {
   public:
    explicit Handler(StreamService* service) : service_(service) {}
    void Handle(StreamReadingsRequest&, Done done) override {
      absl::MutexLock lock(&service_->mutex_);
      service_->dones_.push_back(std::move(done));
    }
    int waiting_max() const override { return kWaitingMax; }

   private:
    StreamService* service_;
  };

  CallAdapter& calls_;
  absl::Mutex mutex_;
  std::vector<Done> dones_ ABSL_GUARDED_BY(mutex_);
};

class CallAdapterTest : public ::testing::Test {
 protected:
  explicit CallAdapterTest(CallOptions options = {})
      : calls_(options, executor_, timer_, metrics_, authenticator_, &write_executor_) {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    builder.RegisterService(&streams_);
    server_ = builder.BuildAndStart();
    stub_ = ClockService::NewStub(server_->InProcessChannel({}));
    stream_stub_ = ReadingService::NewStub(server_->InProcessChannel({}));
  }
  ~CallAdapterTest() override { server_->Shutdown(); }

  grpc::Status Get(GetClockResponse* response, absl::Duration deadline = absl::Seconds(10)) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + deadline));
    return stub_->GetClock(&context, {}, response);
  }

  Metrics metrics_;
  Timer timer_;
  Executor executor_{2, 8};
  Executor write_executor_{1, 64};
  AnonymousAuthenticator authenticator_;
  CallAdapter calls_;
  TestService service_{calls_};
  StreamService streams_{calls_};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<ClockService::Stub> stub_;
  std::unique_ptr<ReadingService::Stub> stream_stub_;
};

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

TEST(BadFieldTest, ALongQuoteIsCutInItsMiddleAtWholeCharacters) {
  std::string quote = "no column \"";
  while (quote.size() < 1'000'000) quote += "é";
  const absl::Status status = BadField("columns", quote + "\"; did you mean \"level\"?");
  const std::string message(status.message());
  EXPECT_LT(message.size(), 1100u);
  EXPECT_THAT(message, HasSubstr("columns: no column \"é"));
  EXPECT_THAT(message, HasSubstr(" bytes … é"));
  EXPECT_THAT(message, HasSubstr("did you mean"));
  EXPECT_LT(std::string(*status.GetPayload("type.googleapis.com/google.rpc.BadRequest")).size(),
            1100u);
}

TEST_F(CallAdapterTest, StreamsWakeAndEnd) {
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

class StreamsThatNeverLook : public CallAdapterTest {
 protected:
  StreamsThatNeverLook() : CallAdapterTest({.stream_look = absl::Hours(1)}) {}
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

TEST_F(CallAdapterTest, WakesDoNotMultiplyTheWaits) {
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

TEST_F(CallAdapterTest, DrainEndsStreamsSoThatClientsComeBack) {
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

class OneCallAtATime : public CallAdapterTest {
 protected:
  OneCallAtATime() : CallAdapterTest({.unary_max = 1}) {}
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

// --- Calls that write

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

class OneWriteAtATime : public CallAdapterTest {
 protected:
  OneWriteAtATime() : CallAdapterTest({.writes_max = 1}) {}
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

// --- Streams of requests

TEST_F(CallAdapterTest, AnswersComeInTheOrderOfTheirRequests) {
  grpc::ClientContext context;
  auto stream = stream_stub_->StreamReadings(&context);
  // In-process channels hold no messages: a write ends when the server reads.
  std::thread writer([&] {
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(stream->Write({}));
    EXPECT_TRUE(stream->WritesDone());
  });
  streams_.WaitFor(2);
  EXPECT_EQ(streams_.count(), 2u) << "no more are read while two wait";
  StreamReadingsResponse response;
  for (const std::size_t first : {0, 2}) {
    streams_.WaitFor(first + 2);
    streams_.Answer(first + 1);
    streams_.Answer(first);
    for (const std::size_t i : {first, first + 1}) {
      EXPECT_TRUE(stream->Read(&response));
      EXPECT_EQ(response.sequence(), i);
    }
  }
  writer.join();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(CallAdapterTest, AnErrorEndsAStreamAfterTheAnswersBeforeIt) {
  grpc::ClientContext context;
  auto stream = stream_stub_->StreamReadings(&context);
  std::thread writer([&] {
    while (stream->Write({})) {
    }
  });
  streams_.WaitFor(2);
  streams_.Answer(1, absl::UnavailableError("the disk is full"));
  streams_.Answer(0);
  StreamReadingsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.sequence(), 0u);
  // A request that was read meanwhile is handled, but its answer is dropped.
  streams_.WaitFor(3);
  streams_.Answer(2);
  while (stream->Read(&response)) ADD_FAILURE() << response.sequence();
  writer.join();
  EXPECT_EQ(stream->Finish().error_message(), "the disk is full");
}

TEST_F(CallAdapterTest, AnswersThatComeAfterTheCallerHasGoneAreDropped) {
  grpc::ClientContext context;
  auto stream = stream_stub_->StreamReadings(&context);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(stream->Write({}));
  streams_.WaitFor(2);
  context.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  streams_.Answer(1);
  streams_.Answer(0);
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
class UnreadAnswers : public CallAdapterTest {
 protected:
  explicit UnreadAnswers(WriteWatch::Options writes = {.timeout = absl::Milliseconds(100),
                                                       .sweep_every = absl::Milliseconds(10),
                                                       .streams = Share()})
      : CallAdapterTest({.writes = writes}), share_(writes.streams) {
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
  for (int i = 0; i < 1000 && share_->used_bytes() != 0; ++i) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_EQ(share_->used_bytes(), 0u);
}

class OneWatchAtATime : public CallAdapterTest {
 protected:
  OneWatchAtATime()
      : CallAdapterTest({.method_limits = *ParseMethodLimits("ClockService/WatchClock=1")}) {}
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

TEST(MethodLimits, AreReadOrRefused) {
  EXPECT_TRUE(ParseMethodLimits("")->empty());
  const auto limits = ParseMethodLimits("A/B=2,C/D=30");
  ASSERT_TRUE(limits.ok());
  EXPECT_EQ(limits->at("C/D"), 30);
  for (const char* bad : {"A/B", "A=1", "A/B=0", "A/B=x", "A/B=1=2"}) {
    EXPECT_FALSE(ParseMethodLimits(bad).ok()) << bad;
  }
}

TEST(MemoryOfMessages, SmallTextsCountAsTheyAreHeld) {
  common::v1::WatchClockResponse small;
  small.mutable_clock()->set_scenario("x");
  EXPECT_EQ(MemoryOf(small), small.ByteSizeLong());
  google::rpc::Status many;
  for (int i = 0; i < 10'000; ++i) many.add_details();
  EXPECT_GT(MemoryOf(many), 10 * many.ByteSizeLong()) << "an empty message takes 2 bytes encoded";
}

TEST(CallScopeTest, ARequestThatFindsNoRoomIsRefused) {
  Metrics metrics;
  std::atomic<int> running{1};
  const auto share = std::make_shared<MemoryShare>("rpc_requests", 1000);
  {
    CallScope first({}, metrics, running, nullptr, CallKind::kUnary);
    EXPECT_TRUE(first.HoldRequest(share, 800).ok());
    CallScope second({}, metrics, running, nullptr, CallKind::kUnary);
    EXPECT_EQ(second.HoldRequest(share, 300).code(), absl::StatusCode::kResourceExhausted);
  }
  EXPECT_EQ(share->used_bytes(), 0u) << "given back when the calls end";
}

}  // namespace
}  // namespace citylayers::runtime
