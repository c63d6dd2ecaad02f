#include "services/flood/stage_proto.h"

#include <algorithm>

#include "base/strings.h"
#include "proto/support/proto_time.h"
#include "services/layers/request_fields.h"

namespace citylayers::flood {

v1::Stage ToProto(const FloodLayer::StageAnswer& answer) {
  v1::Stage stage;
  stage.set_station(StrCat("stations/", answer.station->id));
  stage.mutable_display_name()->set_vi(answer.station->name_vi);
  stage.mutable_display_name()->set_en(answer.station->name_en);
  *stage.mutable_location() = layers::ToPoint(answer.station->location);
  for (const Threshold& threshold : answer.measure->thresholds) {
    stage.add_alert_levels_m(threshold.value);
  }
  stage.mutable_period()->set_seconds(absl::ToInt64Seconds(answer.measure->period));
  for (const auto& [time_ms, sample] : answer.recent) {
    v1::StageReading* reading = stage.add_recent_readings();
    *reading->mutable_read_time() = ToProtoTime(absl::FromUnixMillis(time_ms));
    reading->set_stage_m(sample.value);
    reading->set_quality(static_cast<readings::v1::Quality>(sample.quality));
  }
  if (!answer.now.has_value()) return stage;
  stage.set_stage_m(answer.now->stage_m);
  stage.set_quality(static_cast<readings::v1::Quality>(answer.now->quality));
  stage.set_trend_m_per_h(answer.now->trend_m_per_h);
  *stage.mutable_read_time() = ToProtoTime(absl::FromUnixMillis(answer.now->time_ms));
  const auto reached = [&](const Threshold& threshold) {
    return answer.now->stage_m >= threshold.value;
  };
  stage.set_alert_level(static_cast<std::int32_t>(std::count_if(
      answer.measure->thresholds.begin(), answer.measure->thresholds.end(), reached)));
  return stage;
}

}  // namespace citylayers::flood
