// Views that move while their stream is open, and clients that return with another view.
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/layers/watch_source.h"
#include "tests/support/row_layer.h"

namespace citylayers::layers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = runtime::StreamStep::Kind;

v1::WatchLayerRequest RequestFor(const MapView& view) {
  v1::WatchLayerRequest request;
  if (!view.box.IsEmpty()) *request.mutable_viewport() = ToBoundingBox(view.box);
  request.set_zoom(view.zoom);
  return request;
}

class MovingViewTest : public ::testing::Test {
 protected:
  std::unique_ptr<WatchSource> Watch(const v1::WatchLayerRequest& request) {
    auto source = WatchSource::Make(layer_, request, {}, clock_);
    EXPECT_TRUE(source.ok()) << source.status();
    return *std::move(source);
  }
  runtime::StreamStep Next(WatchSource& source) {
    response_.Clear();
    const auto step = source.Next(&response_);
    EXPECT_TRUE(step.ok()) << step.status();
    return *step;
  }

  std::shared_ptr<RowLayer> layer_ = std::make_shared<RowLayer>(6);
  SetClock clock_;
  v1::WatchLayerResponse response_;
};

//   rows     0   1   2   3   4   5
//   before  [========]
//   after            [========]
//   sent                 3   4          row 2 was in view and has not changed
TEST_F(MovingViewTest, SendsOnlyTheRowsThatCameIntoView) {
  layer_->Publish({7, 7, 7, 7, 0, 7});
  auto source = Watch(RequestFor(ViewOfRows(0, 2)));
  ASSERT_EQ(Next(*source).kind, Kind::kMessage);
  EXPECT_FALSE(response_.snapshot().has_view()) << "it was not moved";
  source->MoveTo(ViewOfRows(2, 4));
  const runtime::StreamStep step = Next(*source);
  ASSERT_EQ(step.kind, Kind::kMessage) << "at once, without waiting for the tick";
  EXPECT_TRUE(step.is_bulk);
  const v1::Delta& delta = response_.delta();
  EXPECT_THAT(delta.rows(0).id_gaps(), ElementsAre(3, 1));
  EXPECT_THAT(delta.rows(0).columns(0).values(), ElementsAre(7, 0)) << "default values too";
  EXPECT_EQ(delta.from().counter(), delta.to().counter());
  EXPECT_EQ(delta.view().viewport().west_deg(), 2);
  EXPECT_EQ(Next(*source).kind, Kind::kWait) << "a move is answered once";
}

TEST_F(MovingViewTest, AMoveAndChangesComeAsOneDelta) {
  layer_->Publish({1, 1, 1, 1, 1, 1});
  auto source = Watch(RequestFor(ViewOfRows(0, 2)));
  ASSERT_EQ(Next(*source).kind, Kind::kMessage);
  layer_->Publish({2, 1, 2, 1, 2, 1});
  source->MoveTo(ViewOfRows(2, 3));
  ASSERT_EQ(Next(*source).kind, Kind::kMessage);
  EXPECT_THAT(response_.delta().rows(0).id_gaps(), ElementsAre(2, 1)) << "2 changed, 3 is new";
  EXPECT_EQ(response_.delta().to().counter(), 2U);
}

TEST_F(MovingViewTest, OfSeveralMovesTheLastOneIsAnswered) {
  layer_->Publish({1, 1, 1, 1, 1, 1});
  auto source = Watch(RequestFor(ViewOfRows(0, 1)));
  ASSERT_EQ(Next(*source).kind, Kind::kMessage);
  source->MoveTo(ViewOfRows(3, 5));
  source->MoveTo(ViewOfRows(1, 2));
  ASSERT_EQ(Next(*source).kind, Kind::kMessage);
  EXPECT_THAT(response_.delta().rows(0).id_gaps(), ElementsAre(2)) << "row 1 was in view";
  EXPECT_EQ(Next(*source).kind, Kind::kWait);
}

TEST_F(MovingViewTest, AMoveToNothingNewIsAnswered) {
  layer_->Publish({1, 1, 1, 1, 1, 1});
  auto source = Watch(RequestFor(ViewOfRows(0, 4)));
  ASSERT_EQ(Next(*source).kind, Kind::kMessage);
  source->MoveTo(ViewOfRows(1, 2));
  ASSERT_EQ(Next(*source).kind, Kind::kMessage);
  EXPECT_EQ(response_.delta().rows_size(), 0);
  EXPECT_TRUE(response_.delta().has_view());
}

TEST_F(MovingViewTest, BeyondTheHistoryAMoveIsAnsweredByASnapshot) {
  layer_->state->LimitHistory(1, 100);
  layer_->Publish({1, 1, 1, 1, 1, 1});
  auto source = Watch(RequestFor(ViewOfRows(0, 1)));
  ASSERT_EQ(Next(*source).kind, Kind::kMessage);
  for (int i = 2; i < 5; ++i) layer_->Publish({i, i, i, i, i, i});
  source->MoveTo(ViewOfRows(4, 5));
  ASSERT_EQ(Next(*source).kind, Kind::kMessage);
  EXPECT_THAT(response_.snapshot().rows(0).id_gaps(), ElementsAre(4, 1));
  EXPECT_TRUE(response_.snapshot().has_view());
}

