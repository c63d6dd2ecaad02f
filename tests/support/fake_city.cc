#include "tests/support/fake_city.h"

#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

#include "base/strings.h"
#include "services/runtime/rpc/callback_threads.h"
#include "tests/support/eventually.h"

namespace citylayers::gateway {
namespace {

access::ScopeSet ScopesOf(std::string_view scopes_text) {
  std::vector<access::Scope> scopes;
  for (const absl::string_view item : absl::StrSplit(ToAbsl(scopes_text), ',', absl::SkipEmpty())) {
    scopes.push_back(access::ParseScope(ToStd(item)).value());
  }
  return access::ScopeSet(std::move(scopes));
}

}  // namespace

layers::v1::Layer FakeCity::TrafficLayer() {
  layers::v1::Layer layer;
  layer.set_name("layers/traffic");
  layer.mutable_display_name()->set_vi("Giao thông");
  layer.mutable_display_name()->set_en("Traffic");
  layer.mutable_description()->set_en("How fast the streets are.");
  layer.set_kind(layers::v1::LAYER_KIND_LIVE);
  layer.set_pack_id("pack1");
  layer.mutable_version()->set_epoch(7);
  layer.mutable_version()->set_counter(1);
  layer.mutable_data_time()->set_seconds(1'700'000'000);
  layer.mutable_bounds()->set_west_deg(106.5);
  layer.mutable_bounds()->set_south_deg(10.5);
  layer.mutable_bounds()->set_east_deg(107);
  layer.mutable_bounds()->set_north_deg(11);
  layer.set_min_zoom(8);
  layer.set_max_zoom(14);
  layer.add_formats(layers::v1::TILE_FORMAT_MVT);
  layer.set_attribution("© OpenStreetMap contributors");
  layer.add_notices("profile_speeds");
  layers::v1::SubLayer& sub_layer = *layer.add_sub_layers();
  sub_layer.set_name("traffic");
  sub_layer.set_geometry(layers::v1::GEOMETRY_TYPE_LINE);
  sub_layer.set_id_kind(layers::v1::ID_KIND_SEGMENT_INDEX);
  layers::v1::StateColumn& level = *sub_layer.add_columns();
  level.set_name("level");
  level.mutable_display_name()->set_en("Level");
  layers::v1::EnumValue& free = *level.add_enum_values();
  free.set_number(1);
  free.set_id("free");
  (*sub_layer.mutable_static_fields())["name"] = "name of the street";
  return layer;
}

Gateway::Options FakeCity::SmallOptions() {
  Gateway::Options options;
  options.port = 0;
  options.drain_timeout = absl::Milliseconds(200);
  options.directory.check_period = absl::Milliseconds(10);
  options.directory.retry_period = absl::Milliseconds(10);
  options.live.retry_period = absl::Milliseconds(10);
  options.live.heartbeat_period = absl::Milliseconds(30);
  options.live.list_period = absl::Milliseconds(10);
  return options;
}

FakeCity::FakeCity(Gateway::Options options, std::unique_ptr<StaticFiles> files, bool backends_up,
                   std::string_view anonymous, const access::CallerLimits::Options& limits)
    : access_(ScopesOf(anonymous), *access::ApiKey::Generate(), wall_clock_, limits) {
  runtime::KeepCallbackThreads();
  layers_.SetLayer(TrafficLayer());
  layers::v1::Layer flood = TrafficLayer();
  flood.set_name("layers/flood");
  flood.add_formats(layers::v1::TILE_FORMAT_PNG);
  layers_.SetLayer(flood);
  layers::v1::Layer base = TrafficLayer();
  base.set_name("layers/base");
  base.set_kind(layers::v1::LAYER_KIND_STATIC);
  layers_.SetLayer(base);
  StartBackends();
  if (!backends_up) StopBackends();  // their port is known from here on
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 50);
  const auto channel = grpc::CreateCustomChannel(StrCat("127.0.0.1:", grpc_port_),
                                                 grpc::InsecureChannelCredentials(), arguments);
  std::vector<BackendModule> modules = {
      {"readings",
       {readings::v1::ReadingService::service_full_name(),
        common::v1::ClockService::service_full_name()},
       channel,
       channel},
      {"traffic", {traffic::v1::TrafficService::service_full_name()}, channel, channel},
      {"flood", {flood::v1::FloodService::service_full_name()}, channel, channel},
      {"alerts", {alerts::v1::AlertService::service_full_name()}, channel, channel}};
  gateway_ = std::make_unique<Gateway>(
      std::move(options), std::move(modules), access_, std::move(files), *timer_, metrics_,
      [this] { return absl::FromUnixSeconds(1'700'000'100 + clock_s_.load()); });
  if (!gateway_->Start().ok()) std::abort();
  proxy_.SetRouter(&gateway_->router());
  gateway_->directory().WaitForFirstRound();
}

FakeCity::~FakeCity() {
  if (front_) front_->Shutdown(std::chrono::system_clock::now());
  gateway_->Stop();
  gateway_.reset();
  timer_.reset();
  StopBackends();
}

void FakeCity::StartBackends() {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(StrCat("127.0.0.1:", grpc_port_), grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&layers_);
  builder.RegisterService(&alerts_);
  builder.RegisterService(&readings_);
  builder.RegisterService(&flood_);
  builder.RegisterService(&traffic_);
  builder.RegisterService(&clock_);
  server_ = builder.BuildAndStart();
  grpc_port_ = port;
}

void FakeCity::StopBackends() {
  if (!server_) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_.reset();
}

void FakeCity::WaitUntilSeen(const std::string& layer, bool reachable) {
  EXPECT_TRUE(test::Eventually([&] {
    const auto seen = gateway_->directory().Layers()->Share(layer);
    return seen && seen->reachable == reachable &&
           (!reachable || seen->version.counter == layers_.Counter(layer));
  })) << "the gateway does not see layer "
      << layer << (reachable ? "" : " as unreachable");
}

std::shared_ptr<grpc::Channel> FakeCity::FrontChannel() {
  if (!front_) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &front_port_);
    builder.RegisterCallbackGenericService(&proxy_);
    front_ = builder.BuildAndStart();
  }
  return grpc::CreateChannel(StrCat("127.0.0.1:", front_port_), grpc::InsecureChannelCredentials());
}

}  // namespace citylayers::gateway
