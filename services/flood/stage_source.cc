#include "services/flood/stage_source.h"

#include <utility>

#include "proto/support/proto_time.h"
#include "services/flood/stage_proto.h"

namespace citylayers::flood {

StageSource::StageSource(std::shared_ptr<const FloodLayer> layer, Options options,
                         const Clock& city_clock, const Clock& machine_clock)
    : ChangeSource(machine_clock),
      layer_(std::move(layer)),
      options_(options),
      city_clock_(city_clock),
      generation_(layer_->generation()) {
  layer_->watchers().Add(waker());
}

void StageSource::Collect(std::deque<v1::WatchStagesResponse>& messages) {
  // Both are taken before the stages are read: what is published meanwhile is read next time.
  const std::uint64_t published = layer_->published();
  const std::uint64_t generation = layer_->generation();
  if (!is_first_ && published == published_) return;
  published_ = published;
  const bool is_snapshot = std::exchange(is_first_, false) || generation != generation_;
  generation_ = generation;
  if (is_snapshot) sent_.clear();

  const absl::Time since = city_clock_.Now() - options_.readings_window;
  const std::int64_t since_ms = absl::ToUnixMillis(since);
  v1::WatchStagesResponse message;
  message.set_snapshot(is_snapshot);
  int readings = 0;
  for (const FloodLayer::StageAnswer& answer : layer_->Stages(since, options_.readings_max)) {
    Sent& sent = sent_[answer.station->id];
    sent.readings.erase(sent.readings.begin(), sent.readings.lower_bound(since_ms));
    v1::Stage stage = ToProto(answer);
    if (!TakeUnsent(stage, sent)) continue;
    if (readings + stage.recent_readings_size() > kReadingsPerMessage && readings > 0) {
      message.set_more(true);
      messages.push_back(std::exchange(message, {}));
      readings = 0;
    }
    readings += stage.recent_readings_size();
    *message.add_stages() = std::move(stage);
  }
  if (is_snapshot || !message.stages().empty()) messages.push_back(std::move(message));
}

bool StageSource::TakeUnsent(v1::Stage& stage, Sent& sent) {
  google::protobuf::RepeatedPtrField<v1::StageReading> recent;
  recent.Swap(stage.mutable_recent_readings());
  std::string bytes = stage.SerializeAsString();
  for (v1::StageReading& reading : recent) {
    v1::StageReading& known = sent.readings[absl::ToUnixMillis(FromProtoTime(reading.read_time()))];
    if (known.SerializeAsString() == reading.SerializeAsString()) continue;
    known = reading;
    *stage.add_recent_readings() = std::move(reading);
  }
  if (stage.recent_readings().empty() && bytes == sent.stage) return false;
  sent.stage = std::move(bytes);
  return true;
}

}  // namespace citylayers::flood