TEST_F(MovingViewTest, AMailboxWakesTheStreamAndKeepsTheLatestView) {
  layer_->Publish({1, 1, 1, 1, 1, 1});
  auto source = Watch(RequestFor(ViewOfRows(0, 1)));
  const std::shared_ptr<ViewMailbox> moves = source->AcceptMoves();
  source->SetStreamId("stream-1");
  int wakes = 0;
  source->waker()->Bind([&wakes] { ++wakes; });
  ASSERT_EQ(Next(*source).kind, Kind::kMessage);
  EXPECT_EQ(response_.stream_id(), "stream-1");
  moves->Post(ViewOfRows(4, 5));
  moves->Post(ViewOfRows(2, 2));
  EXPECT_EQ(wakes, 2);
  ASSERT_EQ(Next(*source).kind, Kind::kMessage);
  EXPECT_EQ(response_.stream_id(), "") << "only in the first message";
  EXPECT_EQ(response_.delta().view().viewport().west_deg(), 2);
  source->waker()->Bind(nullptr);
}

TEST_F(MovingViewTest, AClientReturnsWithAnotherView) {
  layer_->Publish({1, 1, 1, 1, 1, 1});
  v1::ResumeToken token;
  {
    auto source = Watch(RequestFor(ViewOfRows(0, 2)));
    ASSERT_EQ(Next(*source).kind, Kind::kMessage);
    token = *source->Position();
  }
  layer_->Publish({1, 2, 1, 1, 1, 1});
  v1::WatchLayerRequest request = RequestFor(ViewOfRows(1, 4));
  *request.mutable_resume() = token;
  auto source = Watch(request);
  ASSERT_EQ(Next(*source).kind, Kind::kMessage);
  EXPECT_THAT(response_.delta().rows(0).id_gaps(), ElementsAre(1, 2, 1)) << "1 changed, 3 4 new";
  request.mutable_resume()->mutable_view()->mutable_viewport()->set_west_deg(500);
  EXPECT_THAT(ToStd(WatchSource::Make(layer_, request, {}, clock_).status().message()),
              HasSubstr("resume.view.viewport.west_deg"));
}

TEST_F(MovingViewTest, AnEndTellsWhereToResume) {
  layer_->Publish({1, 1, 1, 1, 1, 1});
  auto source = Watch(RequestFor(ViewOfRows(0, 2)));
  absl::Status status = absl::UnavailableError("age");
  source->AddPosition(status);
  v1::StreamEnd end;
  const auto payload = [&] {
    const auto cord = status.GetPayload("type.googleapis.com/citylayers.layers.v1.StreamEnd");
    return end.ParseFromString(std::string(cord.value()));
  };
  ASSERT_TRUE(payload());
  EXPECT_EQ(end.positions_size(), 0) << "the client has no state yet";
  ASSERT_EQ(Next(*source).kind, Kind::kMessage);
  source->AddPosition(status);
  ASSERT_TRUE(payload());
  EXPECT_EQ(end.positions(0).name(), "layers/rows");
  EXPECT_EQ(end.positions(0).resume().version().counter(), 1U);
  EXPECT_EQ(end.positions(0).resume().view().viewport().east_deg(), 3);
}

// Whatever happens to a stream, the client's rows in view equal the layer's after each answer.
TEST_F(MovingViewTest, AClientIsRightAfterAnySequenceOfMovesChangesAndBreaks) {
  constexpr int kRows = 24;
  std::mt19937 random(20261129);
  const auto below = [&random](int end) {
    return static_cast<int>(random() % static_cast<unsigned>(end));
  };
  for (int round = 0; round < 60; ++round) {
    layer_ = std::make_shared<RowLayer>(kRows, "rows",
                                        LiveState::Options{.epoch = 9, .history_versions_max = 6});
    std::vector<std::int32_t> levels(kRows);
    layer_->Publish(levels);
    const auto random_view = [&] {
      if (below(8) == 0) return MapView{.box = {}, .zoom = below(2) == 0 ? 0U : 10U};
      const int west = below(kRows);
      return ViewOfRows(west, west + below(kRows - west), below(3) == 0 ? 10U : 0U);
    };
    MapView view = random_view();
    RowClient client;
    client.set_view(ToProto(view));
    auto source = Watch(RequestFor(view));
    for (int step = 0; step < 80; ++step) {
      const int action = below(10);
      if (action < 5) {
        for (int i = below(5); i > 0; --i)
          levels[static_cast<std::size_t>(below(kRows))] = below(4);
        layer_->Publish(levels);
      } else if (action < 8) {
        source->MoveTo(view = random_view());
      } else if (action == 8) {
        clock_.now += absl::Seconds(below(7));
      } else {  // the stream breaks; the client returns with its state, and perhaps another view
        if (below(2) == 0) view = random_view();
        v1::WatchLayerRequest request = RequestFor(view);
        *request.mutable_resume() = client.token();
        source = Watch(request);
      }
      if (below(3) == 0) continue;  // a slow reader
      clock_.now += absl::Seconds(1);
      while (Next(*source).kind == Kind::kMessage) {
        client.Apply(response_);
        if (response_.has_heartbeat()) client.Note(response_.heartbeat());
      }
      ASSERT_EQ(client.view().SerializeAsString(), ToProto(view).SerializeAsString());
      const auto visible = layer_->row_index(0)->Visible(view.box, view.zoom);
      for (std::uint32_t row = 0; row < kRows; ++row) {
        if (!visible[row]) continue;
        ASSERT_EQ(client.level(row), levels[row])
            << "round " << round << ", step " << step << ", row " << row;
      }
    }
  }
}

}  // namespace
}  // namespace citylayers::layers
