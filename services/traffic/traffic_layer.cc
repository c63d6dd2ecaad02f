#include "services/traffic/traffic_layer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"

#include "base/status_macros.h"
#include "base/strings.h"
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
constexpr absl::Duration kTrendSpan = absl::Minutes(10);
constexpr absl::Duration kTrendPeriod = absl::Minutes(1);

float ReferenceSpeedKmh(const storage::SegmentRecord& road) {
  return std::max(1.0F, road.reference_speed_kmh);
}

std::vector<float> ReferenceSpeeds(const storage::SegmentTable& roads) {
  std::vector<float> speeds(roads.size());
  for (std::uint32_t i = 0; i < roads.size(); ++i) speeds[i] = ReferenceSpeedKmh(roads[i]);
  return speeds;
}

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
      state_(ReferenceSpeeds(pack_->segments()), options.thresholds, options.ages.unknown),
      depths_cm_(pack_->segments().size()),
      jams_(std::make_shared<JamList>()) {
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

void TrafficLayer::BeginStream() {
  absl::MutexLock lock(&mutex_);
  segment_of_index_.clear();
}

void TrafficLayer::ApplyBatch(const readings::v1::ReadingColumns& batch) {
  absl::MutexLock lock(&mutex_);
  for (const std::string& measure : batch.measures()) {
    segment_of_index_.push_back(SegmentOfMeasure(measure));
  }
  layers::ForEachReading(
      batch, [&](std::uint32_t index, std::int64_t time_ms, double speed_kmh, int quality) {
        mutex_.AssertHeld();
        if (index >= segment_of_index_.size() || quality == readings::v1::QUALITY_SUSPECT) return;
        const std::uint32_t segment = segment_of_index_[index];
        if (segment == storage::kNoSegment) return;
        const Source source =
            quality == readings::v1::QUALITY_PROFILE ? Source::kProfile : Source::kLive;
        if (state_.Apply(segment, time_ms, speed_kmh, source)) is_touched_ = true;
      });
}

void TrafficLayer::SetOffset(std::uint64_t offset) {
  absl::MutexLock lock(&mutex_);
  offset_ = std::max(offset_, offset);
}

void TrafficLayer::SetDepths(const std::vector<SegmentDepth>& depths, bool replace_all) {
  absl::MutexLock lock(&mutex_);
  is_touched_ = true;
  if (replace_all) std::fill(depths_cm_.begin(), depths_cm_.end(), 0);
  for (const SegmentDepth& depth : depths) {
    if (depth.segment < depths_cm_.size()) depths_cm_[depth.segment] = depth.depth_cm;
  }
  water_known_ = water_current_ = true;
}

void TrafficLayer::LoseWater() {
  absl::MutexLock lock(&mutex_);
  water_current_ = false;
}

bool TrafficLayer::AwaitsWater() const {
  absl::MutexLock lock(&mutex_);
  return options_.expects_water && !water_known_ && !water_waived_;
}

void TrafficLayer::GoWithoutWater() {
  absl::MutexLock lock(&mutex_);
  water_waived_ = true;
}

std::uint32_t TrafficLayer::SegmentOfMeasure(std::string_view measure) const {
  constexpr std::string_view kPrefix = "segments/", kSuffix = "/measures/speed";
  if (measure.size() <= kPrefix.size() + kSuffix.size() || !measure.starts_with(kPrefix) ||
      !measure.ends_with(kSuffix)) {
    return storage::kNoSegment;
  }
  measure.remove_prefix(kPrefix.size());
  measure.remove_suffix(kSuffix.size());
  std::uint64_t stable_id = 0;
  if (!absl::SimpleAtoi(ToAbsl(measure), &stable_id)) return storage::kNoSegment;
  return pack_->FindSegment(stable_id).value_or(storage::kNoSegment);
}

void TrafficLayer::Clear() {
  absl::MutexLock lock(&mutex_);
  state_.Clear();
  is_touched_ = true;
  offset_ = 0;
  last_jams_.clear();
  jam_lengths_.clear();
}

SegmentView TrafficLayer::View(std::uint32_t segment, absl::Time now) const {
  return ViewSegment(state_[segment], state_.reference_speed_kmh(segment), now, depths_cm_[segment],
                     options_.ages, options_.thresholds, closed_depth_cm_);
}

absl::Time TrafficLayer::newest_reading_time() const {
  absl::MutexLock lock(&mutex_);
  return state_.data_time();
}

bool TrafficLayer::IsDue(absl::Time now) const {
  // A replay that begins moves the clock back.
  return is_touched_ || now < derived_at_ || now >= derive_again_at_;
}

std::vector<layers::Columns> TrafficLayer::Derive(absl::Time now, bool* shows_profile) {
  std::vector<layers::Columns> sub_layers(1);
  layers::Columns& columns = sub_layers.front();
  columns.columns.assign(kColumnCount, std::vector<std::int32_t>(state_.size()));
  const storage::SegmentCells* cells = pack_->segment_cells();
  const std::int64_t now_ms = absl::ToUnixMillis(now);
  std::int64_t again_ms = std::numeric_limits<std::int64_t>::max();
  std::vector<SegmentView> views(state_.size());
  for (std::uint32_t i = 0; i < state_.size(); ++i) {
    const SegmentView view = views[i] = View(i, now);
    *shows_profile = *shows_profile || view.source == Source::kProfile;
    columns.columns[kLevel][i] = static_cast<std::int32_t>(view.level);
    columns.columns[kSpeed][i] = static_cast<std::int32_t>(std::lround(view.speed_kmh));
    columns.columns[kJamFactor][i] = static_cast<std::int32_t>(std::lround(view.jam_factor * 10));
    columns.columns[kAgeClass][i] = view.age_class;
    columns.columns[kSource][i] = static_cast<std::int32_t>(view.source);
    const bool is_known = depths_cm_[i] != 0 || cells == nullptr || cells->is_known(i);
    columns.columns[kFloodClass][i] = layers::ColumnValue(
        is_known ? geo::DepthClassOfCm(depths_cm_[i]) : geo::DepthClass::kUnknown);
    const std::int64_t change_ms = NextAgeChangeMs(state_[i], now_ms, options_.ages);
    if (change_ms != 0) again_ms = std::min(again_ms, change_ms);
  }
  UpdateJams(views, now);
  is_touched_ = false;
  derived_at_ = now;
  derive_again_at_ = absl::FromUnixMillis(again_ms);
  if (!last_jams_.empty()) derive_again_at_ = std::min(derive_again_at_, now + kTrendPeriod);
  return sub_layers;
}

void TrafficLayer::Publish(absl::Time now, bool stale) {
  // Showing streets as dry before the flood layer has answered would open flooded ones.
  if (AwaitsWater()) return;
  std::optional<std::vector<layers::Columns>> sub_layers;
  absl::Time data_time;
  bool shows_profile = false;
  {
    absl::MutexLock lock(&mutex_);
    data_time = state_.data_time();
    stale = stale || (options_.expects_water && !water_current_);
    if (IsDue(now)) sub_layers = Derive(now, &shows_profile);
  }
  if (!sub_layers.has_value()) return live_state_->Touch(data_time, stale);
  live_state_->SetNotices(shows_profile ? std::vector<std::string>{"profile_speeds"}
                                        : std::vector<std::string>{});
  live_state_->Publish(*std::move(sub_layers), data_time, stale, {});
  watchers_.WakeAll();
}

std::vector<QueuingSegment> TrafficLayer::Queuing(const std::vector<SegmentView>& views) const {
  std::vector<QueuingSegment> queuing;
  for (std::uint32_t i = 0; i < views.size(); ++i) {
    // A jam consists of queues derived from speeds, measured or typical for the hour (live_share
    // has the proportion). A road that is closed, or slow because of its water alone, is not part
    // of one.
    const SegmentState& state = state_[i];
    if (views[i].level < Level::kQueuing || views[i].level == Level::kClosed ||
        views[i].source == Source::kNone || state.queuing_since_ms == 0)
      continue;
    queuing.push_back({.segment = i,
                       .level = static_cast<std::uint8_t>(views[i].level),
                       .speed_kmh = views[i].speed_kmh,
                       .since_ms = state.queuing_since_ms});
  }
  return queuing;
}

void TrafficLayer::UpdateJams(const std::vector<SegmentView>& views, absl::Time now) {
  last_jams_ = FindJams(roads_, Queuing(views), last_jams_, options_.jams);
  auto list = std::make_shared<JamList>();
  list->data_time = state_.data_time();
  absl::flat_hash_map<std::string, std::deque<Length>> lengths;
  for (const Jam& jam : last_jams_) {
    std::deque<Length>& history = lengths[jam.id];
    if (auto it = jam_lengths_.find(jam.id); it != jam_lengths_.end())
      history = std::move(it->second);
    if (history.empty() || now - history.back().time >= kTrendPeriod)
      history.push_back({now, jam.length_m});
    while (history.size() > 1 && now - history.front().time > kTrendSpan) history.pop_front();
    double live_m = 0, known_m = 0;
    for (std::uint32_t segment : jam.segments) {
      if (views[segment].source == Source::kNone) continue;  // a gap without any speed
      known_m += roads_.length_m(segment);
      live_m += roads_.length_m(segment) * static_cast<double>(views[segment].live_share);
    }
    list->items.push_back({jam, jam.length_m - history.front().length_m, live_m / known_m});
  }
  jam_lengths_ = std::move(lengths);
  jams_ = std::move(list);
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
  answer.reference_speed_kmh = state_.reference_speed_kmh(segment);
  answer.depth_m = depths_cm_[segment] / 100.0;
  answer.view = View(segment, now);
  if (state_[segment].time_ms != 0)
    answer.data_time = absl::FromUnixMillis(state_[segment].time_ms);
  return answer;
}

std::shared_ptr<const TrafficLayer::JamList> TrafficLayer::jams() const {
  absl::MutexLock lock(&mutex_);
  return jams_;
}

storage::Checkpoint TrafficLayer::MakeCheckpoint() const {
  absl::MutexLock lock(&mutex_);
  storage::CheckpointWriter writer;
  writer.U32(state_.size());
  writer.Raw(state_.segments().data(), state_.segments().size() * sizeof(SegmentState));
  writer.U32(static_cast<std::uint32_t>(last_jams_.size()));
  for (const Jam& jam : last_jams_) {
    writer.Text(jam.id);
    writer.U64(static_cast<std::uint64_t>(jam.since_ms));
    writer.U32(static_cast<std::uint32_t>(jam.members.size()));
    writer.Raw(jam.members.data(), jam.members.size() * sizeof(std::uint32_t));
  }
  // Not part of the fold, but of the flood layer: after a restart no street is opened before that
  // layer has answered.
  writer.U32(water_known_ ? 1 : 0);
  writer.Raw(depths_cm_.data(), depths_cm_.size() * sizeof(std::int32_t));
  return {.kind = "traffic",
          .kind_version = kCheckpointVersion,
          .pack_id = pack_->pack_id(),
          .log_offset = offset_,
          .payload = writer.Take()};
}

bool TrafficLayer::Restore(const storage::Checkpoint& checkpoint) {
  if (checkpoint.kind != "traffic" || checkpoint.kind_version != kCheckpointVersion ||
      checkpoint.pack_id != pack_->pack_id()) {
    return false;
  }
  storage::CheckpointReader reader(checkpoint.payload);
  std::uint32_t count = 0, jam_count = 0;
  if (!reader.U32(&count) || count != pack_->segments().size()) return false;
  std::vector<SegmentState> segments(count);
  if (!reader.Raw(segments.data(), count * sizeof(SegmentState)) || !reader.U32(&jam_count))
    return false;
  std::vector<Jam> jams;
  for (std::uint32_t i = 0; i < jam_count; ++i) {
    Jam jam;
    std::uint64_t since_ms = 0;
    std::uint32_t size = 0;
    if (!reader.Text(&jam.id) || !reader.U64(&since_ms) || !reader.U32(&size) || size > count)
      return false;
    jam.since_ms = static_cast<std::int64_t>(since_ms);
    jam.members.resize(size);
    if (!reader.Raw(jam.members.data(), size * sizeof(std::uint32_t))) return false;
    jams.push_back(std::move(jam));
  }
  std::uint32_t water_known = 0;
  std::vector<std::int32_t> depths_cm(count);
  if (!reader.U32(&water_known) || !reader.Raw(depths_cm.data(), count * sizeof(std::int32_t)) ||
      !reader.AtEnd())
    return false;
  absl::MutexLock lock(&mutex_);
  if (!state_.Restore(std::move(segments))) return false;
  is_touched_ = true;
  depths_cm_ = std::move(depths_cm);
  water_known_ = water_known != 0;
  last_jams_ = std::move(jams);
  offset_ = checkpoint.log_offset;
  return true;
}

}  // namespace citylayers::traffic
