#include "services/traffic/traffic_module.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/clock.h"

#include "citylayers/layers/v1/layer_service.grpc.pb.h"
#include "proto/support/status_macros.h"
#include "proto/support/strings.h"
#include "services/layers/fold_runner_client.h"
#include "services/layers/layer_catalog.h"
#include "services/runtime/city_clock.h"
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
        service_(layer_, context.city_clock(), context.calls()),
        runner_(context, "traffic", {"segments/-/measures/speed"}, *layer_,
                std::move(checkpoint_path)) {}

  std::vector<grpc::Service*> GrpcServices() override { return {&service_}; }

  absl::Status Start() override {
    FollowFlood();
    runner_.Start();
    return absl::OkStatus();
  }

  absl::Status Ready() const override { return runner_.Ready(); }

  void Stop() override {
    flood_.reset();
    runner_.Stop();
  }

 private:
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

  runtime::ModuleContext& context_;
  const std::shared_ptr<TrafficLayer> layer_;
  TrafficServiceImpl service_;
  layers::FoldRunner runner_;
  std::unique_ptr<runtime::WatchThread> flood_;
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
  std::vector<runtime::Option> options = layers::FoldOptions("traffic", "15m");
  options.insert(options.end(), {{"traffic.age_live", OptionType::kDuration, "10m",
                                  "A speed is live up to this age (city time)."},
                                 {"traffic.age_ageing", OptionType::kDuration, "20m",
                                  "A speed is stale from this age on."},
                                 {"traffic.age_unknown", OptionType::kDuration, "1h",
                                  "A speed is forgotten from this age on."},
                                 {"traffic.jam_length_m_min", OptionType::kDouble, "100",
                                  "Shorter queues are no jams, metres.", 0, 1e5},
                                 {"traffic.closed_depth_m", OptionType::kDouble, "0.5",
                                  "Water this deep closes a road, metres.", 0.1, 10}});
  return {.name = "traffic",
          .needs = {"readings", "flood"},
          .services = {v1::TrafficService::service_full_name()},
          .options = std::move(options),
          .make = Make};
}

}  // namespace citylayers::traffic
