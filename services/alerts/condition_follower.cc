#include "services/alerts/condition_follower.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <grpcpp/client_context.h>

#include "proto/support/proto_time.h"
#include "services/layers/road_class_proto.h"
#include "services/runtime/log.h"

namespace citylayers::alerts {
namespace {

LonLat FromProto(const common::v1::Point& point) { return {point.lon_deg(), point.lat_deg()}; }

absl::Time TimeOf(bool is_set, const google::protobuf::Timestamp& time) {
  return is_set ? FromProtoTime(time) : absl::InfinitePast();
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

// Applies the rows of a message: `changed` are its rows, `row_of` makes a key and an observation.
template <typename Message, typename Changed, typename List, typename RowOf>
void ApplyRows(const Message& message, const Changed& changed, List& list, RowOf row_of) {
  for (const std::string& key : message.removed()) list.rows.erase(key);
  for (const auto& row : changed) {
    auto [key, observation] = row_of(row);
    list.rows.insert_or_assign(std::move(key), std::move(observation));
  }
  if (message.has_data_time()) list.data_time = FromProtoTime(message.data_time());
}

template <typename List>
auto CompleteOf(const List& list) {
  Complete<typename decltype(list.rows)::mapped_type> complete;
  complete.data_time = list.data_time;
  complete.items.reserve(list.rows.size());
  for (const auto& [key, row] : list.rows) complete.items.push_back(row);
  return complete;
}

}  // namespace

StageObservation ToObservation(const flood::v1::Stage& stage) {
  StageObservation observation{
      .station = stage.station(),
      .place = {stage.display_name().vi(), stage.display_name().en()},
      .location = FromProto(stage.location()),
      .stage_m = stage.stage_m(),
      .read_time = TimeOf(stage.has_read_time(), stage.read_time()),
      .levels_m = {stage.alert_levels_m().begin(), stage.alert_levels_m().end()}};
  if (observation.place.vi.empty()) observation.place = {stage.station(), stage.station()};
  if (observation.place.en.empty()) observation.place.en = observation.place.vi;
  observation.quality = ToQuality(stage.quality());
  if (stage.has_period()) {
    observation.period = absl::Seconds(stage.period().seconds());
  }
  return observation;
}

StreetDepthObservation ToObservation(const flood::v1::FloodedStreet& street, double radius_max_m) {
  return {.street = street.street(),
          .street_id = street.street_id(),
          .location = FromProto(street.location()),
          .radius_m = std::min(street.radius_m(), radius_max_m),
          .depth_m = street.depth_m()};
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

ConditionFollower::ConditionFollower(const std::shared_ptr<grpc::Channel>& flood,
                                     const std::shared_ptr<grpc::Channel>& traffic,
                                     CutOffs& cut_offs, ConditionFollowerOptions options,
                                     std::function<void()> on_change, const Clock& machine_clock)
    : options_(options) {
  const auto callbacks = [&](const auto& changed) {
    using Follower = typename std::remove_reference_t<decltype(*changed)>;
    return typename Follower::Callbacks{.on_change = on_change, .on_too_long = [&cut_offs] {
                                          cut_offs.input_rows_max.Increment();
                                        }};
  };
  std::shared_ptr<flood::v1::FloodService::Stub> flood_stub =
      flood::v1::FloodService::NewStub(flood);
  std::shared_ptr<traffic::v1::TrafficService::Stub> traffic_stub =
      traffic::v1::TrafficService::NewStub(traffic);

  flood::v1::WatchStagesRequest stages;
  stages.mutable_readings_window()->set_seconds(absl::ToInt64Seconds(kReadingsWindow));
  stages_ = std::make_unique<typename decltype(stages_)::element_type>(
      "alerts follow stages",
      [flood_stub, stages](grpc::ClientContext& context) {
        return flood_stub->WatchStages(&context, stages);
      },
      ApplyStages, options_.lists, callbacks(stages_), machine_clock);

  flood::v1::WatchFloodedStreetsRequest streets;
  streets.set_min_road_class(layers::ToProto(options_.street_class_min));
  streets_ = std::make_unique<typename decltype(streets_)::element_type>(
      "alerts follow flooded streets",
      [flood_stub, streets](grpc::ClientContext& context) {
        return flood_stub->WatchFloodedStreets(&context, streets);
      },
      [this](const flood::v1::WatchFloodedStreetsResponse& message, Streets& list) {
        list.is_known = !message.no_terrain();
        ApplyRows(message, message.streets(), list, [this](const flood::v1::FloodedStreet& street) {
          return std::pair(street.street_id(), ToObservation(street, options_.radius_max_m));
        });
      },
      options_.lists, callbacks(streets_), machine_clock);

  jams_ = std::make_unique<typename decltype(jams_)::element_type>(
      "alerts follow jams",
      [traffic_stub](grpc::ClientContext& context) {
        return traffic_stub->WatchJams(&context, traffic::v1::WatchJamsRequest());
      },
      [](const traffic::v1::WatchJamsResponse& message, Jams& list) {
        ApplyRows(message, message.jams(), list, [](const traffic::v1::Jam& jam) {
          return std::pair(jam.name(), ToObservation(jam));
        });
      },
      options_.lists, callbacks(jams_), machine_clock);
}

void ConditionFollower::ApplyStages(const flood::v1::WatchStagesResponse& message,
                                    StageList& stages) {
  for (const flood::v1::Stage& stage : message.stages()) {
    StageRow& row = stages.rows[stage.station()];
    row.stage = ToObservation(stage);
    for (const flood::v1::StageReading& reading : stage.recent_readings()) {
      const absl::Time time = FromProtoTime(reading.read_time());
      row.readings.insert_or_assign(
          time, StageReading{time, reading.stage_m(), ToQuality(reading.quality())});
    }
  }
}

std::optional<Conditions> ConditionFollower::Read(absl::Time readings_since, absl::Time now) {
  if (stages_->is_waiting() || streets_->is_waiting() || jams_->is_waiting()) return std::nullopt;
  Conditions conditions;
  const absl::Status stages = stages_->With([&](StageList& list) {
    conditions.stages.emplace();
    for (auto& [station, row] : list.rows) {
      row.readings.erase(row.readings.begin(), row.readings.lower_bound(readings_since));
      StageObservation& stage = conditions.stages->emplace_back(row.stage);
      for (const auto& [time, reading] : row.readings) stage.recent.push_back(reading);
      stage.stale = now - stage.read_time > 3 * stage.period;
    }
  });
  Note(kStagesInput, stages, conditions);
  const absl::Status streets = streets_->With([&](const Streets& list) {
    if (list.is_known) conditions.streets = CompleteOf(list);
  });
  Note(kStreetsInput, streets, conditions);
  const absl::Status jams =
      jams_->With([&](const Jams& list) { conditions.jams = CompleteOf(list); });
  Note(kJamsInput, jams, conditions);
  return conditions;
}

void ConditionFollower::Note(const char* input, const absl::Status& status,
                             Conditions& conditions) {
  if (!status.ok()) conditions.failures.push_back({input, std::string(status.message())});
  bool& is_down = is_down_[input];
  if (!status.ok() && !is_down) {
    runtime::LogWarning("alerts: input is unavailable; its alerts keep their state",
                        {{"input", input}, {"why", status.message()}});
  } else if (status.ok() && is_down) {
    runtime::LogInfo("alerts: input is available again", {{"input", input}});
  }
  is_down = !status.ok();
}

}  // namespace citylayers::alerts
