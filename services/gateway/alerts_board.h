// The active alerts, for all pages. Private to the live handler.
#ifndef CITYLAYERS_SERVICES_GATEWAY_ALERTS_BOARD_H_
#define CITYLAYERS_SERVICES_GATEWAY_ALERTS_BOARD_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <grpcpp/channel.h>

#include "citylayers/alerts/v1/alert_service.grpc.pb.h"
#include "services/access/scope.h"
#include "services/gateway/live_board.h"
#include "services/gateway/stream_board.h"

namespace citylayers::gateway {

/// Filter of the alerts that a viewer receives by default.
inline constexpr std::string_view kActiveAlerts = "state != RESOLVED";

/// Follows the alerts that match kActiveAlerts by WatchAlerts. Events: its messages as JSON.
class AlertsBoard final : public StreamBoard<LiveBoard, alerts::v1::WatchAlertsResponse> {
 public:
  /// For viewers with `audience`: events have only the fields that it permits to see. `timer` must
  /// outlive it.
  AlertsBoard(StreamBoardOptions options, absl::Duration linger, runtime::Timer& timer,
              const std::shared_ptr<grpc::Channel>& channel, access::ScopeSet audience);

 private:
  using Response = alerts::v1::WatchAlertsResponse;

  void Open(grpc::ClientContext* context, StreamReader<Response>* reader) override;
  void OnMessage(const Response& response) override;
  std::string MakeSnapshot() const override;

  const std::unique_ptr<alerts::v1::AlertService::Stub> stub_;
  const access::ScopeSet audience_;
  alerts::v1::WatchAlertsRequest request_;
  mutable absl::Mutex alerts_mutex_;  // taken after the board's, never before
  std::map<std::string, std::string> alerts_ ABSL_GUARDED_BY(alerts_mutex_);  // JSON by name
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_ALERTS_BOARD_H_
