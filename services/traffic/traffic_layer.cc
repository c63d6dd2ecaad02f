#include "services/traffic/traffic_layer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "geo/flood/depth_class.h"
#include "geo/roads/road_class.h"
#include "proto/support/proto_layer_version.h"
#include "proto/support/proto_time.h"
#include "services/layers/depth_class_column.h"
#include "services/traffic/traffic_schema.h"
#include "storage/checkpoint/checkpoint_payload.h"

namespace citylayers::traffic {
namespace {

constexpr std::uint32_t kCheckpointVersion = 2;

RoadNetwork NetworkOf(const storage::SegmentTable& roads, const layers::StreetIndex& streets) {
  return {
      .size = roads.size(),
      .successors = [&roads](std::uint32_t i) { return roads.successors(i); },
      .length_m = [&roads](std::uint32_t i) { return static_cast<double>(roads[i].length_m); },
      .reference_speed_kmh =
          [&roads](std::uint32_t i) { return static_cast<double>(ReferenceSpeedKmh(roads[i])); },
      .stable_id = [&roads](std::uint32_t i) { return roads[i].stable_id; },
      .twin = [&roads](std::uint32_t i) { return roads[i].twin; },
      .street = [&streets](std::uint32_t i) { return streets.street(i); }};
}

}  // namespace

TrafficLayer::TrafficLayer(std::shared_ptr<const storage::CityPack> pack, Options options)
    : pack_(std::move(pack)),
      options_(options),
      closed_depth_cm_(static_cast<std::int32_t>(std::lround(options.closed_depth_m * 100))),
      streets_(pack_->segments()),
      roads_(NetworkOf(pack_->segments(), streets_)),
      tiles_(pack_, "traffic"),
      live_state_(
          std::make_shared<layers::LiveState>(layers::LiveState::Options{.epoch = options.epoch})),
      speeds_(*pack_, options.thresholds, options.ages.unknown),
      water_(pack_->segments().size(), options.expects_water),
      jams_(roads_, options.jams) {
  std::vector<layers::RowIndex::Row> rows;
  rows.reserve(pack_->segments().size());
  for (const storage::SegmentRecord& record : pack_->segments().records()) {
    rows.push_back({record.bounds(), geo::RoadClassMinZoom(geo::RoadClassOf(record.road_class))});
    bounds_.Extend({rows.back().box.west_deg, rows.back().box.south_deg});
    bounds_.Extend({rows.back().box.east_deg, rows.back().box.north_deg});
  }
  row_index_ = std::make_shared<layers::RowIndex>(std::move(rows));
  description_ = MakeDescription();
}

void TrafficLayer::SetDepths(const std::vector<SegmentDepth>& depths, bool replace_all) {
  absl::MutexLock lock(&mutex_);
  is_touched_ = true;
  water_.Set(depths, replace_all);
}

void TrafficLayer::SetWaterUnavailable() {
  absl::MutexLock lock(&mutex_);
  water_.SetUnavailable();
}

bool TrafficLayer::AwaitsWater() const {
  absl::MutexLock lock(&mutex_);
  return water_.IsAwaited();
}

void TrafficLayer::StopAwaitingWater() {
  absl::MutexLock lock(&mutex_);
  water_.StopAwaiting();
}

void TrafficLayer::BeginStream() {
  absl::MutexLock lock(&mutex_);
  speeds_.BeginStream();
}

void TrafficLayer::ApplyBatch(const readings::v1::ReadingColumns& batch) {
  absl::MutexLock lock(&mutex_);
  if (speeds_.ApplyBatch(batch)) is_touched_ = true;
}

void TrafficLayer::SetOffset(std::uint64_t offset) {
  absl::MutexLock lock(&mutex_);
  speeds_.SetOffset(offset);
}

void TrafficLayer::Clear() {
  absl::MutexLock lock(&mutex_);
  speeds_.Clear();
  jams_.Clear();
  is_touched_ = true;
}

SegmentView TrafficLayer::View(std::uint32_t segment, absl::Time now) const {
  const TrafficState& state = speeds_.state();
  return ViewSegment(state[segment], state.reference_speed_kmh(segment), now,
                     water_.depth_cm(segment), options_.ages, options_.thresholds,
                     closed_depth_cm_);
}

absl::Time TrafficLayer::newest_reading_time() const {
  absl::MutexLock lock(&mutex_);
  return speeds_.state().data_time();
}

bool TrafficLayer::IsDue(absl::Time now) const {
  // A replay that begins moves the clock back.
  return is_touched_ || now < derived_at_ || now >= derive_again_at_;
}

TrafficLayer::Derived TrafficLayer::Derive(absl::Time now) {
  const TrafficState& state = speeds_.state();
  Derived derived;
  std::vector<std::vector<std::int32_t>>& columns = derived.sub_layers.emplace_back().columns;
  columns.assign(kColumnCount, std::vector<std::int32_t>(state.size()));
  const storage::SegmentCells* cells = pack_->segment_cells();
  const std::int64_t now_ms = absl::ToUnixMillis(now);
  std::int64_t again_ms = std::numeric_limits<std::int64_t>::max();
  derived.views.resize(state.size());
  for (std::uint32_t i = 0; i < state.size(); ++i) {
    const SegmentView view = derived.views[i] = View(i, now);
    derived.shows_profile = derived.shows_profile || view.source == Source::kProfile;
    columns[kLevel][i] = static_cast<std::int32_t>(view.level);
    columns[kSpeed][i] = static_cast<std::int32_t>(std::lround(view.speed_kmh));
    columns[kJamFactor][i] = static_cast<std::int32_t>(std::lround(view.jam_factor * 10));
    columns[kAgeClass][i] = view.age_class;
    columns[kSource][i] = static_cast<std::int32_t>(view.source);
    const std::int32_t depth_cm = water_.depth_cm(i);
    const bool is_known = depth_cm != 0 || cells == nullptr || cells->is_known(i);
    columns[kFloodClass][i] =
        layers::ColumnValue(is_known ? geo::DepthClassOfCm(depth_cm) : geo::DepthClass::kUnknown);
    const std::int64_t change_ms = NextAgeChangeMs(state[i], now_ms, options_.ages);
    if (change_ms != 0) again_ms = std::min(again_ms, change_ms);
  }
  is_touched_ = false;
  derived_at_ = now;
  derive_again_at_ = absl::FromUnixMillis(again_ms);
  return derived;
}

void TrafficLayer::UpdateJams(const std::vector<SegmentView>& views, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  jams_.Update(speeds_.state(), views, now);
  if (jams_.has_jams()) {
    derive_again_at_ = std::min(derive_again_at_, now + JamTracker::kTrendPeriod);
  }
}

void TrafficLayer::Publish(absl::Time now, bool stale) {
  // Showing streets as dry before the flood layer has answered would open flooded ones.
  if (AwaitsWater()) return;
  std::optional<Derived> derived;
  absl::Time data_time;
  {
    absl::MutexLock lock(&mutex_);
    data_time = speeds_.state().data_time();
    stale = stale || !water_.IsCurrent();
    if (IsDue(now)) derived = Derive(now);
  }
  if (!derived.has_value()) return live_state_->Touch(data_time, stale);
  live_state_->SetNotices(derived->shows_profile ? std::vector<std::string>{"profile_speeds"}
                                                 : std::vector<std::string>{});
  live_state_->Publish(std::move(derived->sub_layers), data_time, stale, {});
  // After the columns, whose watchers would wait some 10 ms for the jams of a whole city.
  UpdateJams(derived->views, now);
  watchers_.WakeAll();
}

layers::v1::Layer TrafficLayer::MakeDescription() const {
  layers::v1::Layer layer = TrafficSchema();
  layer.set_pack_id(pack_->pack_id());
  layer.set_attribution(pack_->manifest().attribution);
  layer.mutable_bounds()->set_west_deg(bounds_.west_deg);
  layer.mutable_bounds()->set_south_deg(bounds_.south_deg);
  layer.mutable_bounds()->set_east_deg(bounds_.east_deg);
  layer.mutable_bounds()->set_north_deg(bounds_.north_deg);
  return layer;
}

std::vector<layers::TileAttribute> TrafficLayer::Attributes(const layers::Frame& frame) const {
  static const layers::v1::Layer& schema = *new layers::v1::Layer(TrafficSchema());
  std::vector<layers::TileAttribute> attributes;
  for (int c = 0; c < kColumnCount; ++c) {
    attributes.push_back({schema.sub_layers(0).columns(c).name(),
                          &frame.sub_layers()[0].columns[static_cast<std::size_t>(c)]});
  }
  return attributes;
}

absl::StatusOr<layers::v1::Tile> TrafficLayer::GetTileAt(const layers::Frame* frame,
                                                         geo::TileId tile,
                                                         layers::v1::TileFormat /*format*/,
                                                         std::string_view if_none_match) const {
  if (frame->sub_layers().empty()) {
    return absl::UnavailableError("layers/traffic is reading its log; try again in a second");
  }
  layers::v1::Tile result;
  *result.mutable_version() = ToProto(frame->version);
  SetTime(frame->data_time, [&] { return result.mutable_data_time(); });
  result.set_content_type("application/vnd.mapbox-vector-tile");
  ASSIGN_OR_RETURN(const layers::TileJob job, tiles_.Open(tile, Attributes(*frame), nullptr));
  result.set_content_tag(job.Tag());
  if (!if_none_match.empty() && if_none_match == result.content_tag()) {
    result.set_not_modified(true);
    return result;
  }
  job.AppendTo(result.mutable_data());
  return result;
}

TrafficLayer::SegmentAnswer TrafficLayer::Segment(std::uint32_t segment, absl::Time now) const {
  absl::MutexLock lock(&mutex_);
  SegmentAnswer answer;
  const TrafficState& state = speeds_.state();
  answer.reference_speed_kmh = state.reference_speed_kmh(segment);
  answer.depth_m = water_.depth_cm(segment) / 100.0;
  answer.view = View(segment, now);
  if (state[segment].time_ms != 0) answer.data_time = absl::FromUnixMillis(state[segment].time_ms);
  return answer;
}

std::shared_ptr<const JamList> TrafficLayer::jams() const {
  absl::MutexLock lock(&mutex_);
  return jams_.list();
}

storage::Checkpoint TrafficLayer::MakeCheckpoint() const {
  absl::MutexLock lock(&mutex_);
  storage::CheckpointWriter writer;
  speeds_.Save(&writer);
  jams_.Save(&writer);
  water_.Save(&writer);
  return {.kind = "traffic",
          .kind_version = kCheckpointVersion,
          .pack_id = pack_->pack_id(),
          .log_offset = speeds_.offset(),
          .payload = writer.Take()};
}

bool TrafficLayer::Restore(const storage::Checkpoint& checkpoint) {
  if (checkpoint.kind != "traffic" || checkpoint.kind_version != kCheckpointVersion ||
      checkpoint.pack_id != pack_->pack_id()) {
    return false;
  }
  const std::uint32_t count = pack_->segments().size();
  storage::CheckpointReader reader(checkpoint.payload);
  std::optional<std::vector<SegmentState>> segments = SpeedFold::Load(&reader, count);
  if (!segments.has_value()) return false;
  std::optional<std::vector<Jam>> jams = JamTracker::Load(&reader, count);
  if (!jams.has_value()) return false;
  std::optional<StreetWater::Saved> water = StreetWater::Load(&reader, count);
  if (!water.has_value() || !reader.AtEnd()) return false;
  absl::MutexLock lock(&mutex_);
  if (!speeds_.Restore(*std::move(segments), checkpoint.log_offset)) return false;
  jams_.Restore(*std::move(jams));
  water_.Restore(*std::move(water));
  is_touched_ = true;
  return true;
}

}  // namespace citylayers::traffic
