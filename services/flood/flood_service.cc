#include "services/flood/flood_service.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "base/strings.h"
#include "geo/flood/depth_class.h"
#include "geo/flood/passability.h"
#include "geo/raster/raster_file.h"
#include "geo/roads/road_class.h"
#include "proto/support/proto_time.h"
#include "services/flood/flood_schema.h"
#include "services/flood/stage_proto.h"
#include "services/flood/stage_source.h"
#include "services/flood/street_source.h"
#include "services/layers/request_fields.h"
#include "services/layers/road_class_proto.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/paging.h"

namespace citylayers::flood {
namespace {

constexpr int kPointsMax = 1000, kPageDefault = 100, kPageMax = 1000;
constexpr double kStageMinM = -5, kStageMaxM = 15;
constexpr std::size_t kExportChunkBytes = 256 * 1024;

// The numbers of geo/flood/depth_class.h are those of the messages; depth_class_column.cc checks
// the classes.
static_assert(static_cast<int>(geo::Passability::kPassable) == v1::PASSABILITY_PASSABLE);
static_assert(static_cast<int>(geo::Passability::kDifficult) == v1::PASSABILITY_DIFFICULT);
static_assert(static_cast<int>(geo::Passability::kImpassable) == v1::PASSABILITY_IMPASSABLE);

v1::Passability PassageOf(geo::Vehicle vehicle, float depth_m) {
  return static_cast<v1::Passability>(geo::PassabilityOf(vehicle, depth_m));
}

v1::FloodClass ClassOf(float depth_m) {
  return static_cast<v1::FloodClass>(geo::DepthClassOf(depth_m));
}

/// Streams the bytes of a file in pieces.
class FileSource final : public runtime::StreamSource<v1::ExportDepthResponse> {
 public:
  explicit FileSource(std::string bytes) : bytes_(std::move(bytes)) {}
  absl::StatusOr<runtime::StreamStep> Next(v1::ExportDepthResponse* response) override {
    if (sent_ == bytes_.size()) return runtime::StreamStep::End();
    const std::size_t size = std::min(kExportChunkBytes, bytes_.size() - sent_);
    response->set_data(bytes_.substr(sent_, size));
    sent_ += size;
    return runtime::StreamStep::Message();
  }

