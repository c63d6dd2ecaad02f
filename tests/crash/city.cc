#include "tests/crash/city.h"

#include "absl/time/clock.h"
#include <google/protobuf/util/time_util.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include "base/status_macros.h"
#include "citylayers/readings/v1/station_service.grpc.pb.h"
#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"
#include "proto/support/proto_time.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::crash {
namespace {

using google::protobuf::util::TimeUtil;

constexpr absl::Duration kTimeout = absl::Seconds(20);
constexpr int kMessageBytesMax = 64 << 20;
constexpr double kSpeed = 60;
constexpr char kDriver[] = "citylayers-crash";

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + kTimeout));
}

template <typename Response, typename Call>
absl::StatusOr<Response> Unary(Call call) {
  grpc::ClientContext context;
  SetDeadline(context);
  Response response;
  if (const grpc::Status status = call(&context, &response); !status.ok()) {
    return runtime::FromGrpcStatus(status);
  }
  return response;
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  // Each server has a separate connection, even when two of them used the same port in turn.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

City::City(const std::string& address)
    : channel_(Connect(address)),
      clock_(common::v1::ClockService::NewStub(channel_)),
      readings_(readings::v1::ReadingService::NewStub(channel_)),
      layers_(layers::v1::LayerService::NewStub(channel_)),
      alerts_(alerts::v1::AlertService::NewStub(channel_)) {}

absl::StatusOr<common::v1::CityClock> City::GetClock() {
  ASSIGN_OR_RETURN(auto response,
                   Unary<common::v1::GetClockResponse>([&](auto* context, auto* reply) {
                     return clock_->GetClock(context, {}, reply);
                   }));
  return response.clock();
}

absl::StatusOr<common::v1::CityClock> City::Drive(absl::Time city_time, absl::Duration hold_after) {
  common::v1::SetClockRequest request;
  request.set_mode(common::v1::CLOCK_MODE_REPLAY);
  *request.mutable_city_time() = ToProtoTime(city_time);
  request.set_speed(kSpeed);
  request.set_scenario("crash");
  *request.mutable_hold_after() =
      TimeUtil::MillisecondsToDuration(absl::ToInt64Milliseconds(hold_after));
  request.set_driver_id(kDriver);
  ASSIGN_OR_RETURN(auto response,
                   Unary<common::v1::SetClockResponse>([&](auto* context, auto* reply) {
                     return clock_->SetClock(context, request, reply);
                   }));
  return response.clock();
}

absl::StatusOr<readings::v1::WriteReadingsResponse> City::Write(
    const readings::v1::WriteReadingsRequest& request) {
  return Unary<readings::v1::WriteReadingsResponse>([&](auto* context, auto* reply) {
    return readings_->WriteReadings(context, request, reply);
  });
}

absl::StatusOr<std::vector<readings::v1::ReadingColumns>> City::Query(
    const std::vector<std::string>& measures, std::int64_t begin_ms, std::int64_t end_ms) {
  readings::v1::QueryReadingsRequest request;
  for (const std::string& measure : measures) request.add_measures(measure);
  *request.mutable_start_time() = TimeUtil::MillisecondsToTimestamp(begin_ms);
  *request.mutable_end_time() = TimeUtil::MillisecondsToTimestamp(end_ms);
  grpc::ClientContext context;
  SetDeadline(context);
  const auto stream = readings_->QueryReadings(&context, request);
  std::vector<readings::v1::ReadingColumns> answer;
  readings::v1::QueryReadingsResponse response;
  while (stream->Read(&response)) answer.push_back(std::move(*response.mutable_readings()));
  RETURN_IF_ERROR(runtime::FromGrpcStatus(stream->Finish()));
  return answer;
}

absl::Status City::ReadLog(std::uint64_t* offset,
                           const std::function<void(const readings::v1::ReadingColumns&)>& take) {
  readings::v1::WatchReadingsRequest request;
  request.set_resume_offset(*offset);
  grpc::ClientContext context;
  SetDeadline(context);
  const auto stream = readings_->WatchReadings(&context, request);
  readings::v1::WatchReadingsResponse response;
  while (stream->Read(&response)) {
    take(response.readings());
    *offset = response.offset();
    if (!response.caught_up()) continue;
    context.TryCancel();
    stream->Finish();
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(runtime::FromGrpcStatus(stream->Finish()));
  return absl::UnavailableError("the watch of readings ended before it had caught up");
}

absl::StatusOr<std::vector<std::string>> City::Segments(const LonLatBox& box, int count_max) {
  const auto stub = traffic::v1::TrafficService::NewStub(channel_);
  traffic::v1::ListSegmentsRequest request;
  request.set_page_size(count_max);
  request.mutable_bounds()->set_west_deg(box.west_deg);
  request.mutable_bounds()->set_south_deg(box.south_deg);
  request.mutable_bounds()->set_east_deg(box.east_deg);
  request.mutable_bounds()->set_north_deg(box.north_deg);
  ASSIGN_OR_RETURN(const auto response,
                   Unary<traffic::v1::ListSegmentsResponse>([&](auto* context, auto* reply) {
                     return stub->ListSegments(context, request, reply);
                   }));
  std::vector<std::string> names;
  for (const auto& segment : response.segments()) names.push_back(segment.name());
  return names;
}

absl::StatusOr<std::vector<std::string>> City::StationMeasures(const std::string& kind) {
  const auto stub = readings::v1::StationService::NewStub(channel_);
  readings::v1::ListStationsRequest request;
  request.set_page_size(1000);
  request.set_kind(kind);
  ASSIGN_OR_RETURN(const auto response,
                   Unary<readings::v1::ListStationsResponse>([&](auto* context, auto* reply) {
                     return stub->ListStations(context, request, reply);
                   }));
  std::vector<std::string> names;
  for (const auto& station : response.stations()) {
    for (const auto& measure : station.measures()) {
      if (measure.kind() == kind) names.push_back(measure.name());
    }
  }
  return names;
}

absl::StatusOr<layers::v1::Tile> City::GetTile(const TileOf& tile) {
  layers::v1::GetTileRequest request;
  request.set_name(tile.layer);
  request.mutable_tile()->set_z(tile.z);
  request.mutable_tile()->set_x(tile.x);
  request.mutable_tile()->set_y(tile.y);
  ASSIGN_OR_RETURN(auto response,
                   Unary<layers::v1::GetTileResponse>([&](auto* context, auto* reply) {
                     return layers_->GetTile(context, request, reply);
                   }));
  return std::move(*response.mutable_tile());
}

absl::StatusOr<std::vector<alerts::v1::Alert>> City::ListAlerts(const std::string& filter) {
  alerts::v1::ListAlertsRequest request;
  request.set_filter(filter);
  request.set_page_size(1000);
  std::vector<alerts::v1::Alert> alerts;
  do {
    ASSIGN_OR_RETURN(auto response,
                     Unary<alerts::v1::ListAlertsResponse>([&](auto* context, auto* reply) {
                       return alerts_->ListAlerts(context, request, reply);
                     }));
    for (auto& alert : *response.mutable_alerts()) alerts.push_back(std::move(alert));
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return alerts;
}

absl::StatusOr<std::vector<alerts::v1::AlertEvent>> City::ListEvents(const std::string& alert) {
  alerts::v1::ListAlertEventsRequest request;
  request.set_parent(alert);
  ASSIGN_OR_RETURN(auto response,
                   Unary<alerts::v1::ListAlertEventsResponse>([&](auto* context, auto* reply) {
                     return alerts_->ListAlertEvents(context, request, reply);
                   }));
  return std::vector<alerts::v1::AlertEvent>(response.events().begin(), response.events().end());
}

absl::Status City::Acknowledge(const std::string& alert, const std::string& actor) {
  alerts::v1::AcknowledgeAlertRequest request;
  request.set_name(alert);
  request.set_actor(actor);
  request.set_comment("crash loop");
  return Unary<alerts::v1::AcknowledgeAlertResponse>([&](auto* context, auto* reply) {
           return alerts_->AcknowledgeAlert(context, request, reply);
         })
      .status();
}

}  // namespace citylayers::crash
