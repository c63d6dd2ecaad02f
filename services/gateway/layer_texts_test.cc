#include "services/gateway/layer_texts.h"

#include "gtest/gtest.h"

namespace citylayers::gateway {
namespace {

using layers::v1::WatchLayerRequest;
using layers::v1::WatchLayerResponse;

WatchLayerRequest Request(const std::string& column) {
  WatchLayerRequest request;
  request.set_name("layers/traffic");
  request.add_columns(column);
  return request;
}

WatchLayerResponse Snapshot(std::uint64_t counter, int rows = 1) {
  WatchLayerResponse response;
  response.mutable_snapshot()->set_pack_id("pack");
  response.mutable_snapshot()->mutable_version()->set_counter(counter);
  for (int i = 0; i < rows; ++i) response.mutable_snapshot()->add_rows()->set_sub_layer("segments");
  return response;
}

TEST(LayerTexts, ViewersOfTheSameShareOneText) {
  LayerTexts texts(1 << 20);
  WatchLayerRequest second = Request("level");
  second.set_tick_ms(500);                               // the period, not the content
  second.mutable_resume()->set_pack_id("another pack");  // the position, not the content
  const auto text = texts.Of(Request("level"), Snapshot(1));
  EXPECT_EQ(text, texts.Of(second, Snapshot(1)));
  EXPECT_EQ(*text, R"({"snapshot":{"packId":"pack","version":{"counter":"1"},)"
                   R"("rows":[{"subLayer":"segments"}]}})");
}

TEST(LayerTexts, WhatDiffersHasATextOfItsOwn) {
  LayerTexts texts(1 << 20);
  const auto text = texts.Of(Request("level"), Snapshot(1));
  EXPECT_NE(text, texts.Of(Request("speed_kmh"), Snapshot(1)));
  EXPECT_NE(text, texts.Of(Request("level"), Snapshot(2)));
  WatchLayerRequest view = Request("level");
  view.set_zoom(9);
  EXPECT_NE(text, texts.Of(view, Snapshot(1)));
  WatchLayerResponse stale = Snapshot(1);
  stale.mutable_snapshot()->set_stale(true);
  EXPECT_NE(text, texts.Of(Request("level"), stale));
  WatchLayerResponse newer = Snapshot(1);
  newer.mutable_snapshot()->mutable_data_time()->set_seconds(7);
  EXPECT_NE(text, texts.Of(Request("level"), newer));
}

TEST(LayerTexts, ADeltaIsOfItsTwoVersions) {
  LayerTexts texts(1 << 20);
  WatchLayerResponse one;
  one.mutable_delta()->mutable_from()->set_counter(1);
  one.mutable_delta()->mutable_to()->set_counter(3);
  WatchLayerResponse two = one;
  two.mutable_delta()->mutable_from()->set_counter(2);
  const auto text = texts.Of(Request("level"), one);
  EXPECT_EQ(text, texts.Of(Request("level"), one));
  EXPECT_NE(text, texts.Of(Request("level"), two));
}

TEST(LayerTexts, HeartbeatsAreNotKept) {
  LayerTexts texts(1 << 20);
  WatchLayerResponse beat;
  beat.mutable_heartbeat()->set_stale(true);
  EXPECT_EQ(*texts.Of(Request("level"), beat), R"({"heartbeat":{"stale":true}})");
  EXPECT_EQ(texts.bytes(), 0u);
}

TEST(LayerTexts, TheOldestGoWhenTheyAreTooMany) {
  LayerTexts texts(3000);
  const auto first = texts.Of(Request("level"), Snapshot(1, 40));
  ASSERT_GT(texts.bytes(), 1000u);
  for (int i = 2; i < 10; ++i) {
    (void)texts.Of(Request("level"), Snapshot(static_cast<std::uint64_t>(i), 40));
    EXPECT_LE(texts.bytes(), 3000u);
  }
  const auto again = texts.Of(Request("level"), Snapshot(1, 40));
  EXPECT_NE(first, again);
  EXPECT_EQ(*first, *again);
}

TEST(LayerTexts, WithoutRoomEachViewerHasItsOwn) {
  LayerTexts texts(0);
  EXPECT_NE(texts.Of(Request("level"), Snapshot(1)), texts.Of(Request("level"), Snapshot(1)));
  EXPECT_EQ(texts.bytes(), 0u);
}

}  // namespace
}  // namespace citylayers::gateway
