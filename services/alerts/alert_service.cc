#include "services/alerts/alert_service.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"

#include "base/status_macros.h"
#include "services/alerts/alert_proto.h"
#include "services/alerts/alert_watch_source.h"
#include "services/alerts/audit_page.h"
#include "services/layers/request_fields.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/paging.h"

namespace citylayers::alerts {
namespace {

using runtime::Call;

constexpr int kDataGapsMax = 100;

// Adds the ErrorInfo reasons to errors of the manager.
absl::Status Explain(absl::Status status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return runtime::WithReason(std::move(status), runtime::kReasonBadField);
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDataLoss:
      return runtime::WithReason(std::move(status), runtime::kReasonStorageUnavailable);
    default:
      return status;
  }
}

// The audit trail names the holder of the key; only without one the caller's word counts.
const std::string& ActorOf(const Call& call, const std::string& actor) {
  return call.caller->is_anonymous() ? actor : call.caller->name;
}

absl::StatusOr<Filter> ReadFilter(const Call& call, const std::string& text) {
  const bool by_operator = call.caller->scopes.AllowsAll(access::Permission::kAlertsOperate);
  absl::StatusOr<Filter> filter = ParseAlertFilter(text, by_operator);
  if (absl::IsPermissionDenied(filter.status())) {
    return runtime::WithReason(filter.status(), runtime::kReasonScopeNeeded);
  }
  if (!filter.ok()) return runtime::WithReason(filter.status(), runtime::kReasonBadFilter);
  return filter;
}

}  // namespace

EvaluationTime EvaluationTimeOf(const runtime::CityClock& clock) {
  // Truncated to the store's resolution: an alert has the same times before and after a restart.
  const auto kept = [](absl::Time t) { return absl::FromUnixMicros(absl::ToUnixMicros(t)); };
  const common::v1::CityClock state = clock.state();
  return {.city = kept(clock.Now()),
          .wall = kept(absl::Now()),
          .exercise = state.mode() == common::v1::CLOCK_MODE_REPLAY,
          .speed = state.mode() == common::v1::CLOCK_MODE_REPLAY ? state.speed() : 1,
          .scenario = state.scenario()};
}

absl::StatusOr<v1::ListAlertsResponse> AlertServiceImpl::List(
    const Call& call, const v1::ListAlertsRequest& request) const {
  ASSIGN_OR_RETURN(
      const int page_size,
      runtime::PageSize(request.page_size(), limits_.page_size_default, limits_.page_size_max));
  const std::string arguments = layers::PagedArguments(request);
  ASSIGN_OR_RETURN(std::uint64_t before_id,
                   runtime::ReadPageToken(request.page_token(), arguments));
  if (before_id == 0) before_id = storage::AlertStore::kNewest;
  ASSIGN_OR_RETURN(const Filter filter, ReadFilter(call, request.filter()));
  const absl::StatusOr<AlertPage> page = manager_.book().List(filter, before_id, page_size);
  if (!page.ok()) return Explain(page.status());
  v1::ListAlertsResponse response;
  for (const storage::AlertRecord& alert : page->alerts) *response.add_alerts() = ToProto(alert);
  for (const DataGap& gap : manager_.book().data_gaps()) {
    if (response.data_gaps_size() == kDataGapsMax) break;
    *response.add_data_gaps() = ToProto(gap);
  }
  if (page->next_before_id != 0) {
    response.set_next_page_token(runtime::MakePageToken(page->next_before_id, arguments));
  }
  return response;
}

grpc::ServerUnaryReactor* AlertServiceImpl::ListAlerts(grpc::CallbackServerContext* context,
                                                       const v1::ListAlertsRequest* request,
                                                       v1::ListAlertsResponse* response) {
  return calls_.Unary(
      context, "AlertService/ListAlerts", request, response,
      [this](const Call& call, const v1::ListAlertsRequest& r) { return List(call, r); });
}