 private:
  const std::string bytes_;
  std::size_t sent_ = 0;
};

}  // namespace

absl::Status FloodServiceImpl::NeedTerrain() const {
  if (layer_->terrain() != nullptr) return absl::OkStatus();
  return runtime::WithReason(
      absl::FailedPreconditionError(layer_->description().unavailable_reason()),
      runtime::kReasonNoTerrain);
}

absl::StatusOr<v1::GetDepthResponse> FloodServiceImpl::DepthAt(
    const v1::GetDepthRequest& request) const {
  RETURN_IF_ERROR(NeedTerrain());
  if (request.points_size() < 1 || request.points_size() > kPointsMax) {
    return runtime::BadField("points",
                             StrCat(request.points_size(), " points; give 1 to ", kPointsMax));
  }
  const auto frame = layer_->live_state()->frame();
  const geo::Grid<float>* depth_m = FloodLayer::DepthM(*frame);
  if (depth_m == nullptr)
    return absl::UnavailableError("layers/flood is reading its log; try again in a second");
  const FloodTerrain& terrain = *layer_->terrain();
  v1::GetDepthResponse response;
  SetTime(frame->data_time, [&] { return response.mutable_data_time(); });
  for (int i = 0; i < request.points_size(); ++i) {
    ASSIGN_OR_RETURN(const LonLat place,
                     runtime::ReadPoint(request.points(i), StrCat("points[", i, "]")));
    v1::DepthAtPoint* answer = response.add_depths();
    *answer->mutable_point() = request.points(i);
    const auto cell = terrain.CellAt(place);
    if (!cell.has_value() || std::isnan(terrain.elevation_m()[*cell])) continue;
    answer->set_known(true);
    answer->set_depth_m((*depth_m)[*cell]);
    answer->set_flood_class(ClassOf((*depth_m)[*cell]));
    answer->set_ground_m(terrain.elevation_m()[*cell]);
    answer->set_connection_level_m(terrain.connection_m()[*cell]);
    answer->set_open_water(terrain.open_water()[*cell] != 0);
  }
  return response;
}

grpc::ServerUnaryReactor* FloodServiceImpl::GetDepth(grpc::CallbackServerContext* context,
                                                     const v1::GetDepthRequest* request,
                                                     v1::GetDepthResponse* response) {
  return calls_.Unary(
      context, "FloodService/GetDepth", request, response,
      [this](const runtime::Call&, const v1::GetDepthRequest& r) { return DepthAt(r); });
}

v1::ListStagesResponse FloodServiceImpl::Stages(const v1::ListStagesRequest& request) const {
  v1::ListStagesResponse response;
  const absl::Time city_now = city_clock_.Now();
  const absl::Time since = request.has_readings_since_time()
                               ? FromProtoTime(request.readings_since_time())
                               : absl::InfiniteFuture();
  for (const FloodLayer::StageAnswer& answer : layer_->Stages(since, stage_readings_max_)) {
    v1::Stage* stage = response.add_stages();
    *stage = ToProto(answer);
    stage->set_stale(!answer.now.has_value() ||
                     city_now - absl::FromUnixMillis(answer.now->time_ms) >
                         3 * answer.measure->period);
  }
  return response;
}

grpc::ServerUnaryReactor* FloodServiceImpl::ListStages(grpc::CallbackServerContext* context,
                                                       const v1::ListStagesRequest* request,
                                                       v1::ListStagesResponse* response) {
  return calls_.Unary(context, "FloodService/ListStages", request, response,
                      [this](const runtime::Call&, const v1::ListStagesRequest& r)
                          -> absl::StatusOr<v1::ListStagesResponse> { return Stages(r); });
}

grpc::ServerWriteReactor<v1::WatchStagesResponse>* FloodServiceImpl::WatchStages(
    grpc::CallbackServerContext* context, const v1::WatchStagesRequest* request) {
  using Source = std::unique_ptr<runtime::StreamSource<v1::WatchStagesResponse>>;
  return calls_.ServerStream<v1::WatchStagesRequest, v1::WatchStagesResponse>(
      context, "FloodService/WatchStages", request,
      [this](const runtime::Call&, const v1::WatchStagesRequest& r) -> absl::StatusOr<Source> {
        StageSource::Options options{.readings_max = stage_readings_max_};
        options.readings_window = absl::Seconds(r.readings_window().seconds()) +
                                  absl::Nanoseconds(r.readings_window().nanos());
        if (options.readings_window < absl::ZeroDuration()) {
          return runtime::BadField("readings_window", "is negative; give a time before now");
        }
        return Source(std::make_unique<StageSource>(layer_, options, city_clock_, machine_clock_));
      });
}

grpc::ServerWriteReactor<v1::WatchFloodedStreetsResponse>* FloodServiceImpl::WatchFloodedStreets(
    grpc::CallbackServerContext* context, const v1::WatchFloodedStreetsRequest* request) {
  using Source = std::unique_ptr<runtime::StreamSource<v1::WatchFloodedStreetsResponse>>;
  return calls_.ServerStream<v1::WatchFloodedStreetsRequest, v1::WatchFloodedStreetsResponse>(
      context, "FloodService/WatchFloodedStreets", request,
      [this](const runtime::Call&,
             const v1::WatchFloodedStreetsRequest& r) -> absl::StatusOr<Source> {
        std::optional<geo::RoadClass> least = geo::RoadClass::kService;
        if (r.min_road_class() != common::v1::ROAD_CLASS_UNSPECIFIED) {
          least = layers::FromProto(r.min_road_class());
        }
        if (!least.has_value()) {
          return runtime::BadField("min_road_class", StrCat(static_cast<int>(r.min_road_class()),
                                                            " is not a class of road"));
        }
        return Source(std::make_unique<StreetSource>(layer_, *least, machine_clock_));
      });
}

absl::StatusOr<v1::ListFloodedSegmentsResponse> FloodServiceImpl::Flooded(
    const v1::ListFloodedSegmentsRequest& request) const {
  RETURN_IF_ERROR(NeedTerrain());
  ASSIGN_OR_RETURN(const int page_size,
                   runtime::PageSize(request.page_size(), kPageDefault, kPageMax));
  RETURN_IF_ERROR(runtime::CheckLeast(request.min_depth_m(), "min_depth_m"));
  const std::string arguments = layers::PagedArguments(request);
  ASSIGN_OR_RETURN(const std::uint64_t begin,
                   runtime::ReadPageToken(request.page_token(), arguments));
  ASSIGN_OR_RETURN(const LonLatBox bounds, layers::BoundsOf(request));
  const auto frame = layer_->live_state()->frame();
  v1::ListFloodedSegmentsResponse page;
  SetTime(frame->data_time, [&] { return page.mutable_data_time(); });
  if (frame->sub_layers().empty()) return page;
  const auto measured_cm = request.measured_only() ? layer_->measured_depths_cm() : nullptr;
  const std::vector<std::int32_t>& depths_cm =
      measured_cm != nullptr ? *measured_cm : frame->sub_layers()[kStreets].columns[kDepthCm];
  const storage::SegmentTable& roads = layer_->pack().segments();
  const double least_cm =
      request.min_depth_m() > 0 ? request.min_depth_m() * 100 : geo::kWetClasses.front().from_cm;
  std::vector<std::uint32_t> wet;
  for (std::uint32_t segment = 0; segment < depths_cm.size(); ++segment) {
    if (depths_cm[segment] < least_cm) continue;
    if (bounds.IsEmpty() || roads[segment].bounds().Intersects(bounds)) wet.push_back(segment);
  }
  std::stable_sort(wet.begin(), wet.end(), [&depths_cm](std::uint32_t a, std::uint32_t b) {
    return depths_cm[a] > depths_cm[b];
  });
  for (std::size_t at = begin; at < wet.size(); ++at) {
    if (page.segments_size() == page_size) {
      page.set_next_page_token(runtime::MakePageToken(at, arguments));
      break;
    }
    const std::uint32_t segment = wet[at];
    const float depth_m = static_cast<float>(depths_cm[segment]) / 100.0F;
    v1::FloodedSegment* answer = page.add_segments();
    answer->set_name(StrCat("segments/", roads[segment].stable_id));
    answer->set_index(segment);
    answer->set_street(std::string(roads.name(segment)));
    answer->set_street_id(layer_->streets().Id(layer_->streets().street(segment)));
    answer->set_road_class(layers::ToProto(geo::RoadClassOf(roads[segment].road_class)));
    answer->set_depth_m(depths_cm[segment] / 100.0);
    answer->set_flood_class(ClassOf(depth_m));
    answer->set_motorbike(PassageOf(geo::Vehicle::kMotorbike, depth_m));
    answer->set_car(PassageOf(geo::Vehicle::kCar, depth_m));
    answer->set_bus(PassageOf(geo::Vehicle::kBus, depth_m));
    answer->set_emergency(PassageOf(geo::Vehicle::kEmergency, depth_m));
    *answer->mutable_location() = layers::ToPoint(roads[segment].midpoint.ToLonLat());
  }
  return page;
}

grpc::ServerUnaryReactor* FloodServiceImpl::ListFloodedSegments(
    grpc::CallbackServerContext* context, const v1::ListFloodedSegmentsRequest* request,
    v1::ListFloodedSegmentsResponse* response) {
  return calls_.Unary(
      context, "FloodService/ListFloodedSegments", request, response,
      [this](const runtime::Call&, const v1::ListFloodedSegmentsRequest& r) { return Flooded(r); });
}

absl::StatusOr<std::string> FloodServiceImpl::Export(const v1::ExportDepthRequest& request) const {
  RETURN_IF_ERROR(NeedTerrain());
  const FloodTerrain& terrain = *layer_->terrain();
  geo::Grid<float> depth_m;
  geo::RasterTags tags = {{geo::kTagVerticalDatum, "hondau"}};
  if (request.has_stage_m()) {
    if (!(request.stage_m() >= kStageMinM && request.stage_m() <= kStageMaxM)) {
      return runtime::BadField("stage_m",
                               StrCat(request.stage_m(), " is not a stage in ", kStageMinM, " to ",
                                      kStageMaxM, " m over Hòn Dấu"));
    }
    depth_m = terrain.DepthAt(request.stage_m());
    tags["CITYLAYERS_STAGE_M"] = StrCat(request.stage_m());
  } else {
    const auto frame = layer_->live_state()->frame();
    const geo::Grid<float>* now = FloodLayer::DepthM(*frame);
    if (now == nullptr)
      return absl::UnavailableError("layers/flood is reading its log; try again in a second");
    depth_m = *now;
  }
  if (layer_->pack().manifest().has_notice("synthetic_terrain")) tags[geo::kTagSynthetic] = "yes";
  for (float& depth : depth_m.cells()) {
    if (!(depth > 0)) depth = std::nanf("");
  }
  return geo::EncodeGeoTiff(terrain.geometry(), depth_m, {.tags = std::move(tags)});
}

grpc::ServerWriteReactor<v1::ExportDepthResponse>* FloodServiceImpl::ExportDepth(
    grpc::CallbackServerContext* context, const v1::ExportDepthRequest* request) {
  using Source = std::unique_ptr<runtime::StreamSource<v1::ExportDepthResponse>>;
  return calls_.ServerStream<v1::ExportDepthRequest, v1::ExportDepthResponse>(
      context, "FloodService/ExportDepth", request,
      [this](const runtime::Call&, const v1::ExportDepthRequest& r) -> absl::StatusOr<Source> {
        ASSIGN_OR_RETURN(std::string file, Export(r));
        return Source(std::make_unique<FileSource>(std::move(file)));
      });
}

}  // namespace citylayers::flood
