#include "services/layers/layer_service.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "tests/support/call_harness.h"

namespace citylayers::layers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A live layer whose tiles contain its version number; the version changes while a tile is made.
class RestlessLayer final : public Layer {
 public:
  RestlessLayer() { Publish(0); }
  std::string_view id() const override { return "restless"; }
  const v1::Layer& description() const override { return description_; }
  absl::StatusOr<v1::Tile> GetTileAt(const Frame* frame, geo::TileId, v1::TileFormat,
                                     std::string_view) const override {
    v1::Tile tile;
    tile.mutable_version()->set_counter(frame->version.counter);
    tile.set_data(std::to_string(frame->sub_layers()[0].columns[0][0]));
    Publish(frame->sub_layers()[0].columns[0][0] + 1);
    return tile;
  }
  std::shared_ptr<const LiveState> live_state() const override { return state_; }

 private:
  static v1::Layer MakeDescription() {
    v1::Layer layer;
    layer.set_name("layers/restless");
    layer.add_formats(v1::TILE_FORMAT_MVT);
    layer.set_max_zoom(14);
    return layer;
  }
  const v1::Layer description_ = MakeDescription();
  void Publish(std::int32_t number) const {
    state_->Publish({{.columns = {{number}}}}, absl::FromUnixSeconds(1), false, {});
  }
  std::shared_ptr<LiveState> state_ = std::make_shared<LiveState>(LiveState::Options{.epoch = 1});
};

class LayerServiceTest : public ::testing::Test {
 protected:
  LayerServiceTest() {
    catalog_.Add(std::make_shared<RestlessLayer>());
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::LayerService::NewStub(server_->InProcessChannel({}));
  }
  ~LayerServiceTest() override {
    stub_.reset();
    server_->Shutdown();
  }

  /// Data and version of each tile, or the error.
  std::vector<std::string> GetTiles(const v1::GetTilesRequest& request) {
    grpc::ClientContext context;
    const auto reader = stub_->GetTiles(&context, request);
    std::vector<std::string> tiles;
    v1::GetTilesResponse response;
    while (reader->Read(&response)) {
      tiles.push_back(response.tile().data() + "@" +
                      std::to_string(response.tile().version().counter()) + " x" +
                      std::to_string(response.tile().tile().x()));
    }
    if (const grpc::Status status = reader->Finish(); !status.ok())
      tiles.push_back(status.error_message());
    return tiles;
  }
  static v1::GetTilesRequest Request(const std::string& name, std::uint32_t count) {
    v1::GetTilesRequest request;
    request.set_name(name);
    for (std::uint32_t x = 0; x < count; ++x) {
      request.add_tiles()->set_z(3);
      request.mutable_tiles(static_cast<int>(x))->set_x(x);
    }
    return request;
  }

  runtime::CallHarness harness_;
  LayerCatalog catalog_;
  LayerServiceImpl service_{{.tiles_per_call_max = 4, .watch = {}}, catalog_, harness_.calls};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::LayerService::Stub> stub_;
};

TEST_F(LayerServiceTest, TilesOfOneCallAreOfOneVersion) {
  EXPECT_THAT(GetTiles(Request("layers/restless", 3)), ElementsAre("0@1 x0", "0@1 x1", "0@1 x2"));
  EXPECT_THAT(GetTiles(Request("layers/restless", 1)), ElementsAre("1@2 x0"));
}

TEST_F(LayerServiceTest, GetTilesRefusesWhatItHasNot) {
  EXPECT_THAT(GetTiles(Request("layers/restless", 5)), ElementsAre(HasSubstr("more than 4")));
  EXPECT_THAT(GetTiles(Request("layers/none", 1)), ElementsAre(HasSubstr("layers/restless")));
  v1::GetTilesRequest png = Request("layers/restless", 1);
  png.set_format(v1::TILE_FORMAT_PNG);
  EXPECT_THAT(GetTiles(png), ElementsAre(HasSubstr("it has: TILE_FORMAT_MVT")));
  v1::GetTilesRequest far = Request("layers/restless", 2);
  far.mutable_tiles(1)->set_x(8);
  EXPECT_THAT(GetTiles(far), ElementsAre(HasSubstr("tiles[1]"))) << "before the first is sent";
  EXPECT_THAT(GetTiles(Request("layers/restless", 0)), ElementsAre(HasSubstr("tiles: ")));
}

TEST_F(LayerServiceTest, ATileThatTheLayerCannotHaveIsRefusedByName) {
  const auto message = [this](const v1::GetTileRequest& request) {
    grpc::ClientContext context;
    v1::GetTileResponse response;
    const grpc::Status status = stub_->GetTile(&context, request, &response);
    return std::to_string(status.error_code()) + " " + status.error_message();
  };
  v1::GetTileRequest request;
  request.set_name("layers/restless");
  EXPECT_THAT(message(request), HasSubstr("3 tile: "));
  for (const std::uint32_t zoom : {15U, 20U, 22U, 23U, 4'000'000'000U}) {
    request.mutable_tile()->set_z(zoom);
    EXPECT_THAT(message(request), HasSubstr("3 tile.z: " + std::to_string(zoom)));
    EXPECT_THAT(message(request), HasSubstr("14")) << "the maximum zoom";
  }
  request.mutable_tile()->set_z(14);
  request.mutable_tile()->set_x(1U << 14);
  EXPECT_THAT(message(request), HasSubstr("3 tile: "));
  request.mutable_tile()->set_x((1U << 14) - 1);
  EXPECT_THAT(message(request), HasSubstr("0 "));
}

}  // namespace
}  // namespace citylayers::layers
