#include "services/flood/flood_module.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/time/clock.h"

#include "base/status_macros.h"
#include "services/flood/flood_layer.h"
#include "services/flood/flood_service.h"
#include "services/layers/fold_runner.h"
#include "services/runtime/city_clock.h"
#include "services/runtime/data_directory.h"
#include "services/runtime/log.h"

namespace citylayers::flood {
namespace {

using runtime::OptionType;

class Flood final : public runtime::Module {
 public:
  Flood(const runtime::ModuleContext& context, std::shared_ptr<layers::LayerHost> host,
        std::shared_ptr<FloodLayer> layer, std::string checkpoint_path)
      : host_(std::move(host)),
        layer_(std::move(layer)),
        service_(layer_, context.city_clock, context.calls,
                 static_cast<std::size_t>(context.config.GetInt("flood.stage_readings_max"))),
        runner_(context, "flood",
                {"stations/-/measures/water_level", "stations/-/measures/rainfall"}, *layer_,
                std::move(checkpoint_path)) {}

  std::vector<grpc::Service*> GrpcServices() override { return {&service_, host_->service()}; }
  absl::Status Start() override {
    runner_.Start();
    return absl::OkStatus();
  }
  absl::Status Ready() const override { return runner_.Ready(); }
  void Stop() override { runner_.Stop(); }

 private:
  const std::shared_ptr<layers::LayerHost> host_;
  const std::shared_ptr<FloodLayer> layer_;
  FloodServiceImpl service_;
  layers::FoldRunner runner_;
};

absl::StatusOr<std::unique_ptr<runtime::Module>> Make(std::shared_ptr<layers::LayerHost> host,
                                                      const runtime::ModuleContext& context) {
  const runtime::Config& config = context.config;
  ASSIGN_OR_RETURN(const std::string directory,
                   runtime::OpenDataDirectory(context.config, "flood"));
  FloodLayer::Options options;
  options.rain.curve_number = config.GetDouble("flood.curve_number");
  options.rain.drains.capacity_mm_per_h = config.GetDouble("flood.drain_mm_per_h");
  options.epoch = static_cast<std::uint64_t>(absl::ToUnixMillis(absl::Now()));
  ASSIGN_OR_RETURN(std::shared_ptr<FloodLayer> layer, FloodLayer::Make(context.pack, options));
  if (layer->rain_gauges_ignored() > 0) {
    runtime::LogWarning("flood: the pack has too many rain gauges; the last ones are ignored",
                        {{"gauges_max", FloodTerrain::kRainGaugesMax},
                         {"gauges_ignored", layer->rain_gauges_ignored()}});
  }
  host->Add(context, layer);
  return std::unique_ptr<runtime::Module>(std::make_unique<Flood>(
      context, std::move(host), std::move(layer), directory + "/flood.state"));
}

}  // namespace

runtime::ModuleSpec FloodModule(std::shared_ptr<layers::LayerHost> host) {
  std::vector<runtime::Option> options = layers::FoldOptions("flood", "45m");
  for (runtime::Option& option : layers::LayerOptions()) options.push_back(std::move(option));
  options.insert(
      options.end(),
      {{"flood.curve_number", OptionType::kDouble, "92",
        "Runoff of the ground, as SCS curve number: 98 paved, 85 to 92 dense housing.", 1, 100},
       {"flood.drain_mm_per_h", OptionType::kDouble, "25",
        "Drain capacity at low tide, mm per hour.", 0, 500},
       {"flood.stage_readings_max", OptionType::kInt, "2000",
        "Maximum number of readings per gauge in ListStages, the newest.", 1, 100'000}});
  return {.name = "flood",
          .needs = {"readings"},
          .services = {v1::FloodService::service_full_name(),
                       layers::v1::LayerService::service_full_name()},
          .needs_pack = true,
          .options = std::move(options),
          .make = [host = std::move(host)](const runtime::ModuleContext& context) {
            return Make(host, context);
          }};
}

}  // namespace citylayers::flood
