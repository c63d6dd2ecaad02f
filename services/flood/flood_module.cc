#include "services/flood/flood_module.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "spdlog/spdlog.h"
#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include "proto/support/status_macros.h"
#include "services/flood/flood_layer.h"
#include "services/flood/flood_service.h"
#include "services/layers/layer_catalog.h"
#include "services/layers/readings_client.h"
#include "services/layers/tick_thread.h"
#include "services/runtime/city_clock.h"

namespace citylayers::flood {
namespace {

using runtime::OptionType;

class Flood final : public runtime::Module {
 public:
  Flood(runtime::ModuleContext& context, std::shared_ptr<FloodLayer> layer,
        std::string checkpoint_path)
      : context_(context),
        layer_(std::move(layer)),
        checkpoint_path_(std::move(checkpoint_path)),
        service_(layer_, context.city_clock(), context.calls()),
        readings_total_(context.metrics().Counter("citylayers_flood_readings_total",
                                                  "Stages and rain taken in")),
        publish_seconds_(context.metrics().Seconds("citylayers_layer_publish_seconds",
                                                   "Time to derive and publish a layer's state",
                                                   {{"layer", "flood"}})) {}

  std::vector<grpc::Service*> GrpcServices() override { return {&service_}; }

  absl::Status Start() override {
    const runtime::Config& config = context_.config();
    std::uint64_t offset = 0;
    if (auto checkpoint = storage::LoadCheckpoint(checkpoint_path_); checkpoint.ok()) {
      if (layer_->Restore(*checkpoint)) offset = checkpoint->log_offset;
    } else if (!absl::IsNotFound(checkpoint.status())) {
      spdlog::warn("flood: {}", std::string(checkpoint.status().message()));
    }
    readings_ = std::make_unique<layers::ReadingsClient>(
        "flood follows readings", context_.Channel("readings"),
        std::vector<std::string>{"stations/-/measures/water_level", "stations/-/measures/rainfall"},
        offset,
        layers::ReadingsClient::Callbacks{
            .on_reset = [this] { layer_->Clear(); },
            .on_batch = [this](const auto& response) { Apply(response); }});
    const absl::Duration stale_after = config.GetDuration("flood.stale_after");
    publisher_ =
        std::make_unique<layers::TickThread>(config.GetDuration("flood.tick"), [this, stale_after] {
          if (!readings_->caught_up()) return;
          const absl::Time start = absl::Now();
          const absl::Duration silent =
              context_.city_clock().Now() - layer_->live_state()->frame()->data_time;
          layer_->Publish(!readings_->connected() || silent > stale_after);
          publish_seconds_.Observe(absl::ToDoubleSeconds(absl::Now() - start));
        });
    checkpointer_ =
        std::make_unique<layers::TickThread>(config.GetDuration("flood.checkpoint"), [this] {
          if (readings_->caught_up()) SaveCheckpoint();
        });
    return absl::OkStatus();
  }

  absl::Status Ready() const override {
    if (layer_->live_state()->frame()->sub_layers.empty()) {
      return absl::UnavailableError("reading the log of stages and rain");
    }
    return absl::OkStatus();
  }

  void Stop() override {
    publisher_.reset();
    checkpointer_.reset();
    readings_.reset();
    SaveCheckpoint();
  }

 private:
  void Apply(const readings::v1::WatchReadingsResponse& response) {
    const readings::v1::ReadingColumns& columns = response.readings();
    std::int64_t time_ms = 0;
    for (int i = 0; i < columns.measure_indexes_size(); ++i) {
      time_ms += columns.time_deltas_ms(i);
      const auto quality =
          i < columns.qualities_size() ? columns.qualities(i) : readings::v1::QUALITY_UNSPECIFIED;
      if (quality == readings::v1::QUALITY_SUSPECT) continue;
      layer_->Apply(columns.measures(static_cast<int>(columns.measure_indexes(i))), time_ms,
                    columns.values(i), static_cast<std::uint32_t>(quality));
    }
    readings_total_.Increment(columns.measure_indexes_size());
    layer_->SetOffset(response.offset());
  }

  void SaveCheckpoint() {
    const absl::Status saved = storage::SaveCheckpoint(checkpoint_path_, layer_->MakeCheckpoint());
    if (!saved.ok()) spdlog::warn("flood: {}", std::string(saved.message()));
  }

  runtime::ModuleContext& context_;
  const std::shared_ptr<FloodLayer> layer_;
  const std::string checkpoint_path_;
  FloodServiceImpl service_;
  prometheus::Counter& readings_total_;
  prometheus::Histogram& publish_seconds_;
  std::unique_ptr<layers::ReadingsClient> readings_;
  std::unique_ptr<layers::TickThread> publisher_, checkpointer_;
};

absl::StatusOr<std::unique_ptr<runtime::Module>> Make(runtime::ModuleContext& context) {
  const runtime::Config& config = context.config();
  ASSIGN_OR_RETURN(auto pack, context.Pack());
  ASSIGN_OR_RETURN(const std::string directory, context.DataDirectory("flood"));
  FloodLayer::Options options;
  options.rain.curve_number = config.GetDouble("flood.curve_number");
  options.rain.drains.capacity_mm_per_h = config.GetDouble("flood.drain_mm_per_h");
  options.epoch = static_cast<std::uint64_t>(absl::ToUnixMillis(absl::Now()));
  ASSIGN_OR_RETURN(std::shared_ptr<FloodLayer> layer, FloodLayer::Make(std::move(pack), options));
  context.layers().Add(layer);
  return std::unique_ptr<runtime::Module>(
      std::make_unique<Flood>(context, std::move(layer), directory + "/flood.state"));
}

}  // namespace

runtime::ModuleSpec FloodModule() {
  return {.name = "flood",
          .needs = {"readings"},
          .options =
              {
                  {"flood.tick", OptionType::kDuration, "250ms",
                   "Time between two states of the layer.", 0.05, 60},
                  {"flood.stale_after", OptionType::kDuration, "45m",
                   "The layer is stale when no stage or rain has come for this long (city time).",
                   1, 1e6},
                  {"flood.checkpoint", OptionType::kDuration, "10s",
                   "Time between two checkpoints.", 0.1, 3600},
                  {"flood.curve_number", OptionType::kDouble, "92",
                   "Share of rain that runs off, as SCS curve number: 98 paved, 85 to 92 dense "
                   "housing.",
                   1, 100},
                  {"flood.drain_mm_per_h", OptionType::kDouble, "25",
                   "What drains take at low tide, mm an hour.", 0, 500},
              },
          .make = Make};
}

}  // namespace citylayers::flood
