// Tests of streams with a server in this process that plays a script:
//
//   "1 2 x"   two messages, then the stream breaks (UNAVAILABLE)
//   "3 ."     one message, then the stream ends
#include "citylayers/client/follow.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "citylayers/client/channel.h"
#include "citylayers/common/v1/clock_service.grpc.pb.h"

namespace citylayers::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Each call plays the next script.
class ScriptedClock final : public common::v1::ClockService::Service {
 public:
  grpc::Status WatchClock(grpc::ServerContext* context, const common::v1::WatchClockRequest*,
                          grpc::ServerWriter<common::v1::WatchClockResponse>* writer) override {
    absl::MutexLock lock(&mutex);
    if (calls == scripts.size()) return {grpc::StatusCode::INTERNAL, "no more scripts"};
    for (const std::string& word :
         std::vector<std::string>(absl::StrSplit(scripts[calls++], ' '))) {
      if (word == "x") return {grpc::StatusCode::UNAVAILABLE, "broken"};
      if (word == "c") return {grpc::StatusCode::CANCELLED, "shutting down"};
      if (word == "!") return {grpc::StatusCode::NOT_FOUND, "gone"};
      if (word == "...") {
        while (!context->IsCancelled()) mutex.AwaitWithTimeout(absl::Condition(&never), kPoll);
      }
      common::v1::WatchClockResponse response;
      response.mutable_clock()->set_scenario(word);
      if (word != ".") writer->Write(response);
    }
    return grpc::Status::OK;
  }

  static constexpr absl::Duration kPoll = absl::Milliseconds(5);
  absl::Mutex mutex;
  std::vector<std::string> scripts;
  std::size_t calls = 0;
  const bool never = false;
};

// Does not sleep: records the pauses, and stops at the last allowed one.
class CountingStop final : public Stop {
 public:
  bool stopped() override { return false; }
  bool Sleep(absl::Duration duration) override {
    pauses.push_back(duration);
    return pauses.size() < pauses_max;
  }
  void OnStop(std::function<void()> /*on_stop*/) override {}

  std::size_t pauses_max = 100;
  std::vector<absl::Duration> pauses;
};

class FollowTest : public testing::Test {
 protected:
  FollowTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&clock_);
    server_ = builder.BuildAndStart();
    stub_ = common::v1::ClockService::NewStub(MakeChannel("127.0.0.1:" + std::to_string(port)));
  }

  // Follows the scripts, at most to the message `last`.
  absl::Status FollowScripts(std::vector<std::string> scripts, Stop& stop,
                             const std::string& last = "") {
    clock_.scripts = std::move(scripts);
    return Follow(
        stop, [this](grpc::ClientContext& context) { return stub_->WatchClock(&context, {}); },
        [&](const common::v1::WatchClockResponse& response) {
          events_.push_back(response.clock().scenario());
          return response.clock().scenario() != last;
        },
        {.pause_min = absl::Seconds(1),
         .pause_max = absl::Seconds(2),
         .on_change = [this](const absl::Status& status) {
           events_.push_back(status.ok() ? "back" : "lost");
         }});
  }

  ScriptedClock clock_;
  CountingStop stop_;
  std::vector<std::string> events_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<common::v1::ClockService::Stub> stub_;
};

TEST_F(FollowTest, ReadsAStreamToItsEnd) {
  EXPECT_TRUE(FollowScripts({"1 2 3 ."}, stop_).ok());
  EXPECT_THAT(events_, ElementsAre("1", "2", "3"));
}

TEST_F(FollowTest, OpensABrokenStreamAgain) {
  EXPECT_TRUE(FollowScripts({"1 2 x", "3 c", "4 ."}, stop_).ok());
  EXPECT_THAT(events_, ElementsAre("1", "2", "lost", "back", "3", "lost", "back", "4"));
  EXPECT_THAT(stop_.pauses, ElementsAre(absl::Seconds(1), absl::Seconds(1)));
}

TEST_F(FollowTest, PausesGetLongerWhileNothingArrives) {
  EXPECT_TRUE(FollowScripts({"1 x", "x", "x", "2 x", "3 ."}, stop_).ok());
  EXPECT_THAT(events_, ElementsAre("1", "lost", "back", "2", "lost", "back", "3"));
  EXPECT_THAT(stop_.pauses,
              ElementsAre(absl::Seconds(1), absl::Seconds(2), absl::Seconds(2), absl::Seconds(1)));
}

TEST_F(FollowTest, AnErrorBeforeTheFirstMessageIsReturned) {
  EXPECT_EQ(FollowScripts({"x", "1 ."}, stop_), absl::UnavailableError("broken"));
  EXPECT_THAT(events_, IsEmpty());
  EXPECT_THAT(stop_.pauses, IsEmpty());
}

TEST_F(FollowTest, AnErrorThatIsNotTransientIsReturned) {
  EXPECT_EQ(FollowScripts({"1 !", "2 ."}, stop_), absl::NotFoundError("gone"));
  EXPECT_THAT(events_, ElementsAre("1"));
}

TEST_F(FollowTest, EndsWhenTheCallerHasEnough) {
  EXPECT_TRUE(FollowScripts({"1 2 ... 3"}, stop_, /*last=*/"2").ok());
  EXPECT_THAT(events_, ElementsAre("1", "2"));
}

TEST_F(FollowTest, AStopDuringAPauseEndsIt) {
  stop_.pauses_max = 1;
  EXPECT_TRUE(FollowScripts({"1 x", "2 ."}, stop_).ok());
  EXPECT_THAT(events_, ElementsAre("1", "lost"));
}

TEST_F(FollowTest, AStopEndsAnOpenStream) {
  ManualStop stop;
  clock_.scripts = {"1 ..."};
  const absl::Status status = Follow(
      stop, [this](grpc::ClientContext& context) { return stub_->WatchClock(&context, {}); },
      [&](const common::v1::WatchClockResponse&) {
        stop.Request();
        return true;
      });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(clock_.calls, 1U);
}

}  // namespace
}  // namespace citylayers::client
