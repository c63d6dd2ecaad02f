// A service with one method, whose requests a test answers.
#ifndef CITYLAYERS_TESTS_SUPPORT_HELD_STREAMS_H_
#define CITYLAYERS_TESTS_SUPPORT_HELD_STREAMS_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

#include "citylayers/readings/v1/reading_service.grpc.pb.h"
#include "services/runtime/rpc/call_adapter.h"

namespace citylayers::runtime {

using readings::v1::ReadingService;
using readings::v1::StreamReadingsRequest;
using readings::v1::StreamReadingsResponse;

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
  /// Answers each request that arrives from now on at once.
  void AnswerFurther() {
    absl::MutexLock lock(&mutex_);
    answers_further_ = true;
  }
  /// Answers request `i` with its number, or with an error.
  void Answer(std::size_t i, const absl::Status& status = absl::OkStatus()) {
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
      std::size_t i = 0;
      {
        absl::MutexLock lock(&service_->mutex_);
        i = service_->dones_.size();
        service_->dones_.push_back(std::move(done));
        if (!service_->answers_further_) return;
      }
      service_->Answer(i);
    }
    int waiting_max() const override { return kWaitingMax; }

   private:
    StreamService* service_;
  };

  CallAdapter& calls_;
  absl::Mutex mutex_;
  std::vector<Done> dones_ ABSL_GUARDED_BY(mutex_);
  bool answers_further_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_TESTS_SUPPORT_HELD_STREAMS_H_
