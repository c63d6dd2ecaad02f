#include "tests/support/fake_alerts.h"

#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"
#include "tests/support/scripted_reactors.h"

namespace citylayers::gateway {
namespace {

constexpr const char* kCapXml = "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"/>";

}  // namespace

grpc::ServerUnaryReactor* FakeAlerts::GetAlert(grpc::CallbackServerContext* context,
                                               const alerts::v1::GetAlertRequest* request,
                                               alerts::v1::GetAlertResponse* response) {
  if (request->name() != "alerts/1") {
    return Finish(context,
                  runtime::ToGrpcStatus(runtime::WithReason(
                      absl::NotFoundError(StrCat("there is no ", request->name())), "NO_ALERT")));
  }
  response->mutable_alert()->set_name("alerts/1");
  response->mutable_alert()->set_place("Phú An");
  response->mutable_alert()->set_level(3);
  return Finish(context);
}

grpc::ServerUnaryReactor* FakeAlerts::AcknowledgeAlert(
    grpc::CallbackServerContext* context, const alerts::v1::AcknowledgeAlertRequest* request,
    alerts::v1::AcknowledgeAlertResponse* response) {
  response->mutable_alert()->set_acknowledged_by(request->actor());
  return Finish(context);
}

grpc::ServerUnaryReactor* FakeAlerts::GetCap(grpc::CallbackServerContext* context,
                                             const alerts::v1::GetCapRequest* request,
                                             alerts::v1::GetCapResponse* response) {
  if (request->cap_id() != "cap-1") {
    return Finish(context, grpc::Status(grpc::StatusCode::NOT_FOUND, "no such CAP message"));
  }
  response->set_xml(kCapXml);
  return Finish(context);
}

grpc::ServerUnaryReactor* FakeAlerts::ListCapMessages(
    grpc::CallbackServerContext* context, const alerts::v1::ListCapMessagesRequest*,
    alerts::v1::ListCapMessagesResponse* response) {
  alerts::v1::CapMessage& message = *response->add_messages();
  message.set_cap_id("cap-1");
  message.set_message_type(alerts::v1::CAP_MESSAGE_TYPE_ALERT);
  message.mutable_headline()->set_vi("Triều cường");
  message.mutable_headline()->set_en("Spring tide");
  message.mutable_sent_time()->set_seconds(1'700'000'000);
  return Finish(context);
}

grpc::ServerWriteReactor<alerts::v1::WatchAlertsResponse>* FakeAlerts::WatchAlerts(
    grpc::CallbackServerContext*, const alerts::v1::WatchAlertsRequest* request) {
  if (request->filter() == "nonsense") {
    return new RefusedReactor<alerts::v1::WatchAlertsResponse>(
        runtime::BadField("filter", "there is no field \"nonsense\""));
  }
  alerts::v1::WatchAlertsResponse response;
  response.set_snapshot(true);
  response.add_alerts()->set_name(StrCat("alerts/1?", request->filter()));
  {
    absl::MutexLock lock(&mutex_);
    filters_.push_back(request->filter());
  }
  return watch_.Open(response);
}

std::vector<std::string> FakeAlerts::filters() const {
  absl::MutexLock lock(&mutex_);
  return filters_;
}

}  // namespace citylayers::gateway
