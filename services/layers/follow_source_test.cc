#include "services/layers/follow_source.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "tests/support/row_layer.h"

namespace citylayers::layers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FollowSourceTest : public ::testing::Test {
 protected:
  FollowSourceTest() {
    for (const char* id : {"flood", "traffic", "air"}) {
      layers_[StrCat("layers/", id)] = std::make_shared<RowLayer>(4, id);
    }
  }
  RowLayer& Layer(const std::string& id) { return *layers_.at(StrCat("layers/", id)); }
  void PublishAll(std::int32_t level) {
    for (const auto& [name, layer] : layers_) layer->Publish({level, level, level, level});
  }

  std::unique_ptr<FollowSource> Follow(const v1::FollowLayersRequest& request) {
    auto source = Make();
    EXPECT_TRUE(source->Take(request).ok());
    return source;
  }
  std::unique_ptr<FollowSource> Make() {
    return std::make_unique<FollowSource>(
        FollowSource::Options{.layers_max = 3, .watch = {}},
        [this](const std::string& name) -> absl::StatusOr<std::shared_ptr<const layers::Layer>> {
          named_.push_back(name);
          if (name == "layers/secret") return absl::PermissionDeniedError("scope");
          if (!layers_.contains(name)) return absl::NotFoundError("no such layer");
          return layers_.at(name);
        },
        clock_);
  }
  static v1::FollowLayersRequest Request(const std::vector<std::string>& names) {
    v1::FollowLayersRequest request;
    for (const std::string& name : names) request.add_layers()->set_name(name);
    return request;
  }
  /// All messages that are due, applied to the client of their layer: "flood snapshot", ...
  std::vector<std::string> Drain(FollowSource& source) {
    std::vector<std::string> kinds;
    while (true) {
      v1::FollowLayersResponse response;
      const auto step = source.Next(&response);
      EXPECT_TRUE(step.ok()) << step.status();
      if (step->kind != runtime::StreamStep::Kind::kMessage) return kinds;
      kinds.push_back(StrCat(response.name().substr(7), response.has_snapshot() ? " snapshot"
                                                        : response.has_delta()  ? " delta"
                                                                                : " heartbeat"));
      clients_[response.name()].Apply(response);
      if (response.has_heartbeat()) clients_[response.name()].Note(response.heartbeat());
    }
  }
  std::string ErrorOf(const v1::FollowLayersRequest& request) {
    return std::string(Make()->Take(request).message());
  }

  SetClock clock_;
  std::map<std::string, std::shared_ptr<RowLayer>> layers_;
  std::map<std::string, RowClient> clients_;
  std::vector<std::string> named_;
};

TEST_F(FollowSourceTest, EachLayerBeginsWithASnapshotAndTheyTakeTurns) {
  PublishAll(1);
  auto source = Follow(Request({"layers/flood", "layers/traffic"}));
  EXPECT_THAT(Drain(*source), ElementsAre("flood snapshot", "traffic snapshot"));
  clock_.now += absl::Seconds(1);
  Layer("traffic").Publish({1, 1, 1, 2});
  EXPECT_THAT(Drain(*source), ElementsAre("traffic delta"));
  EXPECT_EQ(clients_["layers/traffic"].level(3), 2);
}

TEST_F(FollowSourceTest, AMoveMovesAllLayers) {
  PublishAll(1);
  v1::FollowLayersRequest request = Request({"layers/flood", "layers/traffic"});
  *request.mutable_view() = ToProto(ViewOfRows(0, 0));
  auto source = Follow(request);
  Drain(*source);
  v1::FollowLayersRequest move;
  *move.mutable_view() = ToProto(ViewOfRows(1, 2));
  ASSERT_TRUE(source->Take(move).ok());
  EXPECT_THAT(Drain(*source), ElementsAre("flood delta", "traffic delta"));
  EXPECT_EQ(clients_["layers/flood"].level(2), 1);
  EXPECT_EQ(clients_["layers/flood"].level(3), 0) << "not in view";
}

TEST_F(FollowSourceTest, LayersAreAddedAndRemovedOnTheOpenStream) {
  PublishAll(1);
  auto source = Follow(Request({"layers/flood", "layers/traffic"}));
  Drain(*source);
  ASSERT_TRUE(source->Take(Request({"layers/traffic", "layers/air"})).ok());
  EXPECT_THAT(Drain(*source), ElementsAre("air snapshot")) << "traffic continues";
  clock_.now += absl::Seconds(1);
  PublishAll(2);
  EXPECT_THAT(Drain(*source), ElementsAre("traffic delta", "air delta"));
}

