#include "services/traffic/traffic_service.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"

#include "base/spelling.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "proto/support/proto_time.h"
#include "services/layers/request_fields.h"
#include "services/layers/road_class_proto.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/paging.h"
#include "services/traffic/jam_proto.h"
#include "services/traffic/jam_source.h"

namespace citylayers::traffic {
namespace {

constexpr int kPageDefault = 100, kPageMax = 1000;

}  // namespace

v1::Segment TrafficServiceImpl::Describe(std::uint32_t segment,
                                         const TrafficLayer::SegmentAnswer& answer) const {
  const storage::SegmentTable& roads = layer_->pack().segments();
  const storage::SegmentRecord& record = roads[segment];
  v1::Segment result;
  result.set_name(StrCat("segments/", record.stable_id));
  result.set_index(segment);
  result.set_street(std::string(roads.name(segment)));
  result.set_road_class(layers::ToProto(geo::RoadClassOf(record.road_class)));
  result.set_length_m(record.length_m);
  for (const storage::PackedPoint& p : roads.points(segment)) {
    *result.mutable_geometry()->add_points() = layers::ToPoint(p.ToLonLat());
  }
  result.set_level(static_cast<v1::TrafficLevel>(answer.view.level));
  result.set_speed_kmh(answer.view.speed_kmh);
  result.set_reference_speed_kmh(answer.reference_speed_kmh);
  result.set_jam_factor(answer.view.jam_factor);
  result.set_confidence(answer.view.confidence);
  result.set_source(static_cast<v1::SpeedSource>(answer.view.source));
  SetTime(answer.data_time, [&] { return result.mutable_data_time(); });
  result.set_flood_depth_m(answer.depth_m);
  return result;
}

grpc::ServerUnaryReactor* TrafficServiceImpl::GetSegment(grpc::CallbackServerContext* context,
                                                         const v1::GetSegmentRequest* request,
                                                         v1::GetSegmentResponse* response) {
  return calls_.Unary(
      context, "TrafficService/GetSegment", request, response,
      [this](const runtime::Call&,
             const v1::GetSegmentRequest& r) -> absl::StatusOr<v1::GetSegmentResponse> {
        constexpr std::string_view kPrefix = "segments/";
        std::uint64_t stable_id = 0;
        RETURN_IF_ERROR(runtime::CheckNameSize(r.name(), "name"));
        // The id is formatted again and compared: SimpleAtoi accepts "+7", " 7" and "07".
        if (r.name().rfind(kPrefix, 0) != 0 ||
            !absl::SimpleAtoi(r.name().substr(kPrefix.size()), &stable_id) ||
            r.name() != StrCat(kPrefix, stable_id)) {
          return runtime::BadField("name", StrCat("\"", r.name(), "\" is not segments/NUMBER"));
        }
        const auto segment = layer_->pack().FindSegment(stable_id);
        if (!segment.has_value()) {
          return absl::NotFoundError(
              StrCat("there is no ", r.name(), " in the city pack ", layer_->pack().pack_id()));
        }
        v1::GetSegmentResponse found;
        *found.mutable_segment() = Describe(*segment, layer_->Segment(*segment, city_clock_.Now()));
        return found;
      });
}

absl::StatusOr<v1::ListSegmentsResponse> TrafficServiceImpl::FindSegments(
    const v1::ListSegmentsRequest& request) const {
  ASSIGN_OR_RETURN(const int page_size,
                   runtime::PageSize(request.page_size(), kPageDefault, kPageMax));
  const std::string arguments = layers::PagedArguments(request);
  ASSIGN_OR_RETURN(std::uint64_t at, runtime::ReadPageToken(request.page_token(), arguments));
  ASSIGN_OR_RETURN(const LonLatBox bounds, layers::BoundsOf(request));
  const storage::SegmentTable& roads = layer_->pack().segments();
  const absl::Time now = city_clock_.Now();
  if (!v1::TrafficLevel_IsValid(request.min_level())) {
    return runtime::BadField("min_level",
                             StrCat(static_cast<int>(request.min_level()), " is not a level"));
  }
  RETURN_IF_ERROR(runtime::CheckNameSize(request.street(), "street"));
  std::vector<bool> is_asked;  // by name; empty: all match
  if (!request.street().empty()) {
    const NameQuery query(request.street());
    for (std::uint32_t name = 0; name < roads.name_count(); ++name) {
      is_asked.push_back(query.Matches(roads.name_text(name)));
    }
  }
  v1::ListSegmentsResponse page;
  for (; at < roads.size(); ++at) {
    const auto segment = static_cast<std::uint32_t>(at);
    if (!bounds.IsEmpty() && !roads[segment].bounds().Intersects(bounds)) continue;
    if (!is_asked.empty() && !is_asked[roads[segment].name]) continue;
    const TrafficLayer::SegmentAnswer answer = layer_->Segment(segment, now);
    if (static_cast<int>(answer.view.level) < static_cast<int>(request.min_level())) continue;
    if (page.segments_size() == page_size) {
      page.set_next_page_token(runtime::MakePageToken(at, arguments));
      break;
    }
    *page.add_segments() = Describe(segment, answer);
  }
  return page;
}

grpc::ServerUnaryReactor* TrafficServiceImpl::ListSegments(grpc::CallbackServerContext* context,
                                                           const v1::ListSegmentsRequest* request,
                                                           v1::ListSegmentsResponse* response) {
  return calls_.Unary(
      context, "TrafficService/ListSegments", request, response,
      [this](const runtime::Call&, const v1::ListSegmentsRequest& r) { return FindSegments(r); });
}

absl::StatusOr<v1::ListJamsResponse> TrafficServiceImpl::FindJams(
    const v1::ListJamsRequest& request) const {
  ASSIGN_OR_RETURN(const int page_size,
                   runtime::PageSize(request.page_size(), kPageDefault, kPageMax));
  RETURN_IF_ERROR(runtime::CheckLeast(request.min_length_m(), "min_length_m"));
  const std::string arguments = layers::PagedArguments(request);
  ASSIGN_OR_RETURN(const std::uint64_t begin,
                   runtime::ReadPageToken(request.page_token(), arguments));
  ASSIGN_OR_RETURN(const LonLatBox bounds, layers::BoundsOf(request));
  const storage::SegmentTable& roads = layer_->pack().segments();
  const auto jams = layer_->jams();
  v1::ListJamsResponse page;
  SetTime(jams->data_time, [&] { return page.mutable_data_time(); });
  std::uint64_t matched = 0;
  for (const TrackedJam& answer : jams->items) {
    const Jam& jam = answer.jam;
    const auto in_view = [&](std::uint32_t segment) {
      return roads[segment].bounds().Intersects(bounds);
    };
    if (jam.length_m < request.min_length_m()) continue;
    if (!bounds.IsEmpty() && !std::any_of(jam.segments.begin(), jam.segments.end(), in_view))
      continue;
    if (matched++ < begin) continue;
    if (page.jams_size() == page_size) {
      page.set_next_page_token(runtime::MakePageToken(matched - 1, arguments));
      break;
    }
    *page.add_jams() = ToProto(answer, roads, layer_->streets());
  }
  return page;
}

grpc::ServerUnaryReactor* TrafficServiceImpl::ListJams(grpc::CallbackServerContext* context,
                                                       const v1::ListJamsRequest* request,
                                                       v1::ListJamsResponse* response) {
  return calls_.Unary(
      context, "TrafficService/ListJams", request, response,
      [this](const runtime::Call&, const v1::ListJamsRequest& r) { return FindJams(r); });
}

grpc::ServerWriteReactor<v1::WatchJamsResponse>* TrafficServiceImpl::WatchJams(
    grpc::CallbackServerContext* context, const v1::WatchJamsRequest* request) {
  using Jams = std::unique_ptr<runtime::StreamSource<v1::WatchJamsResponse>>;
  return calls_.ServerStream<v1::WatchJamsRequest, v1::WatchJamsResponse>(
      context, "TrafficService/WatchJams", request,
      [this](const runtime::Call&, const v1::WatchJamsRequest&) -> absl::StatusOr<Jams> {
        return Jams(std::make_unique<JamSource>(layer_, machine_clock_));
      });
}

}  // namespace citylayers::traffic
