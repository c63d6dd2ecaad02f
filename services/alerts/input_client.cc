#include "services/alerts/input_client.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <grpcpp/client_context.h>

#include "geo/roads/road_class.h"
#include "proto/support/proto_time.h"
#include "services/layers/road_class_proto.h"
#include "services/runtime/log.h"

namespace citylayers::alerts {
namespace {

LonLat FromProto(const common::v1::Point& point) { return {point.lon_deg(), point.lat_deg()}; }

absl::Time TimeOf(bool is_set, const google::protobuf::Timestamp& time) {
  return is_set ? FromProtoTime(time) : absl::InfinitePast();
}

void SetDeadline(grpc::ClientContext& context, absl::Duration deadline) {
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoNanoseconds(deadline));
}

Quality ToQuality(readings::v1::Quality quality) {
  switch (quality) {
    case readings::v1::QUALITY_SUSPECT:
      return Quality::kSuspect;
    case readings::v1::QUALITY_PROFILE:
      return Quality::kProfile;
    case readings::v1::QUALITY_ESTIMATED:
      return Quality::kEstimated;
    default:
      return Quality::kGood;
  }
}

// Reads all pages of a list. `call` fills the response; `take` receives each response.
template <typename Response, typename Request, typename Call, typename Take>
grpc::Status ReadPages(const InputClientOptions& options, CutOffs& cut_offs, Request request,
                       Call call, Take take) {
  request.set_page_size(options.page_size);
  for (int page = 0; page < options.pages_max; ++page) {
    grpc::ClientContext context;
    SetDeadline(context, options.deadline);
    Response response;
    const grpc::Status status = call(context, request, &response);
    if (!status.ok()) return status;
    take(response);
    if (response.next_page_token().empty()) return grpc::Status::OK;
    request.set_page_token(response.next_page_token());
  }
  cut_offs.input_pages_max.Increment();
  return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED,
                      absl::StrCat("the list has more than ", options.pages_max, " pages of ",
                                   options.page_size, ": raise alerts.input_pages_max"));
}

}  // namespace

StageObservation ToObservation(const flood::v1::Stage& stage) {
  StageObservation observation{
      .station = stage.station(),
      .place = {stage.display_name().vi(), stage.display_name().en()},
      .location = FromProto(stage.location()),
      .stage_m = stage.stage_m(),
      .read_time = TimeOf(stage.has_read_time(), stage.read_time()),
      .levels_m = {stage.alert_levels_m().begin(), stage.alert_levels_m().end()},
      .stale = stage.stale() || !stage.has_read_time()};
  if (observation.place.vi.empty()) observation.place = {stage.station(), stage.station()};
  if (observation.place.en.empty()) observation.place.en = observation.place.vi;
  observation.quality = ToQuality(stage.quality());
  if (stage.has_period()) {
    observation.period = absl::Seconds(stage.period().seconds());
  }
  for (const flood::v1::StageReading& reading : stage.recent_readings()) {
    observation.recent.push_back(
        {FromProtoTime(reading.read_time()), reading.stage_m(), ToQuality(reading.quality())});
  }
  return observation;
}

JamObservation ToObservation(const traffic::v1::Jam& jam) {
  return {
      .jam = jam.name(),
      .street = jam.street(),
      .head = FromProto(jam.head()),
      .tail = FromProto(jam.tail()),
      .length_m = jam.length_m(),
      .speed_kmh = jam.speed_kmh(),
      .since = jam.has_since_time() ? std::optional(FromProtoTime(jam.since_time())) : std::nullopt,
      .live_share = jam.has_live_share() ? jam.live_share() : 1,
      .from_street = jam.from_street(),
      .to_street = jam.to_street(),
      .bearing_deg = jam.has_bearing_deg() ? std::optional(jam.bearing_deg()) : std::nullopt};
}

bool IsAtLeastClass(common::v1::RoadClass road_class, geo::RoadClass least) {
  const std::optional<geo::RoadClass> parsed = layers::FromProto(road_class);
  return !parsed.has_value() || *parsed <= least;
}

std::vector<StreetDepthObservation> ToStreets(
    const std::vector<flood::v1::FloodedSegment>& segments, double radius_max_m) {
  // A city has many streets of the same name, so that the name alone does not identify one.
  const auto id_of = [](const flood::v1::FloodedSegment& segment) {
    return segment.street_id().empty() ? segment.street() : segment.street_id();
  };
  std::map<std::string, StreetDepthObservation> by_id;
  for (const flood::v1::FloodedSegment& segment : segments) {
    if (segment.street().empty()) continue;
    StreetDepthObservation& street = by_id[id_of(segment)];
    if (street.street.empty() || segment.depth_m() > street.depth_m) {
      street.street = segment.street();
      street.street_id = segment.street_id();
      street.depth_m = segment.depth_m();
      street.location = FromProto(segment.location());
    }
  }
  for (const flood::v1::FloodedSegment& segment : segments) {
    const auto it = by_id.find(id_of(segment));
    if (it == by_id.end()) continue;
    const double distance_m = DistanceM(it->second.location, FromProto(segment.location()));
    it->second.radius_m = std::max(it->second.radius_m, std::min(distance_m, radius_max_m));
  }
  std::vector<StreetDepthObservation> streets;
  streets.reserve(by_id.size());
  for (auto& [id, street] : by_id) streets.push_back(std::move(street));
  return streets;
}

