#include "services/flood/flood_layer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "geo/flood/depth_class.h"
#include "geo/flood/stage_depth.h"
#include "geo/roads/road_class.h"
#include "proto/support/proto_layer_version.h"
#include "proto/support/proto_time.h"
#include "services/flood/depth_picture.h"
#include "services/flood/flood_schema.h"
#include "services/layers/depth_class_column.h"
#include "storage/checkpoint/checkpoint_payload.h"

namespace citylayers::flood {
namespace {

constexpr std::uint32_t kCheckpointVersion = 1;

/// Returns the id of "stations/{id}/measures/{kind}" when the measure is of this kind; else empty.
std::string StationOf(std::string_view measure, std::string_view kind) {
  constexpr std::string_view kPrefix = "stations/", kMiddle = "/measures/";
  if (measure.substr(0, kPrefix.size()) != kPrefix) return {};
  measure.remove_prefix(kPrefix.size());
  const std::size_t middle = measure.find(kMiddle);
  if (middle == std::string_view::npos || measure.substr(middle + kMiddle.size()) != kind)
    return {};
  return std::string(measure.substr(0, middle));
}

}  // namespace

FloodLayer::FloodLayer(std::shared_ptr<const storage::CityPack> pack, Options options)
    : pack_(std::move(pack)),
      streets_(pack_, "streets"),
      street_index_(pack_->segments()),
      live_state_(
          std::make_shared<layers::LiveState>(layers::LiveState::Options{.epoch = options.epoch})),
      state_(options.rain) {
  for (const storage::PackStation& station : pack_->stations()) {
    for (const storage::PackMeasure& measure : station.measures) {
      if (measure.kind == "water_level") gauges_.push_back({&station, &measure});
      if (measure.kind == "rainfall") rain_gauges_.push_back({&station, &measure});
    }
  }
  for (const Gauge& rain : rain_gauges_) {
    std::size_t nearest = gauges_.size();
    double nearest_m = std::numeric_limits<double>::infinity();
    for (std::size_t g = 0; g < gauges_.size(); ++g) {
      const double distance_m = DistanceM(rain.station->location, gauges_[g].station->location);
      if (distance_m < nearest_m) nearest_m = distance_m, nearest = g;
    }
    tide_of_rain_gauge_.push_back(nearest);
  }
  std::vector<layers::RowIndex::Row> rows;
  for (const storage::SegmentRecord& record : pack_->segments().records()) {
    rows.push_back({record.bounds(), geo::RoadClassMinZoom(geo::RoadClassOf(record.road_class))});
  }
  row_index_ = std::make_shared<layers::RowIndex>(std::move(rows));
}

absl::StatusOr<std::shared_ptr<FloodLayer>> FloodLayer::Make(
    std::shared_ptr<const storage::CityPack> pack, Options options) {
  auto layer = std::shared_ptr<FloodLayer>(new FloodLayer(std::move(pack), options));
  if (!layer->pack_->has_terrain()) {
    layer->description_ = layer->MakeDescription();
    return layer;
  }
  std::vector<LonLat> gauges, rain_gauges;
  for (const Gauge& gauge : layer->gauges_) gauges.push_back(gauge.station->location);
  for (const Gauge& gauge : layer->rain_gauges_) rain_gauges.push_back(gauge.station->location);
  ASSIGN_OR_RETURN(layer->terrain_, FloodTerrain::Load(*layer->pack_, gauges, rain_gauges));
  layer->description_ = layer->MakeDescription();
  return layer;
}

FloodLayer::Series FloodLayer::SeriesOf(const std::string& measure) {
  if (std::string station = StationOf(measure, "water_level"); !station.empty()) {
    return {Series::Kind::kStage, std::move(station)};
  }
  if (std::string station = StationOf(measure, "rainfall"); !station.empty()) {
    return {Series::Kind::kRain, std::move(station)};
  }
  return {};
}

void FloodLayer::ApplyReading(const Series& series, std::int64_t time_ms, double value,
                              std::uint32_t quality) {
  if (series.kind == Series::Kind::kOther) return;
  if (series.kind == Series::Kind::kStage) {
    state_.ApplyStage(series.station, time_ms, value, quality);
  } else {
    state_.ApplyRain(series.station, time_ms, value, quality);
  }
  dirty_ = true;
}

void FloodLayer::BeginStream() {
  absl::MutexLock lock(&mutex_);
  dictionary_.clear();
}

void FloodLayer::ApplyBatch(const readings::v1::ReadingColumns& batch) {
  absl::MutexLock lock(&mutex_);
  for (const std::string& measure : batch.measures()) dictionary_.push_back(SeriesOf(measure));
  layers::ForEachReading(
      batch, [&](std::uint32_t index, std::int64_t time_ms, double value, int quality) {
        mutex_.AssertHeld();
        if (index >= dictionary_.size() || quality == readings::v1::QUALITY_SUSPECT) return;
        ApplyReading(dictionary_[index], time_ms, value, static_cast<std::uint32_t>(quality));
      });
}

void FloodLayer::SetOffset(std::uint64_t offset) {
  absl::MutexLock lock(&mutex_);
  offset_ = std::max(offset_, offset);
}

void FloodLayer::Clear() {
  absl::MutexLock lock(&mutex_);
  state_.Clear();
  offset_ = 0;
  dirty_ = true;
  generation_.fetch_add(1, std::memory_order_acq_rel);
}

absl::Time FloodLayer::newest_reading_time() const {
  absl::MutexLock lock(&mutex_);
  return state_.data_time();
}

FloodLayer::Water FloodLayer::WaterNow(bool measured_only) const {
  Water water;
  for (const Gauge& gauge : gauges_) {
    const auto now = state_.Stage(gauge.station->id, measured_only);
    water.levels.push_back({now.has_value(), now.has_value() ? now->stage_m : 0});
  }
  for (std::size_t r = 0; r < rain_gauges_.size(); ++r) {
    const std::size_t tide = tide_of_rain_gauge_[r];
    water.standing_mm.push_back(state_.StandingRainMm(
        rain_gauges_[r].station->id,
        tide < gauges_.size() ? gauges_[tide].station->id : std::string(), measured_only));
  }
  return water;
}

std::vector<std::int32_t> FloodLayer::DepthsOf(const Water& water,
                                               geo::Grid<float>* depth_m) const {
  if (terrain_ == nullptr) return std::vector<std::int32_t>(pack_->segments().size(), 0);
  terrain_->Depth(water.levels, water.standing_mm, depth_m);
  geo::RoundToCentimetres(depth_m);
  std::vector<std::int32_t> depths_cm = terrain_->SegmentDepthsCm(*depth_m, *pack_);
  for (std::int32_t& depth_cm : depths_cm) {
    // Depths below the shallowest class are reported as 0: they would only cause changes.
    if (geo::DepthClassOfCm(depth_cm) == geo::DepthClass::kDry) depth_cm = 0;
  }
  return depths_cm;
}

void FloodLayer::Publish(absl::Time /*now*/, bool stale) {
  if (!PublishFrame(stale)) return;
  published_.fetch_add(1, std::memory_order_acq_rel);
  watchers_.WakeAll();
}

bool FloodLayer::PublishFrame(bool stale) {
  Water water;
  std::optional<Water> measured;
  absl::Time data_time;
  bool dirty = false;
  std::vector<std::string> notices;
  {
    absl::MutexLock lock(&mutex_);
    if (terrain_ != nullptr && ShowsReconstructed()) notices.emplace_back("reconstructed_stages");
    data_time = state_.data_time();
    std::swap(dirty, dirty_);
    if (dirty) water = WaterNow(/*measured_only=*/false);
    if (dirty && state_.UsesProfile()) measured = WaterNow(/*measured_only=*/true);
  }
  live_state_->SetNotices(std::move(notices));
  const std::shared_ptr<const layers::Frame> frame = live_state_->frame();
  if (!dirty && !frame->sub_layers().empty()) {
    live_state_->Touch(data_time, stale);
    return data_time != frame->data_time;
  }
  std::shared_ptr<const std::vector<std::int32_t>> measured_cm;
  if (measured.has_value()) {
    geo::Grid<float> measured_m;
    measured_cm =
        std::make_shared<const std::vector<std::int32_t>>(DepthsOf(*measured, &measured_m));
  }
  std::vector<layers::Columns> columns(kSubLayerCount);
  columns[kStreets].columns.resize(kStreetColumnCount);
  std::vector<std::int32_t>& depths_cm = columns[kStreets].columns[kDepthCm];
  auto depth_m = terrain_ == nullptr ? nullptr : std::make_shared<geo::Grid<float>>();
  depths_cm = DepthsOf(water, depth_m.get());
  std::vector<std::int32_t>& classes = columns[kStreets].columns[kClass];
  classes.reserve(depths_cm.size());
  const storage::SegmentCells* cells = pack_->segment_cells();
  for (std::uint32_t i = 0; i < depths_cm.size(); ++i) {
    const geo::DepthClass depth_class = geo::DepthClassOfCm(depths_cm[i]);
    const bool is_known =
        depth_class > geo::DepthClass::kDry || cells == nullptr || cells->is_known(i);
    classes.push_back(layers::ColumnValue(is_known ? depth_class : geo::DepthClass::kUnknown));
  }
  std::vector<geo::TileId> changed;
  if (const geo::Grid<float>* previous_m = DepthM(*frame); previous_m != nullptr)
    changed = terrain_->ChangedTiles(*previous_m, *depth_m);
  {
    absl::MutexLock lock(&mutex_);
    measured_depths_cm_ = std::move(measured_cm);
  }
  live_state_->Publish(std::move(columns), data_time, stale, std::move(changed),
                       std::move(depth_m));
  return true;
}

std::shared_ptr<const std::vector<std::int32_t>> FloodLayer::measured_depths_cm() const {
  absl::MutexLock lock(&mutex_);
  return measured_depths_cm_;
}

std::shared_ptr<const layers::RowIndex> FloodLayer::row_index(int sub_layer) const {
  return sub_layer == kStreets ? row_index_ : nullptr;
}

layers::v1::Layer FloodLayer::MakeDescription() const {
  layers::v1::Layer layer = FloodSchema();
  layer.set_pack_id(pack_->pack_id());
  layer.set_attribution(pack_->manifest().attribution);
  if (terrain_ == nullptr) {
    layer.set_unavailable_reason(
        StrCat("the city pack has no terrain: ", pack_->manifest().AbsentReason("terrain")));
    return layer;
  }
  const LonLatBox& bounds = terrain_->bounds();
  layer.mutable_bounds()->set_west_deg(bounds.west_deg);
  layer.mutable_bounds()->set_south_deg(bounds.south_deg);
  layer.mutable_bounds()->set_east_deg(bounds.east_deg);
  layer.mutable_bounds()->set_north_deg(bounds.north_deg);
  if (pack_->manifest().has_notice("synthetic_terrain")) layer.add_notices("synthetic_terrain");
  return layer;
}

absl::StatusOr<layers::v1::Tile> FloodLayer::GetTileAt(const layers::Frame* frame, geo::TileId tile,
                                                       layers::v1::TileFormat format,
                                                       std::string_view if_none_match) const {
  const geo::Grid<float>* depth_m = DepthM(*frame);
  if (depth_m == nullptr) {
    return absl::UnavailableError("layers/flood is reading its log; try again in a second");
  }
  layers::v1::Tile result;
  *result.mutable_version() = ToProto(frame->version);
  SetTime(frame->data_time, [&] { return result.mutable_data_time(); });
  const bool png = format == layers::v1::TILE_FORMAT_PNG;
  result.set_content_type(png ? "image/png" : "application/vnd.mapbox-vector-tile");
  const geo::TileLattice lattice = png ? geo::PixelLattice(kPicturePixels) : BandLattice(tile);
  const geo::Grid<float> samples = terrain_->SampleTile(*depth_m, tile, lattice);
  std::string tag =
      DepthTag(samples, png ? DepthCoding::kPng : DepthCoding::kBands, pack_->pack_id(), tile);
  const std::vector<std::int32_t>& classes = frame->sub_layers()[kStreets].columns[kClass];
  const auto wet = [&classes](std::uint32_t segment) {
    return classes[segment] > layers::ColumnValue(geo::DepthClass::kDry);
  };
  const std::vector<layers::TileAttribute> attributes = {
      {"depth_cm", &frame->sub_layers()[kStreets].columns[kDepthCm]}, {"flood_class", &classes}};
  ASSIGN_OR_RETURN(const layers::TileJob streets, streets_.Open(tile, attributes, wet));
  if (!png) {
    const std::string streets_tag = streets.Tag();
    if (!streets_tag.empty()) StrAppend(&tag, tag.empty() ? "" : ".", streets_tag);
  }
  result.set_content_tag(tag);
  if (!if_none_match.empty() && if_none_match == tag) {
    result.set_not_modified(true);
    return result;
  }
  if (png) {
    ASSIGN_OR_RETURN(*result.mutable_data(), EncodeDepthPng(samples));
    return result;
  }
  *result.mutable_data() = EncodeDepthBands(samples, lattice);
  streets.AppendTo(result.mutable_data());
  return result;
}

bool FloodLayer::ShowsReconstructed() const {
  return std::any_of(gauges_.begin(), gauges_.end(), [this](const Gauge& gauge) {
    mutex_.AssertHeld();
    const std::optional<StageNow> stage = state_.Stage(gauge.station->id);
    return stage.has_value() && stage->quality == readings::v1::QUALITY_ESTIMATED;
  });
}

std::vector<FloodLayer::StageAnswer> FloodLayer::Stages(absl::Time since,
                                                        std::size_t readings_max) const {
  std::vector<StageAnswer> answers;
  absl::MutexLock lock(&mutex_);
  for (const Gauge& gauge : gauges_) {
    const std::string& id = gauge.station->id;
    answers.push_back({gauge.station, gauge.measure, state_.Stage(id),
                       state_.StagesSince(id, absl::ToUnixMillis(since), readings_max)});
  }
  return answers;
}

storage::Checkpoint FloodLayer::MakeCheckpoint() const {
  absl::MutexLock lock(&mutex_);
  storage::CheckpointWriter writer;
  state_.Save(&writer);
  return {.kind = "flood",
          .kind_version = kCheckpointVersion,
          .pack_id = pack_->pack_id(),
          .log_offset = offset_,
          .payload = writer.Take()};
}

bool FloodLayer::Restore(const storage::Checkpoint& checkpoint) {
  // Stored readings are valid with any pack; only the layout must match.
  if (checkpoint.kind != "flood" || checkpoint.kind_version != kCheckpointVersion) return false;
  storage::CheckpointReader reader(checkpoint.payload);
  absl::MutexLock lock(&mutex_);
  if (!state_.Load(&reader) || !reader.AtEnd()) {
    state_.Clear();
    return false;
  }
  offset_ = checkpoint.log_offset;
  dirty_ = true;
  return true;
}

}  // namespace citylayers::flood
