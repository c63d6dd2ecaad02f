// A fake AlertService for tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_ALERTS_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_ALERTS_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <grpcpp/grpcpp.h>

#include "citylayers/alerts/v1/alert_service.grpc.pb.h"
#include "tests/support/fake_watch.h"

namespace citylayers::gateway {

/// CAP messages that never change, and alerts that the test sends. WatchAlerts refuses the filter
/// "nonsense", and begins with the snapshot of one alert "alerts/1?<filter>".
class FakeAlerts final : public alerts::v1::AlertService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetAlert(grpc::CallbackServerContext*,
                                     const alerts::v1::GetAlertRequest*,
                                     alerts::v1::GetAlertResponse*) override;
  grpc::ServerUnaryReactor* AcknowledgeAlert(grpc::CallbackServerContext*,
                                             const alerts::v1::AcknowledgeAlertRequest*,
                                             alerts::v1::AcknowledgeAlertResponse*) override;
  grpc::ServerUnaryReactor* GetCap(grpc::CallbackServerContext*, const alerts::v1::GetCapRequest*,
                                   alerts::v1::GetCapResponse*) override;
  grpc::ServerUnaryReactor* ListCapMessages(grpc::CallbackServerContext*,
                                            const alerts::v1::ListCapMessagesRequest*,
                                            alerts::v1::ListCapMessagesResponse*) override;
  grpc::ServerWriteReactor<alerts::v1::WatchAlertsResponse>* WatchAlerts(
      grpc::CallbackServerContext*, const alerts::v1::WatchAlertsRequest*) override;

  /// Sends a change to the present watchers.
  void Send(const alerts::v1::WatchAlertsResponse& response) { watch_.Send(response); }
  /// Filters of the WatchAlerts calls so far.
  std::vector<std::string> filters() const;

 private:
  FakeWatch<alerts::v1::WatchAlertsResponse> watch_;
  mutable absl::Mutex mutex_;
  std::vector<std::string> filters_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_TESTS_SUPPORT_FAKE_ALERTS_H_