TEST_F(FollowSourceTest, PaceIsChangedOnTheOpenStream) {
  PublishAll(1);
  auto source = Follow(Request({"layers/flood"}));
  Drain(*source);
  v1::FollowLayersRequest slower;
  slower.set_tick_ms(30'000);
  slower.set_heartbeat_ms(300'000);
  ASSERT_TRUE(source->Take(slower).ok());
  PublishAll(2);
  clock_.now += absl::Seconds(29);
  EXPECT_THAT(Drain(*source), IsEmpty());
  clock_.now += absl::Seconds(1);
  EXPECT_THAT(Drain(*source), ElementsAre("flood delta"));
  clock_.now += absl::Minutes(5);
  EXPECT_THAT(Drain(*source), ElementsAre("flood heartbeat"));
}

TEST_F(FollowSourceTest, AChangeOfAnyLayerWakesTheStream) {
  PublishAll(1);
  auto source = Follow(Request({"layers/flood", "layers/traffic"}));
  int wakes = 0;
  source->waker()->Bind([&wakes] { ++wakes; });
  Layer("traffic").Publish({2, 2, 2, 2});
  EXPECT_EQ(wakes, 1);
  ASSERT_TRUE(source->Take(Request({"layers/flood"})).ok());
  Layer("traffic").Publish({3, 3, 3, 3});
  EXPECT_EQ(wakes, 1) << "it is not followed any more";
  source->waker()->Bind(nullptr);
}

TEST_F(FollowSourceTest, ClientsReturnWithTheStateOfEachLayer) {
  PublishAll(1);
  auto source = Follow(Request({"layers/flood", "layers/traffic"}));
  Drain(*source);
  absl::Status status = absl::UnavailableError("age");
  source->AddPosition(status);
  v1::StreamEnd end;
  ASSERT_TRUE(end.ParseFromString(std::string(
      status.GetPayload("type.googleapis.com/citylayers.layers.v1.StreamEnd").value())));
  Layer("flood").Publish({1, 2, 1, 1});
  v1::FollowLayersRequest request;
  for (const v1::StreamPosition& position : end.positions()) {
    v1::FollowedLayer& layer = *request.add_layers();
    layer.set_name(position.name());
    *layer.mutable_resume() = position.resume();
  }
  source = Follow(request);
  EXPECT_THAT(Drain(*source), ElementsAre("flood delta", "traffic heartbeat"));
}

TEST_F(FollowSourceTest, RequestsThatWaitAreMerged) {
  v1::FollowLayersRequest waiting = Request({"layers/flood"});
  waiting.mutable_layers(0)->mutable_resume()->set_pack_id("held");
  waiting.set_tick_ms(500);
  v1::FollowLayersRequest next = Request({"layers/air", "layers/flood"});
  *next.mutable_view() = ToProto(ViewOfRows(1, 2));
  FollowSource::Merge(waiting, next);
  v1::FollowLayersRequest last;
  *last.mutable_view() = ToProto(ViewOfRows(3, 3));
  FollowSource::Merge(waiting, last);
  ASSERT_EQ(waiting.layers_size(), 2);
  EXPECT_EQ(waiting.layers(1).resume().pack_id(), "held");
  EXPECT_EQ(waiting.tick_ms(), 500U);
  EXPECT_EQ(waiting.view().viewport().west_deg(), 3) << "only the latest view counts";
}

TEST_F(FollowSourceTest, RefusesWithTheFieldAndTheLimit) {
  EXPECT_THAT(ErrorOf({}), HasSubstr("layers: 0 layers; name 1 to 3"));
  EXPECT_THAT(ErrorOf(Request({"layers/a", "layers/b", "layers/c", "layers/d"})),
              HasSubstr("layers.follow_layers_max"));
  EXPECT_THAT(ErrorOf(Request({"layers/flood", "layers/flood"})), HasSubstr("named twice"));
  EXPECT_THAT(ErrorOf(Request({"layers/none"})), HasSubstr("no such layer"));
  v1::FollowLayersRequest request = Request({"layers/flood"});
  request.set_heartbeat_ms(1);
  EXPECT_THAT(ErrorOf(request), HasSubstr("heartbeat_ms"));
  request.set_heartbeat_ms(0);
  request.mutable_view()->set_zoom(99);
  EXPECT_THAT(ErrorOf(request), HasSubstr("view.zoom: 99"));
}

TEST_F(FollowSourceTest, TheScopeOfEachLayerIsCheckedInLaterRequestsToo) {
  PublishAll(1);
  auto source = Follow(Request({"layers/flood"}));
  EXPECT_EQ(source->Take(Request({"layers/flood", "layers/secret"})).code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(named_, ElementsAre("layers/flood", "layers/flood", "layers/secret"));
}

}  // namespace
}  // namespace citylayers::layers
