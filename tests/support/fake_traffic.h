// A fake TrafficService for tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_TRAFFIC_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_TRAFFIC_H_

#include <atomic>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <grpcpp/grpcpp.h>

#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"

namespace citylayers::gateway {

/// A city with one jam. Thread-safe.
class FakeTraffic final : public traffic::v1::TrafficService::CallbackService {
 public:
  grpc::ServerUnaryReactor* ListJams(grpc::CallbackServerContext*,
                                     const traffic::v1::ListJamsRequest*,
                                     traffic::v1::ListJamsResponse*) override;
  /// The jam's id; with "" ListJams fails with UNAVAILABLE.
  void SetJam(std::string id);
  int calls() const { return calls_.load(); }

 private:
  absl::Mutex mutex_;
  std::string jam_ ABSL_GUARDED_BY(mutex_) = "one";
  std::atomic<int> calls_{0};
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_TESTS_SUPPORT_FAKE_TRAFFIC_H_
