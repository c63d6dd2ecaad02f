#include "services/traffic/traffic_module.h"

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include <grpcpp/channel.h>
#include <prometheus/gauge.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/layers/v1/layer_service.grpc.pb.h"
#include "services/layers/fold_runner.h"
#include "services/runtime/city_clock.h"
#include "services/runtime/data_directory.h"
#include "services/runtime/log.h"
#include "services/runtime/module_channels.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/rpc/watch_thread.h"
#include "services/runtime/tick_thread.h"
#include "services/traffic/flood_follower.h"
#include "services/traffic/traffic_layer.h"
#include "services/traffic/traffic_service.h"

namespace citylayers::traffic {
namespace {

using runtime::OptionType;

/// Period of the checks that no event triggers.
constexpr absl::Duration kCheckPeriod = absl::Seconds(1);

class Traffic final : public runtime::Module {
 public:
  Traffic(const runtime::ModuleContext& context, std::shared_ptr<layers::LayerHost> host,
          std::shared_ptr<TrafficLayer> layer, std::string checkpoint_path)
      : context_(context),
        host_(std::move(host)),
        layer_(std::move(layer)),
        service_(layer_, context.city_clock, context.calls),
        runner_(context, "traffic", {"segments/-/measures/speed"}, *layer_,
                std::move(checkpoint_path)),
        jams_(context.metrics.Gauge("citylayers_traffic_jams", "Present jams")),
        flood_wait_(context.config.GetDuration("traffic.flood_wait")) {}

  std::vector<grpc::Service*> GrpcServices() override { return {&service_, host_->service()}; }

  absl::Status Start() override {
    // Restores the checkpoint first: the water from the flood layer is newer.
    runner_.Start();
    if (layer_->pack().has_terrain()) FollowFlood();
    checker_ = std::make_unique<runtime::TickThread>(
        kCheckPeriod,
        [this, clock = runtime::MonotonicClock(), start = runtime::MonotonicClock().Now()] {
          CheckOnce(clock.Now() - start);
        });
    return absl::OkStatus();
  }

  absl::Status Ready() const override {
    const absl::Status ready = runner_.Ready();
    if (ready.ok() || !layer_->AwaitsWater()) return ready;
    return absl::UnavailableError("waiting for the first state of layers/flood");
  }

  void Stop() override {
    checker_.reset();
    flood_.reset();
    runner_.Stop();
  }

 private:
  /// Follows the column depth_cm of layers/flood. A pack without terrain has no such layer, and its
  /// streets are dry.
  void FollowFlood() {
    flood_channel_ = context_.channels.To("flood");
    std::shared_ptr<layers::v1::LayerService::Stub> stub =
        layers::v1::LayerService::NewStub(flood_channel_);
    // All three functions run on the thread of the watch.
    auto stream = std::make_shared<grpc::ClientContext*>(nullptr);
    flood_ = std::make_unique<runtime::WatchThread>(
        "traffic follows flood",
        [this, stub, stream](grpc::ClientContext& context) {
          *stream = &context;
          flood_failed_ = false;
          layers::v1::WatchLayerRequest request;
          request.set_name("layers/flood");
          request.add_columns("depth_cm");
          request.set_tick_ms(250);
          return stub->WatchLayer(&context, request);
        },
        [this, stream](const layers::v1::WatchLayerResponse& response) {
          if (follower_.OnMessage(response) == FloodFollower::Next::kOpenAgain)
            (*stream)->TryCancel();
          if (layer_->AwaitsWater()) flood_failed_ = true;  // its pack is another one
        },
        [this](const grpc::Status&) {
          flood_failed_ = true;
          follower_.OnEnd();
        });
  }

  void CheckOnce(absl::Duration running) {
    jams_.Set(static_cast<double>(layer_->jams()->items.size()));
    // A flood server that is connected but has sent nothing is reading its log, and is worth
    // waiting for. One that is unavailable, or has no water for this pack, may stay so.
    if (!layer_->AwaitsWater() || context_.channels.IsLocal("flood") || running < flood_wait_)
      return;
    if (flood_channel_->GetState(/*try_to_connect=*/false) == GRPC_CHANNEL_READY && !flood_failed_)
      return;
    runtime::LogWarning(
        "traffic: no water from layers/flood, and none in a checkpoint; streets are shown dry, as "
        "stale",
        {{"flood_wait_s", absl::ToDoubleSeconds(flood_wait_)}});
    layer_->StopAwaitingWater();
  }