grpc::ServerUnaryReactor* AlertServiceImpl::GetAlert(grpc::CallbackServerContext* context,
                                                     const v1::GetAlertRequest* request,
                                                     v1::GetAlertResponse* response) {
  return calls_.Unary(
      context, "AlertService/GetAlert", request, response,
      [this](const Call&, const v1::GetAlertRequest& r) -> absl::StatusOr<v1::GetAlertResponse> {
        ASSIGN_OR_RETURN(const std::uint64_t id, ReadAlertName(r.name(), "name"));
        const auto alert = manager_.book().Get(id);
        if (!alert.ok()) return Explain(alert.status());
        v1::GetAlertResponse answer;
        *answer.mutable_alert() = ToProto(*alert);
        return answer;
      });
}

grpc::ServerWriteReactor<v1::WatchAlertsResponse>* AlertServiceImpl::WatchAlerts(
    grpc::CallbackServerContext* context, const v1::WatchAlertsRequest* request) {
  using Source = runtime::StreamSource<v1::WatchAlertsResponse>;
  auto make = [this](const Call& call,
                     const v1::WatchAlertsRequest& r) -> absl::StatusOr<std::unique_ptr<Source>> {
    ASSIGN_OR_RETURN(Filter filter, ReadFilter(call, r.filter()));
    return std::unique_ptr<Source>(std::make_unique<AlertWatchSource>(
        manager_, std::move(filter), limits_.watch_snapshot_max, cut_offs_));
  };
  return calls_.ServerStream<v1::WatchAlertsRequest, v1::WatchAlertsResponse>(
      context, "AlertService/WatchAlerts", request, std::move(make));
}

grpc::ServerUnaryReactor* AlertServiceImpl::AcknowledgeAlert(
    grpc::CallbackServerContext* context, const v1::AcknowledgeAlertRequest* request,
    v1::AcknowledgeAlertResponse* response) {
  return calls_.UnaryWrite(
      context, "AlertService/AcknowledgeAlert", request, response,
      [this](const Call& call,
             const v1::AcknowledgeAlertRequest& r) -> absl::StatusOr<v1::AcknowledgeAlertResponse> {
        ASSIGN_OR_RETURN(const std::uint64_t id, ReadAlertName(r.name(), "name"));
        const auto alert = manager_.Acknowledge(id, ActorOf(call, r.actor()), r.comment(),
                                                EvaluationTimeOf(city_clock_));
        if (!alert.ok()) return Explain(alert.status());
        v1::AcknowledgeAlertResponse answer;
        *answer.mutable_alert() = ToProto(*alert);
        return answer;
      });
}

grpc::ServerUnaryReactor* AlertServiceImpl::ResolveAlert(grpc::CallbackServerContext* context,
                                                         const v1::ResolveAlertRequest* request,
                                                         v1::ResolveAlertResponse* response) {
  return calls_.UnaryWrite(
      context, "AlertService/ResolveAlert", request, response,
      [this](const Call& call,
             const v1::ResolveAlertRequest& r) -> absl::StatusOr<v1::ResolveAlertResponse> {
        ASSIGN_OR_RETURN(const std::uint64_t id, ReadAlertName(r.name(), "name"));
        const auto alert = manager_.Resolve(id, ActorOf(call, r.actor()), r.comment(),
                                            EvaluationTimeOf(city_clock_));
        if (!alert.ok()) return Explain(alert.status());
        v1::ResolveAlertResponse answer;
        *answer.mutable_alert() = ToProto(*alert);
        return answer;
      });
}

grpc::ServerUnaryReactor* AlertServiceImpl::ListAlertEvents(
    grpc::CallbackServerContext* context, const v1::ListAlertEventsRequest* request,
    v1::ListAlertEventsResponse* response) {
  return calls_.Unary(
      context, "AlertService/ListAlertEvents", request, response,
      [this](const Call&,
             const v1::ListAlertEventsRequest& r) -> absl::StatusOr<v1::ListAlertEventsResponse> {
        ASSIGN_OR_RETURN(const std::uint64_t id, ReadAlertName(r.parent(), "parent"));
        const auto events = manager_.book().ListEvents(id);
        if (!events.ok()) return Explain(events.status());
        v1::ListAlertEventsResponse answer;
        for (const auto& event : *events) *answer.add_events() = ToProto(event);
        return answer;
      });
}

