// Fake flood and traffic services whose streams a test feeds.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_CITY_SERVICES_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_CITY_SERVICES_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <grpcpp/grpcpp.h>

#include "citylayers/common/v1/road_class.pb.h"
#include "citylayers/flood/v1/flood_service.grpc.pb.h"
#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"

namespace citylayers::alerts {

/// The server's side of a streaming method, one client at a time: sends what the test gives, in
/// order, to the present client or to the next one. Thread-safe.
template <typename Response>
class FakeStream {
 public:
  void Send(Response message) {
    absl::MutexLock lock(&mutex_);
    messages_.push_back(std::move(message));
  }
  /// Ends the present call.
  void End(grpc::Status status) {
    absl::MutexLock lock(&mutex_);
    end_ = std::move(status);
  }
  void Stop() {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  /// Number of calls so far.
  int opened() const {
    absl::MutexLock lock(&mutex_);
    return opened_;
  }

  grpc::Status Serve(grpc::ServerContext* context, grpc::ServerWriter<Response>* writer) {
    absl::MutexLock lock(&mutex_);
    ++opened_;
    const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return stopping_ || end_.has_value() || !messages_.empty();
    };
    while (true) {
      // The synchronous API reports a client that has left only when it is asked.
      while (!mutex_.AwaitWithTimeout(absl::Condition(&has_work), absl::Milliseconds(10))) {
        if (context->IsCancelled()) return grpc::Status::CANCELLED;
      }
      if (stopping_) return grpc::Status::CANCELLED;
      if (messages_.empty()) return *std::exchange(end_, std::nullopt);
      if (!writer->Write(messages_.front())) return grpc::Status::CANCELLED;
      messages_.pop_front();
    }
  }

 private:
  mutable absl::Mutex mutex_;
  std::deque<Response> messages_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int opened_ ABSL_GUARDED_BY(mutex_) = 0;
};

class FakeFlood final : public flood::v1::FloodService::Service {
 public:
  grpc::Status WatchStages(grpc::ServerContext* context, const flood::v1::WatchStagesRequest*,
                           grpc::ServerWriter<flood::v1::WatchStagesResponse>* writer) override {
    return stages.Serve(context, writer);
  }
  grpc::Status WatchFloodedStreets(
      grpc::ServerContext* context, const flood::v1::WatchFloodedStreetsRequest* request,
      grpc::ServerWriter<flood::v1::WatchFloodedStreetsResponse>* writer) override {
    {
      absl::MutexLock lock(&mutex_);
      road_classes_.push_back(request->min_road_class());
    }
    return streets.Serve(context, writer);
  }
  /// min_road_class of each call of WatchFloodedStreets.
  std::vector<common::v1::RoadClass> road_classes() const {
    absl::MutexLock lock(&mutex_);
    return road_classes_;
  }

  FakeStream<flood::v1::WatchStagesResponse> stages;
  FakeStream<flood::v1::WatchFloodedStreetsResponse> streets;

 private:
  mutable absl::Mutex mutex_;
  std::vector<common::v1::RoadClass> road_classes_ ABSL_GUARDED_BY(mutex_);
};

class FakeTraffic final : public traffic::v1::TrafficService::Service {
 public:
  grpc::Status WatchJams(grpc::ServerContext* context, const traffic::v1::WatchJamsRequest*,
                         grpc::ServerWriter<traffic::v1::WatchJamsResponse>* writer) override {
    return jams.Serve(context, writer);
  }

  FakeStream<traffic::v1::WatchJamsResponse> jams;
};

// Both services in a server of this process.
class FakeCityServices {
 public:
  FakeCityServices() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&flood);
    builder.RegisterService(&traffic);
    server_ = builder.BuildAndStart();
  }
  ~FakeCityServices() { Stop(); }

  std::shared_ptr<grpc::Channel> channel() { return server_->InProcessChannel({}); }
  void Stop() {
    flood.stages.Stop();
    flood.streets.Stop();
    traffic.jams.Stop();
    server_->Shutdown();
  }

  FakeFlood flood;
  FakeTraffic traffic;

 private:
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_TESTS_SUPPORT_FAKE_CITY_SERVICES_H_
