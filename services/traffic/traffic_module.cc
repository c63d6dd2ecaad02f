#include "services/traffic/traffic_module.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "spdlog/spdlog.h"
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include "citylayers/layers/v1/layer_service.grpc.pb.h"
#include "proto/support/status_macros.h"
#include "proto/support/strings.h"
#include "services/layers/layer_catalog.h"
#include "services/layers/readings_client.h"
#include "services/layers/tick_thread.h"
#include "services/runtime/city_clock.h"
#include "services/runtime/proto_time.h"
#include "services/runtime/watch_thread.h"
#include "services/traffic/traffic_layer.h"
#include "services/traffic/traffic_service.h"

namespace citylayers::traffic {
namespace {

using runtime::OptionType;

class Traffic final : public runtime::Module {
 public:
  Traffic(runtime::ModuleContext& context, std::shared_ptr<TrafficLayer> layer,
          std::string checkpoint_path)
      : context_(context),
        layer_(std::move(layer)),
        checkpoint_path_(std::move(checkpoint_path)),
        service_(layer_, context.city_clock(), context.calls()),
        readings_total_(context.metrics().Counter("citylayers_traffic_readings_total",
                                                  "Speeds taken into the layer")),
        jams_(context.metrics().Gauge("citylayers_traffic_jams", "Jams now")),
        publish_seconds_(context.metrics().Seconds("citylayers_layer_publish_seconds",
                                                   "Time to derive and publish a layer's state",
                                                   {{"layer", "traffic"}})) {}

  std::vector<grpc::Service*> GrpcServices() override { return {&service_}; }

  absl::Status Start() override {
    const runtime::Config& config = context_.config();
    std::uint64_t offset = 0;
    if (auto checkpoint = storage::LoadCheckpoint(checkpoint_path_); checkpoint.ok()) {
      if (layer_->Restore(*checkpoint)) offset = checkpoint->log_offset;
    } else if (!absl::IsNotFound(checkpoint.status())) {
      spdlog::warn("traffic: {}", std::string(checkpoint.status().message()));
    }
    readings_ = std::make_unique<layers::ReadingsClient>(
        "traffic follows readings", context_.Channel("readings"),
        std::vector<std::string>{"segments/-/measures/speed"}, offset,
        layers::ReadingsClient::Callbacks{
            .on_reset = [this] { layer_->Clear(); },
            .on_batch = [this](const auto& response) { Apply(response); }});
    FollowFlood();
    const absl::Duration stale_after = config.GetDuration("traffic.stale_after");
    publisher_ = std::make_unique<layers::TickThread>(config.GetDuration("traffic.tick"),
                                                      [this, stale_after] {
                                                        if (readings_->caught_up())
                                                          Publish(stale_after);
                                                      });
    checkpointer_ =
        std::make_unique<layers::TickThread>(config.GetDuration("traffic.checkpoint"), [this] {
          if (readings_->caught_up()) SaveCheckpoint();
        });
    return absl::OkStatus();
  }

  absl::Status Ready() const override {
    if (layer_->live_state()->frame()->sub_layers.empty()) {
      return absl::UnavailableError("reading the log of speeds");
    }
    return absl::OkStatus();
  }

  void Stop() override {
    publisher_.reset();
    checkpointer_.reset();
    flood_.reset();
    readings_.reset();
    SaveCheckpoint();
  }

 private:
  void Apply(const readings::v1::WatchReadingsResponse& response) {
    const readings::v1::ReadingColumns& columns = response.readings();
    std::vector<std::uint32_t> segments;
    segments.reserve(static_cast<std::size_t>(columns.measures_size()));
    for (const std::string& measure : columns.measures())
      segments.push_back(layer_->SegmentOfMeasure(measure));
    std::int64_t time_ms = 0;
    for (int i = 0; i < columns.measure_indexes_size(); ++i) {
      time_ms += columns.time_deltas_ms(i);
      const std::uint32_t segment = segments[columns.measure_indexes(i)];
      if (segment == storage::kNoSegment) continue;
      const auto quality =
          i < columns.qualities_size() ? columns.qualities(i) : readings::v1::QUALITY_UNSPECIFIED;
      if (quality == readings::v1::QUALITY_SUSPECT) continue;
      layer_->ApplySpeed(
          segment, time_ms, columns.values(i),
          quality == readings::v1::QUALITY_PROFILE ? Source::kProfile : Source::kLive);
    }
    readings_total_.Increment(columns.measure_indexes_size());
    layer_->SetOffset(response.offset());
  }

