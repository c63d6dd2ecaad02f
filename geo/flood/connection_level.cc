#include "geo/flood/connection_level.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "geo/flood/neighbours.h"
#include "geo/flood/priority_flood.h"
#include "proto/support/status_macros.h"

namespace citylayers::geo {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

template <typename A, typename B>
absl::Status CheckSameSize(const Grid<A>& a, const Grid<B>& b, const char* what) {
  if (a.columns() == b.columns() && a.rows() == b.rows()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, ": the elevation has ", a.columns(), " x ",
                                                 a.rows(), " cells but the other grid ",
                                                 b.columns(), " x ", b.rows()));
}

std::size_t Step(std::size_t cell, std::ptrdiff_t step) {
  return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(cell) + step);
}

// A reach that wants a cell.
struct Claim {
  std::size_t cell = 0;
  std::uint16_t reach = kNoReach;
};

}  // namespace

absl::StatusOr<Grid<float>> ConnectionLevel(const Grid<float>& elevation_m,
                                            const Grid<std::uint8_t>& open_water,
                                            Connectivity connectivity) {
  RETURN_IF_ERROR(CheckFloodGrids(elevation_m, open_water));
  PriorityFlood flood(elevation_m, open_water, connectivity);
  flood.Run();
  return flood.layout().Unpad(flood.level());
}

absl::StatusOr<Grid<std::uint16_t>> ReachLabels(const Grid<float>& elevation_m,
                                                const Grid<float>& level,
                                                const Grid<std::uint16_t>& reaches,
                                                Connectivity connectivity) {
  RETURN_IF_ERROR(CheckSameSize(elevation_m, level, "reach labels"));
  RETURN_IF_ERROR(CheckSameSize(elevation_m, reaches, "reach labels"));
  const PaddedLayout layout(elevation_m.columns(), elevation_m.rows(), connectivity);
  const std::vector<float> ground =
      layout.Pad(elevation_m, std::numeric_limits<float>::quiet_NaN());
  const std::vector<float> wet_above = layout.Pad(level, kInfinity);
  std::vector<std::uint16_t> label = layout.Pad(reaches, kNoReach);
  // Nearest first along the steps by which the flood came: the cell's level is then its own ground
  // or that of the cell before. Steps cost 5 by an edge and 7 by a corner, so distances wait in a
  // ring of 8 lists (Dial's form of Dijkstra's algorithm) and no heap is needed.
  constexpr std::size_t kEdgeCost = 5, kCornerCost = 7, kLists = 8;
  std::array<std::vector<Claim>, kLists> waiting;
  for (std::size_t cell = 0; cell < label.size(); ++cell) {
    if (label[cell] != kNoReach) waiting[0].push_back({cell, label[cell]});
  }
  std::fill(label.begin(), label.end(), kNoReach);
  std::size_t empty_lists = 0;
  for (std::size_t distance = 0; empty_lists < kLists; ++distance) {
    std::vector<Claim> claims = std::move(waiting[distance % kLists]);
    waiting[distance % kLists].clear();
    empty_lists = claims.empty() ? empty_lists + 1 : 0;
    for (const Claim& claim : claims) {
      if (label[claim.cell] != kNoReach) continue;
      label[claim.cell] = claim.reach;
      for (std::size_t i = 0; i < layout.steps().size(); ++i) {
        const std::size_t next = Step(claim.cell, layout.steps()[i]);
        if (label[next] != kNoReach || wet_above[next] == kInfinity) continue;
        if (wet_above[next] != std::max(wet_above[claim.cell], ground[next])) continue;
        const std::size_t cost = i < 4 ? kEdgeCost : kCornerCost;
        waiting[(distance + cost) % kLists].push_back({next, claim.reach});
      }
    }
  }
  return layout.Unpad(label);
}

}  // namespace citylayers::geo