  const runtime::ModuleContext context_;
  const std::shared_ptr<layers::LayerHost> host_;
  const std::shared_ptr<TrafficLayer> layer_;
  TrafficServiceImpl service_;
  layers::FoldRunner runner_;
  prometheus::Gauge& jams_;
  const absl::Duration flood_wait_;
  FloodFollower follower_{*layer_};
  std::atomic<bool> flood_failed_{false};
  std::shared_ptr<grpc::Channel> flood_channel_;
  std::unique_ptr<runtime::WatchThread> flood_;
  std::unique_ptr<runtime::TickThread> checker_;
};

AgePolicy AgesOf(const runtime::Config& config) {
  return {.live = config.GetDuration("traffic.age_live"),
          .ageing = config.GetDuration("traffic.age_ageing"),
          .unknown = config.GetDuration("traffic.age_unknown")};
}

absl::Status Check(const runtime::Config& config) {
  const AgePolicy ages = AgesOf(config);
  if (ages.live <= ages.ageing && ages.ageing <= ages.unknown) return absl::OkStatus();
  return absl::InvalidArgumentError(
      StrCat("traffic.age_live (", absl::FormatDuration(ages.live), "), traffic.age_ageing (",
             absl::FormatDuration(ages.ageing), ") and traffic.age_unknown (",
             absl::FormatDuration(ages.unknown), ") must not decrease in this order"));
}

absl::StatusOr<std::unique_ptr<runtime::Module>> Make(std::shared_ptr<layers::LayerHost> host,
                                                      const runtime::ModuleContext& context) {
  const runtime::Config& config = context.config;
  ASSIGN_OR_RETURN(const std::string directory,
                   runtime::OpenDataDirectory(context.config, "traffic"));
  TrafficLayer::Options options;
  options.ages = AgesOf(config);
  options.jams.length_m_min = config.GetDouble("traffic.jam_length_m_min");
  options.jams.gap_m_max = config.GetDouble("traffic.jam_gap_m_max");
  options.jams.speed_kmh_floor = config.GetDouble("traffic.jam_speed_kmh_floor");
  options.closed_depth_m = config.GetDouble("traffic.closed_depth_m");
  options.expects_water = context.pack->has_terrain();
  options.epoch = static_cast<std::uint64_t>(absl::ToUnixMillis(absl::Now()));
  auto layer = std::make_shared<TrafficLayer>(context.pack, options);
  host->Add(context, layer);
  return std::unique_ptr<runtime::Module>(std::make_unique<Traffic>(
      context, std::move(host), std::move(layer), directory + "/traffic.state"));
}

}  // namespace

runtime::ModuleSpec TrafficModule(std::shared_ptr<layers::LayerHost> host) {
  std::vector<runtime::Option> options = layers::FoldOptions("traffic", "15m");
  for (runtime::Option& option : layers::LayerOptions()) options.push_back(std::move(option));
  options.insert(options.end(),
                 {{"traffic.age_live", OptionType::kDuration, "10m",
                   "Age up to which a speed is live (city time)."},
                  {"traffic.age_ageing", OptionType::kDuration, "20m",
                   "Age from which a speed is stale (city time)."},
                  {"traffic.age_unknown", OptionType::kDuration, "1h",
                   "Age from which a speed is dropped (city time)."},
                  {"traffic.jam_length_m_min", OptionType::kDouble, "100",
                   "Minimum length of a jam, metres.", 0, 1e5},
                  {"traffic.jam_gap_m_max", OptionType::kDouble, "60",
                   "Maximum length of a freely flowing stretch within a jam, metres.", 0, 1000},
                  {"traffic.jam_speed_kmh_floor", OptionType::kDouble, "1",
                   "Mean speed of standing traffic, for the time lost in a jam, "
                   "km/h.",
                   0.1, 10},
                  {"traffic.closed_depth_m", OptionType::kDouble,
                   StrCat(TrafficLayer::Options().closed_depth_m),
                   "Depth of water from which a road is closed, metres.", 0.1, 10},
                  {"traffic.flood_wait", OptionType::kDuration, "10s",
                   "Time after which the layer is shown without water, as stale, "
                   "when there is neither a flood server nor a checkpoint.",
                   0, 3600}});
  return {.name = "traffic",
          .needs = {"readings", "flood"},
          .services = {v1::TrafficService::service_full_name(),
                       layers::v1::LayerService::service_full_name()},
          .needs_pack = true,
          .options = std::move(options),
          .check = Check,
          .make = [host = std::move(host)](const runtime::ModuleContext& context) {
            return Make(host, context);
          }};
}

}  // namespace citylayers::traffic