  /// Water comes from whatever layer is called flood, by its column depth_cm; without one, streets
  /// are dry.
  void FollowFlood() {
    std::shared_ptr<layers::v1::LayerService::Stub> stub =
        layers::v1::LayerService::NewStub(context_.Channel("flood"));
    flood_ = std::make_unique<runtime::WatchThread>(
        "traffic follows flood",
        [stub](grpc::ClientContext& context) {
          layers::v1::WatchLayerRequest request;
          request.set_name("layers/flood");
          request.add_columns("depth_cm");
          request.set_tick_ms(250);
          return stub->WatchLayer(&context, request);
        },
        [this](const layers::v1::WatchLayerResponse& response) {
          if (response.has_snapshot()) ApplyWater(response.snapshot().rows(), true);
          if (response.has_delta()) ApplyWater(response.delta().rows(), false);
        });
  }

  template <typename Rows>
  void ApplyWater(const Rows& sub_layers, bool snapshot) {
    std::vector<std::pair<std::uint32_t, double>> depths_m;
    for (const layers::v1::StateRows& rows : sub_layers) {
      if (rows.columns_size() != 1 || rows.columns(0).values_size() != rows.id_gaps_size())
        continue;
      std::uint32_t segment = 0;
      for (int i = 0; i < rows.id_gaps_size(); ++i) {
        segment += rows.id_gaps(i);
        depths_m.emplace_back(segment, rows.columns(0).values(i) / 100.0);
      }
    }
    layer_->SetDepths(depths_m, snapshot);
  }

  void Publish(absl::Duration stale_after) {
    const absl::Time start = absl::Now();
    const absl::Time now = context_.city_clock().Now();
    layer_->Publish(now, !readings_->connected() || now - layer_->data_time() > stale_after);
    jams_.Set(static_cast<double>(layer_->jams()->size()));
    publish_seconds_.Observe(absl::ToDoubleSeconds(absl::Now() - start));
  }

  void SaveCheckpoint() {
    const absl::Status saved = storage::SaveCheckpoint(checkpoint_path_, layer_->MakeCheckpoint());
    if (!saved.ok()) spdlog::warn("traffic: {}", std::string(saved.message()));
  }

  runtime::ModuleContext& context_;
  const std::shared_ptr<TrafficLayer> layer_;
  const std::string checkpoint_path_;
  TrafficServiceImpl service_;
  prometheus::Counter& readings_total_;
  prometheus::Gauge& jams_;
  prometheus::Histogram& publish_seconds_;
  std::unique_ptr<layers::ReadingsClient> readings_;
  std::unique_ptr<runtime::WatchThread> flood_;
  std::unique_ptr<layers::TickThread> publisher_, checkpointer_;
};

absl::StatusOr<std::unique_ptr<runtime::Module>> Make(runtime::ModuleContext& context) {
  const runtime::Config& config = context.config();
  ASSIGN_OR_RETURN(auto pack, context.Pack());
  ASSIGN_OR_RETURN(const std::string directory, context.DataDirectory("traffic"));
  TrafficLayer::Options options;
  options.ages = {.live = config.GetDuration("traffic.age_live"),
                  .ageing = config.GetDuration("traffic.age_ageing"),
                  .unknown = config.GetDuration("traffic.age_unknown")};
  options.jams.length_m_min = config.GetDouble("traffic.jam_length_m_min");
  options.closed_depth_m = config.GetDouble("traffic.closed_depth_m");
  options.epoch = static_cast<std::uint64_t>(absl::ToUnixMillis(absl::Now()));
  auto layer = std::make_shared<TrafficLayer>(std::move(pack), options);
  context.layers().Add(layer);
  return std::unique_ptr<runtime::Module>(
      std::make_unique<Traffic>(context, std::move(layer), directory + "/traffic.state"));
}

}  // namespace

runtime::ModuleSpec TrafficModule() {
  return {.name = "traffic",
          .needs = {"readings", "flood"},
          .options =
              {
                  {"traffic.tick", OptionType::kDuration, "250ms",
                   "Time between two states of the layer.", 0.05, 60},
                  {"traffic.age_live", OptionType::kDuration, "10m",
                   "A speed is live up to this age (city time)."},
                  {"traffic.age_ageing", OptionType::kDuration, "20m",
                   "A speed is stale from this age on."},
                  {"traffic.age_unknown", OptionType::kDuration, "1h",
                   "A speed is forgotten from this age on."},
                  {"traffic.stale_after", OptionType::kDuration, "15m",
                   "The layer is stale when no speed at all has come for this long (city time)."},
                  {"traffic.checkpoint", OptionType::kDuration, "10s",
                   "Time between two checkpoints.", 0.1, 3600},
                  {"traffic.jam_length_m_min", OptionType::kDouble, "100",
                   "Shorter queues are no jams, metres.", 0, 1e5},
                  {"traffic.closed_depth_m", OptionType::kDouble, "0.5",
                   "Water this deep closes a road, metres.", 0.1, 10},
              },
          .make = Make};
}

}  // namespace citylayers::traffic
