// A live layer of a few rows, and a client that keeps its state, for tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_ROW_LAYER_H_
#define CITYLAYERS_TESTS_SUPPORT_ROW_LAYER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/layer_version.h"
#include "proto/support/proto_layer_version.h"
#include "services/layers/layer.h"
#include "services/layers/map_view.h"

namespace citylayers::layers {

class SetClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = absl::FromUnixSeconds(1000);
};

// Segments in a row from west to east; the last one is drawn from zoom 14 on. With four:
//
//   lon   0    1    2    3
//         |-0--|-1--|-2--|-3 (z14)
class RowLayer final : public Layer {
 public:
  explicit RowLayer(int count = 4, std::string id = "rows",
                    const LiveState::Options& history = {.epoch = 9})
      : state(std::make_shared<LiveState>(history)),
        id_(std::move(id)),
        description_(MakeDescription(id_)) {
    std::vector<RowIndex::Row> rows;
    for (int i = 0; i < count; ++i) {
      rows.push_back(
          {{i + 0.1, 0, i + 0.9, 0.5}, static_cast<std::uint8_t>(i + 1 == count ? 14 : 8)});
    }
    row_index_ = std::make_shared<RowIndex>(std::move(rows));
  }
  std::string_view id() const override { return id_; }
  const v1::Layer& description() const override { return description_; }
  absl::StatusOr<v1::Tile> GetTileAt(const Frame*, geo::TileId, v1::TileFormat,
                                     std::string_view) const override {
    return v1::Tile();
  }
  std::shared_ptr<const LiveState> live_state() const override { return state; }
  std::shared_ptr<const RowIndex> row_index(int) const override { return row_index_; }

  void Publish(std::vector<std::int32_t> levels, std::vector<std::int32_t> ages = {},
               std::vector<geo::TileId> tiles = {}) const {
    ages.resize(levels.size());
    state->Publish({{.columns = {std::move(levels), std::move(ages)}}}, absl::FromUnixSeconds(77),
                   false, std::move(tiles));
  }
  const std::shared_ptr<LiveState> state;

 private:
  static v1::Layer MakeDescription(const std::string& id) {
    v1::Layer layer;
    layer.set_name("layers/" + id);
    layer.set_pack_id("pack-1");
    auto* sub_layer = layer.add_sub_layers();
    sub_layer->set_name("roads");
    sub_layer->set_id_kind(v1::ID_KIND_SEGMENT_INDEX);
    auto* level = sub_layer->add_columns();
    level->set_name("level");
    level->set_watched_by_default(true);
    sub_layer->add_columns()->set_name("age");
    return layer;
  }
  const std::string id_;
  const v1::Layer description_;
  std::shared_ptr<const RowIndex> row_index_;
};

/// Keeps the levels of a RowLayer as a client does: by the contract, with the simplest means.
class RowClient {
 public:
  /// `event` is a WatchLayerResponse, FollowLayersResponse or GetChangesResponse.
  template <typename Event>
  void Apply(const Event& event) {
    if (event.has_snapshot()) {
      levels_.clear();
      Set(event.snapshot().rows());
      version_ = FromProto(event.snapshot().version());
      if (event.snapshot().has_view()) view_ = event.snapshot().view();
    } else if (event.has_delta()) {
      EXPECT_EQ(FromProto(event.delta().from()), version_) << "a gap between two deltas";
      Set(event.delta().rows());
      version_ = FromProto(event.delta().to());
      if (event.delta().has_view()) view_ = event.delta().view();
    }
  }
  /// A heartbeat, whose version the next delta begins at.
  void Note(const v1::Heartbeat& heartbeat) {
    if (heartbeat.has_version()) version_ = FromProto(heartbeat.version());
  }

  /// 0, the default, for rows that were never sent.
  std::int32_t level(std::uint32_t row) const {
    const auto found = levels_.find(row);
    return found == levels_.end() ? 0 : found->second;
  }
  v1::ResumeToken token() const {
    v1::ResumeToken token;
    token.set_pack_id("pack-1");
    *token.mutable_version() = ToProto(version_);
    *token.mutable_view() = view_;
    return token;
  }
  /// Of the state: the last one that the server has answered.
  const v1::View& view() const { return view_; }
  void set_view(v1::View view) { view_ = std::move(view); }

 private:
  template <typename Rows>
  void Set(const Rows& sub_layers) {
    for (const v1::StateRows& rows : sub_layers) {
      std::uint32_t row = 0;
      for (int i = 0; i < rows.id_gaps_size(); ++i) {
        row += rows.id_gaps(i);
        levels_[row] = rows.columns(0).values(i);
      }
    }
  }

  std::map<std::uint32_t, std::int32_t> levels_;
  LayerVersion version_;
  v1::View view_;
};

/// The view of the columns `west` to `east` of a RowLayer.
inline MapView ViewOfRows(int west, int east, std::uint32_t zoom = 0) {
  return {.box = {static_cast<double>(west), 0, east + 1.0, 1}, .zoom = zoom};
}

}  // namespace citylayers::layers

#endif  // CITYLAYERS_TESTS_SUPPORT_ROW_LAYER_H_
