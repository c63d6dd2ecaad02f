#include "services/flood/stage_source.h"

#include <utility>
#include <vector>

#include "proto/support/proto_time.h"
#include "services/flood/stage_proto.h"

namespace citylayers::flood {

StageSource::StageSource(std::shared_ptr<const FloodLayer> layer, Options options,
                         const Clock& city_clock, const Clock& machine_clock)
    : layer_(std::move(layer)),
      options_(options),
      city_clock_(city_clock),
      machine_clock_(machine_clock),
      generation_(layer_->generation()) {
  layer_->watchers().Add(waker());
}

absl::StatusOr<runtime::StreamStep> StageSource::Next(v1::WatchStagesResponse* response) {
  // Taken before the stages are read: what is published meanwhile is read next time.
  const std::uint64_t published = layer_->published();
  if (is_first_ || published != published_) Collect(response);
  published_ = published;
  const absl::Time now = machine_clock_.Now();
  const absl::Duration until_heartbeat = sent_at_ + options_.heartbeat - now;
  if (response->stages().empty() && !is_first_ && until_heartbeat > absl::ZeroDuration()) {
    return runtime::StreamStep::Wait(until_heartbeat);
  }
  is_first_ = false;
  sent_at_ = now;
  return runtime::StreamStep::Message();
}

void StageSource::Collect(v1::WatchStagesResponse* response) {
  const std::uint64_t generation = layer_->generation();
  const absl::Time since = city_clock_.Now() - options_.readings_window;
  const std::vector<FloodLayer::StageAnswer> answers = layer_->Stages(since, options_.readings_max);
  for (auto& [station, sent] : sent_) {
    sent.readings.erase(sent.readings.begin(),
                        sent.readings.lower_bound(absl::ToUnixMillis(since)));
  }
  const bool is_rewound = generation != generation_;
  generation_ = generation;
  if (is_rewound) sent_.clear();
  response->set_snapshot(is_first_ || is_rewound);
  for (const FloodLayer::StageAnswer& answer : answers) {
    v1::Stage stage = ToProto(answer);
    google::protobuf::RepeatedPtrField<v1::StageReading> recent;
    recent.Swap(stage.mutable_recent_readings());
    Sent& sent = sent_[answer.station->id];
    for (v1::StageReading& reading : recent) {
      v1::StageReading& known =
          sent.readings[absl::ToUnixMillis(FromProtoTime(reading.read_time()))];
      if (known.SerializeAsString() == reading.SerializeAsString()) continue;
      known = reading;
      *stage.add_recent_readings() = std::move(reading);
    }
    const bool has_readings = !stage.recent_readings().empty();
    google::protobuf::RepeatedPtrField<v1::StageReading> unsent;
    unsent.Swap(stage.mutable_recent_readings());
    std::string bytes = stage.SerializeAsString();
    if (!has_readings && bytes == sent.stage) continue;
    sent.stage = std::move(bytes);
    unsent.Swap(stage.mutable_recent_readings());
    *response->add_stages() = std::move(stage);
  }
}

}  // namespace citylayers::flood
