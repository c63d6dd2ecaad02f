#include "services/tools/replay/city_client.h"

#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include <grpcpp/client_context.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/readings/v1/station_service.grpc.pb.h"
#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"
#include "geo/roads/road_class.h"
#include "proto/support/enum_id.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::replay {
namespace {

constexpr int kPageSize = 1000;

/// Calls one unary method with a deadline.
template <typename Response, typename Call>
absl::StatusOr<Response> Unary(absl::Duration timeout, Call call) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  Response response;
  if (const grpc::Status status = call(&context, &response); !status.ok()) {
    return runtime::FromGrpcStatus(status);
  }
  return response;
}

LonLat ToLonLat(const common::v1::Point& point) { return {point.lon_deg(), point.lat_deg()}; }

double BearingDeg(LonLat from, LonLat to) {
  constexpr double kDegree = std::numbers::pi / 180;
  const double east = (to.lon_deg - from.lon_deg) * std::cos(from.lat_deg * kDegree);
  const double bearing = std::atan2(east, to.lat_deg - from.lat_deg) / kDegree;
  return bearing < 0 ? bearing + 360 : bearing;
}

absl::StatusOr<ListedSegment> ToListed(const traffic::v1::Segment& segment) {
  ListedSegment listed;
  absl::string_view id = segment.name();
  if (!absl::ConsumePrefix(&id, "segments/") || !absl::SimpleAtoi(id, &listed.stable_id)) {
    return absl::InternalError(
        StrCat("the server lists a segment named \"", segment.name(), "\", not segments/NUMBER"));
  }
  const auto& points = segment.geometry().points();
  if (!points.empty()) {
    listed.mid = ToLonLat(points[points.size() / 2]);
    if (points.size() == 2) {
      listed.mid = {(points[0].lon_deg() + points[1].lon_deg()) / 2,
                    (points[0].lat_deg() + points[1].lat_deg()) / 2};
    }
    listed.bearing_deg = BearingDeg(ToLonLat(points[0]), ToLonLat(points[points.size() - 1]));
  }
  listed.length_m = segment.length_m();
  listed.reference_speed_kmh = segment.reference_speed_kmh();
  listed.road_class =
      geo::ParseRoadClass(EnumId(segment.road_class())).value_or(geo::RoadClass::kLocal);
  return listed;
}

}  // namespace

CityClient::CityClient(const std::shared_ptr<grpc::Channel>& channel, absl::Duration timeout)
    : clock_(common::v1::ClockService::NewStub(channel)),
      readings_(readings::v1::ReadingService::NewStub(channel)),
      timeout_(timeout) {}

absl::StatusOr<common::v1::CityClock> CityClient::GetClock() {
  ASSIGN_OR_RETURN(auto response,
                   Unary<common::v1::GetClockResponse>(
                       timeout_, [&](auto* c, auto* r) { return clock_->GetClock(c, {}, r); }));
  return std::move(*response.mutable_clock());
}

absl::StatusOr<common::v1::CityClock> CityClient::SetClock(
    const common::v1::SetClockRequest& request) {
  ASSIGN_OR_RETURN(auto response,
                   Unary<common::v1::SetClockResponse>(timeout_, [&](auto* c, auto* r) {
                     return clock_->SetClock(c, request, r);
                   }));
  return std::move(*response.mutable_clock());
}

absl::StatusOr<readings::v1::WriteReadingsResponse> CityClient::WriteReadings(
    const readings::v1::WriteReadingsRequest& request) {
  return Unary<readings::v1::WriteReadingsResponse>(
      timeout_, [&](auto* c, auto* r) { return readings_->WriteReadings(c, request, r); });
}

absl::StatusOr<std::vector<ListedStation>> ListStations(
    const std::shared_ptr<grpc::Channel>& channel, absl::Duration timeout) {
  const auto stub = readings::v1::StationService::NewStub(channel);
  std::vector<ListedStation> stations;
  readings::v1::ListStationsRequest request;
  request.set_page_size(kPageSize);
  do {
    ASSIGN_OR_RETURN(const auto page,
                     Unary<readings::v1::ListStationsResponse>(timeout, [&](auto* c, auto* r) {
                       return stub->ListStations(c, request, r);
                     }));
    for (const readings::v1::Station& station : page.stations()) {
      ListedStation listed{.id = std::string(absl::StripPrefix(station.name(), "stations/")),
                           .name_vi = station.display_name().vi(),
                           .at = ToLonLat(station.location()),
                           .kinds = {}};
      for (const auto& measure : station.measures()) listed.kinds.push_back(measure.kind());
      stations.push_back(std::move(listed));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return stations;
}

absl::StatusOr<std::vector<ListedSegment>> ListSegments(
    const std::shared_ptr<grpc::Channel>& channel, absl::Duration timeout) {
  const auto stub = traffic::v1::TrafficService::NewStub(channel);
  std::vector<ListedSegment> segments;
  traffic::v1::ListSegmentsRequest request;
  request.set_page_size(kPageSize);
  do {
    ASSIGN_OR_RETURN(const auto page,
                     Unary<traffic::v1::ListSegmentsResponse>(timeout, [&](auto* c, auto* r) {
                       return stub->ListSegments(c, request, r);
                     }));
    for (const traffic::v1::Segment& segment : page.segments()) {
      ASSIGN_OR_RETURN(ListedSegment listed, ToListed(segment));
      segments.push_back(listed);
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return segments;
}

}  // namespace citylayers::replay