absl::StatusOr<v1::VerifyAuditTrailResponse> AlertServiceImpl::Verify(
    const v1::VerifyAuditTrailRequest& request) const {
  ASSIGN_OR_RETURN(
      const int page_size,
      runtime::PageSize(request.page_size(), limits_.page_size_max, limits_.page_size_max));
  const std::string arguments = layers::PagedArguments(request);
  ASSIGN_OR_RETURN(const std::uint64_t token,
                   runtime::ReadPageToken(request.page_token(), arguments));
  const storage::AlertStore& store = manager_.book().store();
  AuditRange range{.last_alert_id = store.NextAlertId() - 1};
  if (!request.name().empty()) {
    ASSIGN_OR_RETURN(range.first.alert_id, ReadAlertName(request.name(), "name"));
    range.last_alert_id = range.first.alert_id;
    if (const absl::Status found = store.GetAlert(range.last_alert_id).status();
        absl::IsNotFound(found)) {
      return found;
    }
  }
  if (token != 0) range.first = PositionOf(token);
  const absl::StatusOr<AuditPage> page = VerifyAuditTrails(
      store, range,
      {.trails_max = static_cast<std::size_t>(page_size), .events_max = limits_.verify_events_max});
  if (!page.ok()) return Explain(page.status());
  v1::VerifyAuditTrailResponse response;
  for (const storage::TrailCheck& trail : page->trails) *response.add_trails() = ToProto(trail);
  response.set_events_checked(static_cast<int>(page->events_checked));
  if (page->next.has_value()) {
    response.set_next_page_token(runtime::MakePageToken(NumberOf(*page->next), arguments));
  }
  return response;
}

grpc::ServerUnaryReactor* AlertServiceImpl::VerifyAuditTrail(
    grpc::CallbackServerContext* context, const v1::VerifyAuditTrailRequest* request,
    v1::VerifyAuditTrailResponse* response) {
  return calls_.Unary(
      context, "AlertService/VerifyAuditTrail", request, response,
      [this](const Call&, const v1::VerifyAuditTrailRequest& r) { return Verify(r); });
}

grpc::ServerUnaryReactor* AlertServiceImpl::GetCap(grpc::CallbackServerContext* context,
                                                   const v1::GetCapRequest* request,
                                                   v1::GetCapResponse* response) {
  return calls_.Unary(
      context, "AlertService/GetCap", request, response,
      [this](const Call&, const v1::GetCapRequest& r) -> absl::StatusOr<v1::GetCapResponse> {
        if (r.cap_id().empty()) {
          return runtime::BadField("cap_id", "is required: an entry of an alert's cap_ids");
        }
        const auto cap = manager_.book().GetCap(r.cap_id());
        if (!cap.ok()) return Explain(cap.status());
        v1::GetCapResponse answer;
        answer.set_xml(cap->xml);
        return answer;
      });
}

grpc::ServerUnaryReactor* AlertServiceImpl::ListCapMessages(
    grpc::CallbackServerContext* context, const v1::ListCapMessagesRequest* request,
    v1::ListCapMessagesResponse* response) {
  return calls_.Unary(
      context, "AlertService/ListCapMessages", request, response,
      [this](const Call&,
             const v1::ListCapMessagesRequest& r) -> absl::StatusOr<v1::ListCapMessagesResponse> {
        ASSIGN_OR_RETURN(const int size,
                         runtime::PageSize(r.page_size(), limits_.caps_default, limits_.caps_max));
        const auto list = manager_.book().ListCaps(size, EvaluationTimeOf(city_clock_));
        if (!list.ok()) return Explain(list.status());
        // A small page_size is not counted as a cut-off: only the limit caps_max is.
        if (list->has_more && size == limits_.caps_max) cut_offs_.cap_list_max.Increment();
        if (list->is_scan_ended) cut_offs_.caps_scanned_max.Increment();
        v1::ListCapMessagesResponse answer;
        for (const auto& cap : list->caps) *answer.add_messages() = ToProto(cap);
        return answer;
      });
}

}  // namespace citylayers::alerts
