// A fake TrafficService for tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_TRAFFIC_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_TRAFFIC_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <grpcpp/grpcpp.h>

#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"
#include "tests/support/fake_watch.h"

namespace citylayers::gateway {

/// A city with one jam, unless the test sends others to `jams`. Thread-safe.
class FakeTraffic final : public traffic::v1::TrafficService::CallbackService {
 public:
  grpc::ServerWriteReactor<traffic::v1::WatchJamsResponse>* WatchJams(
      grpc::CallbackServerContext*, const traffic::v1::WatchJamsRequest*) override;
  /// Replaces the jam; with "" WatchJams ends and fails with UNAVAILABLE. Each call has newer data.
  void SetJam(std::string id);

  FakeWatch<traffic::v1::WatchJamsResponse> jams;

 private:
  traffic::v1::WatchJamsResponse Snapshot() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  std::string jam_ ABSL_GUARDED_BY(mutex_) = "one";
  std::int64_t time_s_ ABSL_GUARDED_BY(mutex_) = 1'700'000'000;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_TESTS_SUPPORT_FAKE_TRAFFIC_H_
