#include "services/traffic/flood_follower.h"

#include <utility>
#include <vector>

#include "proto/support/proto_layer_version.h"
#include "services/runtime/log.h"

namespace citylayers::traffic {
namespace {

/// The depths of a message; sub-layers without rows, such as the depth picture, have none.
template <typename Rows>
std::vector<SegmentDepth> DepthsOf(const Rows& sub_layers) {
  std::vector<SegmentDepth> depths;
  for (const layers::v1::StateRows& rows : sub_layers) {
    if (rows.columns_size() != 1 || rows.columns(0).values_size() != rows.id_gaps_size()) continue;
    std::uint32_t segment = 0;
    for (int i = 0; i < rows.id_gaps_size(); ++i) {
      segment += rows.id_gaps(i);
      depths.push_back({.segment = segment, .depth_cm = rows.columns(0).values(i)});
    }
  }
  return depths;
}

}  // namespace

FloodFollower::Next FloodFollower::OnMessage(const layers::v1::WatchLayerResponse& message) {
  if (message.has_snapshot()) OnSnapshot(message.snapshot());
  if (message.has_delta()) return OnDelta(message.delta());
  // No depth changed up to the version of a heartbeat: the next delta begins there.
  if (message.has_heartbeat() && held_.has_value())
    held_ = FromProto(message.heartbeat().version());
  return Next::kGoOn;
}

void FloodFollower::OnSnapshot(const layers::v1::Snapshot& snapshot) {
  if (!IsOfThisPack(snapshot.pack_id())) return Interrupt();
  held_ = FromProto(snapshot.version());
  layer_.SetDepths(DepthsOf(snapshot.rows()), /*replace_all=*/true);
}

FloodFollower::Next FloodFollower::OnDelta(const layers::v1::Delta& delta) {
  if (!IsOfThisPack(delta.pack_id())) {
    Interrupt();
    return Next::kGoOn;
  }
  if (!held_.has_value()) return Next::kGoOn;
  if (*held_ != FromProto(delta.from())) {
    Interrupt();
    return Next::kOpenAgain;
  }
  held_ = FromProto(delta.to());
  layer_.SetDepths(DepthsOf(delta.rows()), /*replace_all=*/false);
  return Next::kGoOn;
}

bool FloodFollower::IsOfThisPack(const std::string& pack_id) {
  const bool same = pack_id == layer_.pack().pack_id();
  if (!same && !reported_) {
    runtime::LogWarning(
        "traffic: layers/flood is of another city pack; the water on streets is kept until "
        "both have the same one",
        {{"flood_pack", pack_id}, {"pack", layer_.pack().pack_id()}});
  } else if (same && reported_) {
    runtime::LogInfo("traffic: layers/flood is of the same city pack again", {{"pack", pack_id}});
  }
  reported_ = !same;
  return same;
}

void FloodFollower::Interrupt() {
  held_.reset();
  layer_.SetWaterUnavailable();
}

}  // namespace citylayers::traffic