InputClient::InputClient(std::shared_ptr<grpc::Channel> flood,
                         std::shared_ptr<grpc::Channel> traffic, CutOffs& cut_offs,
                         InputClientOptions options, Revision flood_revision,
                         Revision traffic_revision)
    : flood_(flood::v1::FloodService::NewStub(std::move(flood))),
      traffic_(traffic::v1::TrafficService::NewStub(std::move(traffic))),
      cut_offs_(cut_offs),
      options_(options) {
  flood_known_.revision_of = std::move(flood_revision);
  traffic_known_.revision_of = std::move(traffic_revision);
}

bool InputClient::MayReuse(const Known& known, absl::Time now) const {
  return known.revision.has_value() && known.revision == known.revision_of() &&
         now >= known.city_time && now - known.city_time < options_.reuse_max;
}

Look InputClient::Read(absl::Time stages_since, absl::Time now) {
  const auto read_again = [&](Known& known, const auto& read) {
    if (MayReuse(known, now)) return;
    known.look = {};
    // Taken before the lists are read: what changes meanwhile is read next time.
    known.revision = known.revision_of == nullptr ? std::nullopt : known.revision_of();
    known.city_time = now;
    read(known.look);
    if (!known.look.failures.empty()) known.revision = std::nullopt;
  };
  read_again(flood_known_, [&](Look& look) {
    if (!Note(stages_, ReadStages(stages_since, look), look)) look.stages.reset();
    if (!Note(streets_, ReadStreets(look), look)) look.streets.reset();
  });
  read_again(traffic_known_, [&](Look& look) {
    if (!Note(jams_, ReadJams(look), look)) look.jams.reset();
  });
  Look look = flood_known_.look;
  look.jams = traffic_known_.look.jams;
  look.failures.insert(look.failures.end(), traffic_known_.look.failures.begin(),
                       traffic_known_.look.failures.end());
  return look;
}

bool InputClient::Note(Peer& peer, const grpc::Status& status, Look& look) {
  // A city without terrain has no water on streets: the list is not missing.
  const bool is_offered = status.error_code() != grpc::StatusCode::FAILED_PRECONDITION;
  if (!status.ok() && is_offered) look.failures.push_back({peer.input, status.error_message()});
  if (!status.ok() && !peer.is_down) {
    runtime::LogWarning("alerts: input is unavailable; its alerts keep their state",
                        {{"input", peer.what}, {"why", status.error_message()}});
  } else if (status.ok() && peer.is_down) {
    runtime::LogInfo("alerts: input is available again", {{"input", peer.what}});
  }
  peer.is_down = !status.ok();
  return status.ok();
}

grpc::Status InputClient::ReadStages(absl::Time since, Look& look) {
  grpc::ClientContext context;
  SetDeadline(context, options_.deadline);
  flood::v1::ListStagesRequest request;
  SetTime(since, [&] { return request.mutable_readings_since_time(); });
  flood::v1::ListStagesResponse response;
  const grpc::Status status = flood_->ListStages(&context, request, &response);
  if (!status.ok()) return status;
  look.stages.emplace();
  for (const flood::v1::Stage& stage : response.stages()) {
    look.stages->push_back(ToObservation(stage));
  }
  return status;
}

grpc::Status InputClient::ReadStreets(Look& look) {
  look.streets.emplace().data_time = absl::InfinitePast();
  std::vector<flood::v1::FloodedSegment> segments;
  flood::v1::ListFloodedSegmentsRequest all;
  all.set_measured_only(true);
  const grpc::Status status = ReadPages<flood::v1::ListFloodedSegmentsResponse>(
      options_, cut_offs_, all,
      [this](grpc::ClientContext& context, const auto& request, auto* response) {
        return flood_->ListFloodedSegments(&context, request, response);
      },
      [&](const flood::v1::ListFloodedSegmentsResponse& response) {
        segments.insert(segments.end(), response.segments().begin(), response.segments().end());
        look.streets->data_time = TimeOf(response.has_data_time(), response.data_time());
      });
  std::erase_if(segments, [this](const flood::v1::FloodedSegment& segment) {
    return !IsAtLeastClass(segment.road_class(), options_.street_class_min);
  });
  look.streets->items = ToStreets(segments, options_.radius_max_m);
  return status;
}

grpc::Status InputClient::ReadJams(Look& look) {
  look.jams.emplace().data_time = absl::InfinitePast();
  return ReadPages<traffic::v1::ListJamsResponse>(
      options_, cut_offs_, traffic::v1::ListJamsRequest(),
      [this](grpc::ClientContext& context, const auto& request, auto* response) {
        return traffic_->ListJams(&context, request, response);
      },
      [&](const traffic::v1::ListJamsResponse& response) {
        for (const traffic::v1::Jam& jam : response.jams()) {
          look.jams->items.push_back(ToObservation(jam));
        }
        look.jams->data_time = TimeOf(response.has_data_time(), response.data_time());
      });
}

}  // namespace citylayers::alerts
