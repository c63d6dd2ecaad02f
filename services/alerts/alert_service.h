// citylayers.alerts.v1.AlertService: a thin adapter over AlertManager and AlertBook.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERT_SERVICE_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERT_SERVICE_H_

#include <cstddef>

#include "citylayers/alerts/v1/alert_service.grpc.pb.h"
#include "services/alerts/alert_manager.h"
#include "services/alerts/cut_offs.h"
#include "services/runtime/city_clock.h"
#include "services/runtime/rpc/call_adapter.h"

namespace citylayers::alerts {

/// The present city time and wall time, and whether this is an exercise.
EvaluationTime EvaluationTimeOf(const runtime::CityClock& clock);

struct AlertServiceLimits {
  int page_size_default = 50;
  int page_size_max = 1000;
  int caps_default =
      100;  ///< Maximum number of CAP messages in a list when the request does not set one.
  int caps_max = 1000;
  int watch_snapshot_max = 1000;
  std::size_t verify_events_max = 10'000;  ///< Events that one VerifyAuditTrail checks.
};

/// Manager, clock, adapter and counters must outlive the service. Thread-safe.
class AlertServiceImpl final : public v1::AlertService::CallbackService {
 public:
  AlertServiceImpl(AlertManager& manager, const runtime::CityClock& city_clock,
                   runtime::CallAdapter& calls, CutOffs& cut_offs, AlertServiceLimits limits = {})
      : manager_(manager),
        city_clock_(city_clock),
        calls_(calls),
        cut_offs_(cut_offs),
        limits_(limits) {}

  grpc::ServerUnaryReactor* ListAlerts(grpc::CallbackServerContext* context,
                                       const v1::ListAlertsRequest* request,
                                       v1::ListAlertsResponse* response) override;
  grpc::ServerUnaryReactor* GetAlert(grpc::CallbackServerContext* context,
                                     const v1::GetAlertRequest* request,
                                     v1::GetAlertResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchAlertsResponse>* WatchAlerts(
      grpc::CallbackServerContext* context, const v1::WatchAlertsRequest* request) override;
  grpc::ServerUnaryReactor* AcknowledgeAlert(grpc::CallbackServerContext* context,
                                             const v1::AcknowledgeAlertRequest* request,
                                             v1::AcknowledgeAlertResponse* response) override;
  grpc::ServerUnaryReactor* ResolveAlert(grpc::CallbackServerContext* context,
                                         const v1::ResolveAlertRequest* request,
                                         v1::ResolveAlertResponse* response) override;
  grpc::ServerUnaryReactor* ListAlertEvents(grpc::CallbackServerContext* context,
                                            const v1::ListAlertEventsRequest* request,
                                            v1::ListAlertEventsResponse* response) override;
  grpc::ServerUnaryReactor* VerifyAuditTrail(grpc::CallbackServerContext* context,
                                             const v1::VerifyAuditTrailRequest* request,
                                             v1::VerifyAuditTrailResponse* response) override;
  grpc::ServerUnaryReactor* GetCap(grpc::CallbackServerContext* context,
                                   const v1::GetCapRequest* request,
                                   v1::GetCapResponse* response) override;
  grpc::ServerUnaryReactor* ListCapMessages(grpc::CallbackServerContext* context,
                                            const v1::ListCapMessagesRequest* request,
                                            v1::ListCapMessagesResponse* response) override;

 private:
  absl::StatusOr<v1::ListAlertsResponse> List(const runtime::Call& call,
                                              const v1::ListAlertsRequest& request) const;
  absl::StatusOr<v1::VerifyAuditTrailResponse> Verify(
      const v1::VerifyAuditTrailRequest& request) const;

  AlertManager& manager_;
  const runtime::CityClock& city_clock_;
  runtime::CallAdapter& calls_;
  CutOffs& cut_offs_;
  const AlertServiceLimits limits_;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERT_SERVICE_H_
